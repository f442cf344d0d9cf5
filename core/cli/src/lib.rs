//! `nexus`: the command line. A client like any other; everything it does, the daemon does.
//!
//! A library only so that scenarios can run the very same program.

mod arguments;
mod command;
mod context;
mod environment;
mod failure;
mod output;
mod process;
mod remote;
mod service;
mod suggest;

use std::process::ExitCode;

use arguments::{Command, Parsed};
use context::Context;
use environment::Environment;
use failure::{CliError, Exit};
use output::Output;

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let environment = Environment::of_process();
    let arguments = match arguments::parse(&environment) {
        Parsed::Run(arguments) => arguments,
        Parsed::Done(exit) => return ExitCode::from(exit as u8),
    };
    let output = Output::new(&environment, arguments.json, arguments.quiet, arguments.color);
    let result = match &arguments.command {
        // What needs neither a home nor a runtime stays fast.
        Some(Command::Version) => command::version::run(&output),
        Some(Command::Completions(completions)) => command::completions::run(completions, &output),
        _ => connected(arguments, environment, &output),
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            output.complain(&error);
            ExitCode::from(error.exit as u8)
        }
    }
}

fn connected(
    arguments: arguments::Arguments,
    environment: Environment,
    output: &Output,
) -> Result<Exit, CliError> {
    let context =
        Context::new(arguments.home, arguments.remote.read()?, environment, output.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(command::run(arguments.command, &context));
    // A thread that still waits for a key press must not keep the program.
    runtime.shutdown_background();
    result
}
