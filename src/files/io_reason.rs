use std::io::{Error, ErrorKind};

/// Why the system refused, in words: without its number, lower case, for a message that names the path.
///
/// A reason that the program gave itself is kept as it is.
pub fn io_reason(error: &Error) -> String {
    let own = error.get_ref().map(ToString::to_string);
    if let Some(own) = own.filter(|own| !own.contains("(os error")) {
        return own;
    }
    if let Some(words) = words_of(error.kind()) {
        return words.to_owned();
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// The kinds that users meet; `None` leaves the words to the system.
fn words_of(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "no such file or folder",
        ErrorKind::PermissionDenied => "you have no permission",
        ErrorKind::AlreadyExists => "a file of this name exists",
        ErrorKind::IsADirectory => "not a file but a folder",
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder",
        ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your quota of the disk is used up",
        ErrorKind::FileTooLarge => "the file is too large for this disk",
        ErrorKind::InvalidFilename => "the disk does not allow this name",
        ErrorKind::UnexpectedEof => "the file ends too early",
        ErrorKind::TimedOut => "the disk did not answer in time",
        ErrorKind::OutOfMemory => "there is not enough memory",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_reasons_are_words_without_a_number_of_the_system() {
        let of_system = |number| io_reason(&Error::from_raw_os_error(number));
        assert_eq!(
            io_reason(&ErrorKind::NotFound.into()),
            "no such file or folder"
        );
        // Numbers of Linux and macOS: ENOENT, EACCES.
        if cfg!(unix) {
            assert_eq!(of_system(2), "no such file or folder");
            assert_eq!(of_system(13), "you have no permission");
        }
        for number in 1..140 {
            let text = of_system(number);
            assert!(!text.contains("os error") && !text.is_empty(), "{text}");
            assert!(!text.starts_with(char::is_uppercase), "{text}");
        }
    }

    #[test]
    fn a_reason_of_the_programs_own_is_kept_and_one_with_a_number_is_not() {
        let own = Error::new(ErrorKind::AlreadyExists, "a film is never replaced");
        assert_eq!(io_reason(&own), "a film is never replaced");
        let text = "Permission denied (os error 13) at path \"/x/.tmpAbc\"";
        let of_tempfile = Error::new(ErrorKind::PermissionDenied, text);
        assert_eq!(io_reason(&of_tempfile), "you have no permission");
    }
}
