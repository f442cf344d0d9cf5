//! A daemon that was named on the command line, on this machine or another one.

use std::path::PathBuf;

use nexus_client::{Fingerprint, Target, Token};

use crate::failure::{CliError, Result};

/// Which daemon, whom TLS may lead to, and what proves who we are.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct RemoteArguments {
    /// A daemon elsewhere, such as https://192.168.1.5:18789
    #[arg(
        long,
        global = true,
        value_name = "URL",
        requires = "token_file",
        help_heading = "Everywhere"
    )]
    url: Option<String>,
    /// The certificate it must have, as `nexus expose status` shows it there
    #[arg(
        long,
        global = true,
        value_name = "sha256:HEX",
        requires = "url",
        help_heading = "Everywhere"
    )]
    fingerprint: Option<Fingerprint>,
    /// File with a key or token of that daemon, mode 0600
    #[arg(long, global = true, value_name = "FILE", requires = "url", help_heading = "Everywhere")]
    token_file: Option<PathBuf>,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    pub(crate) target: Target,
    pub(crate) token: Token,
}

impl RemoteArguments {
    /// Reads the token and the address; nothing when no daemon was named.
    pub(crate) fn read(self) -> Result<Option<Remote>> {
        let Self { url: Some(url), fingerprint, token_file: Some(token_file) } = self else {
            return Ok(None);
        };
        let target = Target::parse(&url, fingerprint).map_err(|error| {
            CliError::usage(error.to_string()).fix("nexus expose status, there")
        })?;
        Ok(Some(Remote { target, token: Token::read_file(&token_file)? }))
    }
}
