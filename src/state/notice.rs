use std::collections::VecDeque;

/// Older notices make room for newer ones.
const MAX_NOTICES: usize = 50;

/// How much a notice asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    Info,
    /// An error.
    Error,
}

/// One notice, with text that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts up from 1 over the life of the program.
    pub number: u64,
    /// How much it asks for.
    pub kind: NoticeKind,
    /// The message: what happened, to which file, why.
    pub text: String,
    /// Still on screen; later only in the log.
    pub shown: bool,
}

/// The notices so far, oldest first.
#[derive(Debug, Default)]
pub struct Notices {
    log: VecDeque<Notice>,
    n_ever: u64,
}

impl Notices {
    /// Adds a notice and puts it on screen, unless the very same is there already.
    pub fn push(&mut self, kind: NoticeKind, text: impl Into<String>) {
        let text = text.into();
        let mut shown = self.log.iter().filter(|notice| notice.shown);
        if shown.any(|notice| notice.kind == kind && notice.text == text) {
            return;
        }
        self.n_ever += 1;
        if self.log.len() == MAX_NOTICES {
            self.log.pop_front();
        }
        self.log.push_back(Notice {
            number: self.n_ever,
            kind,
            text,
            shown: true,
        });
    }

    /// Takes a notice off the screen; it stays in the log.
    pub fn dismiss(&mut self, number: u64) {
        for notice in &mut self.log {
            if notice.number == number {
                notice.shown = false;
            }
        }
    }

    /// All that are remembered, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.log.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dismissed_notice_stays_in_the_log() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Error, "cannot open a.png");
        notices.push(NoticeKind::Info, "saved");
        notices.dismiss(1);
        let shown: Vec<bool> = notices.iter().map(|notice| notice.shown).collect();
        assert_eq!(shown, [false, true]);
    }

    #[test]
    fn the_same_words_are_not_shown_twice() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Error, "no model");
        notices.push(NoticeKind::Error, "no model");
        assert_eq!(notices.iter().count(), 1);
        notices.dismiss(1);
        notices.push(NoticeKind::Error, "no model");
        assert_eq!(notices.iter().count(), 2);
    }

    #[test]
    fn the_log_forgets_the_oldest_first() {
        let mut notices = Notices::default();
        (0..MAX_NOTICES + 2).for_each(|n| notices.push(NoticeKind::Info, n.to_string()));
        assert_eq!(notices.iter().count(), MAX_NOTICES);
        assert_eq!(notices.iter().next().map(|n| n.number), Some(3));
    }
}
