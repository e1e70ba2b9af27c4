//! The command line.

use std::process::ExitCode;

/// A turn makes and drops some hundred small texts, on whichever thread has time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    callward::app::cli::run()
}
