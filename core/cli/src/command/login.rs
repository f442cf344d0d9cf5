//! `nexus login`: the password of the control plane.

use clap::Subcommand;
use nexus_client::call;
use nexus_protocol::login::PasswordParams;

use super::credential::ask;
use crate::context::Context;
use crate::failure::{Exit, Result};
use crate::output::Sign;

const SET_EXAMPLES: &str = "\
Examples
  nexus login password set
  printf %s \"$NEW\" | nexus login password set";
const CLEAR_EXAMPLES: &str = "\
Examples
  nexus login password clear
  nexus login password clear --json";

/// Ways in for people.
#[derive(Debug, Subcommand)]
pub(crate) enum Login {
    /// The password, with which programs and browsers come in as you
    #[command(subcommand)]
    Password(Password),
}

/// The password.
#[derive(Debug, Subcommand)]
pub(crate) enum Password {
    /// Set it; it is asked for, or read from standard input, and never an argument
    #[command(after_help = SET_EXAMPLES)]
    Set,
    /// Forget it; who came in by it is cut off
    #[command(after_help = CLEAR_EXAMPLES)]
    Clear,
}

pub(crate) async fn run(login: Login, context: &Context) -> Result<Exit> {
    let Login::Password(command) = login;
    let client = context.connect().await?;
    let password = match command {
        Password::Set => Some(ask::secret(context, "new password")?.expose().to_owned()),
        Password::Clear => None,
    };
    let params = PasswordParams { password, idempotency_key: context.fresh_key()? };
    let result = client.request::<call::LoginPassword>(params).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&result)?;
    } else {
        let word = if result.is_set { "is set" } else { "is forgotten" };
        output.line(&format!("{} the password {word}", output.sign(Sign::Good)))?;
    }
    Ok(Exit::Ok)
}
