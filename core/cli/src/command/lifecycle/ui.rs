//! `nexus ui`.

use serde_json::json;

use crate::context::Context;
use crate::failure::{Exit, Result};
use crate::process;

const EXAMPLES: &str = "\
Examples
  nexus ui
  nexus ui --print";

/// Opens the Control UI.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Ui {
    /// Only print the link
    #[arg(long)]
    print: bool,
}

pub(crate) async fn run(ui: &Ui, context: &Context) -> Result<Exit> {
    let running = context.running().await?;
    let url = context.link(&running).await?;
    let output = &context.output;
    let is_opened =
        !ui.print && !output.is_json() && process::open_in_browser(&context.environment, &url);
    if output.is_json() {
        output.document(&json!({ "url": url }))?;
        return Ok(Exit::Ok);
    }
    if is_opened {
        output.note("opened in your browser; the link works once:");
    } else if !ui.print {
        output.note("open this link in a browser on this machine; it works once:");
    }
    output.line(&url)?;
    Ok(Exit::Ok)
}
