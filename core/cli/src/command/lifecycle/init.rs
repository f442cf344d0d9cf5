//! `nexus init`.

use serde_json::Value;

use crate::command::db::document;
use crate::context::Context;
use crate::failure::{Exit, Result};
use crate::output::Sign;

const EXAMPLES: &str = "\
Examples
  nexus init
  nexus --home /srv/nexus init";

/// Makes what the home lacks.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {}

/// Makes the home; what exists stays as it is.
pub(crate) fn run(context: &Context) -> Result<Exit> {
    let made = make(context)?;
    let output = &context.output;
    if output.is_json() {
        output.document(&made)?;
        return Ok(Exit::Ok);
    }
    let files = made["made"].as_array().map(Vec::as_slice).unwrap_or_default();
    let home = context.home.display();
    if files.is_empty() {
        output.line(&format!("{} {home} is complete", output.sign(Sign::Good)))?;
    } else {
        let n = files.len();
        output.line(&format!("{} {home} is ready ({n} made)", output.sign(Sign::Good)))?;
        for file in files.iter().filter_map(Value::as_str) {
            output.note(&format!("  {file}"));
        }
        output.note("next: nexus up");
    }
    Ok(Exit::Ok)
}

/// Asks `nexusd` to make the home.
pub(in crate::command) fn make(context: &Context) -> Result<Value> {
    document(context.nexusd()?.ask(&["init"])?)
}
