//! Thorax, the program: see the library's documentation.

fn main() -> std::process::ExitCode {
    thorax::cli::run()
}
