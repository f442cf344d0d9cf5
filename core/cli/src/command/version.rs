//! `nexus version`.

use nexus_protocol::PROTOCOL;
use serde_json::json;

use crate::failure::{Exit, Result};
use crate::output::Output;

/// Says which program this is. Reads nothing, so that it always works and at once.
pub(crate) fn run(output: &Output) -> Result<Exit> {
    let version = env!("CARGO_PKG_VERSION");
    if output.is_json() {
        output.document(&json!({
            "version": version, "protocol": PROTOCOL,
            "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        }))?;
    } else {
        output.line(&format!(
            "nexus {version} (protocol {PROTOCOL}, {} {})",
            std::env::consts::OS,
            std::env::consts::ARCH
        ))?;
    }
    Ok(Exit::Ok)
}
