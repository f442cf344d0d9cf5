//! `nexus autostart`: whether the tray application starts at login.
//!
//! The setting belongs to the person at this desktop and lies where their desktop looks for it, so
//! that no daemon is asked: it may run elsewhere, or not at all.

use clap::Subcommand;
use nexus_desktop::autostart::{Autostart, AutostartError};
use serde_json::json;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};

const EXAMPLES: &str = "\
Examples
  nexus autostart status
  nexus autostart on";

const ON_EXAMPLES: &str = "\
Examples
  nexus autostart on
  nexus autostart on --json";

const OFF_EXAMPLES: &str = "\
Examples
  nexus autostart off
  nexus autostart off --json";

const STATUS_EXAMPLES: &str = "\
Examples
  nexus autostart status
  nexus autostart status --json";

/// Starting the tray application at login.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Start it at login, without a window
    #[command(after_help = ON_EXAMPLES)]
    On,
    /// Do not start it at login
    #[command(after_help = OFF_EXAMPLES)]
    Off,
    /// Say whether it starts at login
    #[command(after_help = STATUS_EXAMPLES)]
    Status,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<Exit> {
    let entry = entry(context)?;
    let refused = |error: AutostartError| CliError::failed(error.to_string());
    match command {
        Command::On => entry.set(true).map_err(refused)?,
        Command::Off => entry.set(false).map_err(refused)?,
        Command::Status => {}
    }
    let is_on = entry.is_on().map_err(refused)?;
    if context.output.is_json() {
        context.output.document(&json!({ "on": is_on }))?;
    } else {
        context.output.line(match is_on {
            true => "on: the tray application starts at login",
            false => "off: the tray application does not start at login",
        })?;
    }
    Ok(Exit::Ok)
}

fn entry(context: &Context) -> Result<Autostart> {
    let environment = &context.environment;
    let name = format!("nexus-app{}", std::env::consts::EXE_SUFFIX);
    let folders = environment.program_folder.iter().chain(&environment.path_folders);
    let program = folders.map(|folder| folder.join(&name)).find(|file| file.is_file());
    let Some(program) = program else {
        return Err(CliError::failed("the tray application `nexus-app` was not found")
            .why("it is looked for beside `nexus` and on the PATH")
            .fix("install it; on a machine without a desktop: nexus daemon install"));
    };
    let usual = environment.user_home.as_ref().map(|folder| folder.join("nexus"));
    let home = (usual.as_deref() != Some(&*context.home)).then_some(context.home.as_path());
    Autostart::new(&program, home).map_err(|error| CliError::failed(error.to_string()))
}
