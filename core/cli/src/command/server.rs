//! `nexus server`: whoever listens on this machine, Nexus or not.

use clap::Subcommand;
use nexus_client::discovery::{Probe, probe};
use nexus_protocol::PORT_DEFAULT;
use serde_json::json;

use crate::context::Context;
use crate::failure::{Exit, Result};

const DETECT_EXAMPLES: &str = "\
Examples
  nexus server detect
  nexus server detect --port 8765";

/// Ports of this machine.
#[derive(Debug, Subcommand)]
pub(crate) enum Server {
    /// Say who listens at a port: none, nexus, other or timeout
    #[command(after_help = DETECT_EXAMPLES)]
    Detect {
        /// The port
        #[arg(long, value_name = "PORT", default_value_t = PORT_DEFAULT)]
        port: u16,
    },
}

pub(crate) async fn run(server: &Server, context: &Context) -> Result<Exit> {
    let Server::Detect { port } = server;
    let found = name(&probe(&format!("127.0.0.1:{port}")).await);
    match context.output.is_json() {
        true => context.output.document(&json!({ "port": port, "found": found }))?,
        false => context.output.line(found)?,
    }
    Ok(Exit::Ok)
}

fn name(found: &Probe) -> &'static str {
    match found {
        Probe::None => "none",
        Probe::Nexus(_) => "nexus",
        Probe::Other => "other",
        Probe::Timeout => "timeout",
    }
}
