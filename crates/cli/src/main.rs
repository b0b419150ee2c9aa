#![doc = include_str!("../README.md")]

mod args;
mod client;
mod commands;
mod credentials;
mod deployment;
mod exit;
mod failure;
mod names;
mod output;
mod problem;
mod progress;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use output::Output;

fn main() -> ExitCode {
    let Cli { options, command } = Cli::parse();
    let output = Output::new(options.json);
    let Err(failure) = commands::run(command, options.url, output) else {
        return ExitCode::from(exit::DONE);
    };
    let code = failure.exit_code();
    if code != exit::DONE {
        let text = if options.json { failure.to_json().to_string() } else { format!("error: {failure}") };
        // There is nobody left to tell where this fails.
        writeln!(std::io::stderr(), "{text}").ok();
    }
    ExitCode::from(code)
}
