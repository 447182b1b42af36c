//! The program. What it can do is listed in `commands`.

fn main() -> std::process::ExitCode {
    slipway::commands::run()
}
