//! The manifest, for whoever asks before anything runs: `<command> info`.

use std::io::Write as _;
use std::process::ExitCode;

use nexus_protocol::bridge::Manifest;

use crate::{Bridge, complain};

/// The word that asks for it.
const INFO: &str = "info";

/// Prints the manifest if this process was started for it.
pub(crate) fn print_if_asked(bridge: &impl Bridge) -> Option<ExitCode> {
    if std::env::args().nth(1).as_deref() != Some(INFO) {
        return None;
    }
    let facts = bridge.facts();
    let manifest = Manifest {
        name: facts.name,
        version: facts.version,
        channel: facts.channel,
        protocol: vec![facts.protocol],
        supports: facts.supports,
        needs: bridge.needs(),
    };
    let printed = serde_json::to_string(&manifest)
        .map_err(std::io::Error::from)
        .and_then(|text| writeln!(std::io::stdout(), "{text}"));
    Some(match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("the manifest could not be printed: {error}"));
            ExitCode::FAILURE
        }
    })
}
