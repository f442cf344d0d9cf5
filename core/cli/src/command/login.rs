//! `nexus login`: the password of the control plane, and the browsers that are signed in.

use clap::Subcommand;
use nexus_client::call;
use nexus_protocol::login::{Browser, BrowsersParams, EndParams, PasswordParams};

use super::credential::ask;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, text};

const SET_EXAMPLES: &str = "\
Examples
  nexus login password set
  printf %s \"$NEW\" | nexus login password set";
const CLEAR_EXAMPLES: &str = "\
Examples
  nexus login password clear
  nexus login password clear --json";

const LIST_EXAMPLES: &str = "\
Examples
  nexus login list
  nexus login list --json";
const END_EXAMPLES: &str = "\
Examples
  nexus login end 9f86d081
  nexus login end 9f86 --json";
/// Characters of an id that are shown to people.
const ID_CHARS: usize = 12;

/// Ways in for people.
#[derive(Debug, Subcommand)]
pub(crate) enum Login {
    /// The password, with which programs and browsers come in as you
    #[command(subcommand)]
    Password(Password),
    /// Which browsers are signed in
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Sign a browser out; it is cut off
    #[command(after_help = END_EXAMPLES)]
    End {
        /// Its id or the beginning of it
        browser: String,
    },
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
    match login {
        Login::Password(command) => password(command, context).await,
        Login::List => {
            let client = context.connect().await?;
            let result = client.request::<call::LoginBrowsers>(BrowsersParams {}).await?;
            match context.output.is_json() {
                true => context.output.document(&result)?,
                false => list(&result.browsers, &context.output)?,
            }
            Ok(Exit::Ok)
        }
        Login::End { browser } => {
            let client = context.connect().await?;
            let params = EndParams { browser, idempotency_key: context.fresh_key()? };
            let result = client.request::<call::LoginEnd>(params).await?;
            let output = &context.output;
            match output.is_json() {
                true => output.document(&result)?,
                false => output.line(&format!(
                    "{} the browser {} is signed out",
                    output.sign(Sign::Idle),
                    short(&result.browser.id)
                ))?,
            }
            Ok(Exit::Ok)
        }
    }
}

async fn password(command: Password, context: &Context) -> Result<Exit> {
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

fn short(id: &str) -> String {
    id.chars().take(ID_CHARS).collect()
}

fn list(browsers: &[Browser], output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("who", 0), ("on", 1), ("signed in", 2), ("last here", 1)];
    let mut table = Table::new(columns, "no browser is signed in; `nexus ui` opens one");
    for browser in browsers {
        let (sign, style) = output.sign_parts(match browser.bound_at {
            Some(_) => Sign::Good,
            None => Sign::Idle,
        });
        let platform = browser.platform.as_deref().unwrap_or("not connected yet");
        table.row([
            Cell::styled(sign, style),
            short(&browser.id).into(),
            browser.principal.to_string().into(),
            text::one_line(platform).into(),
            text::ago(browser.signed_in_at, now()).into(),
            text::ago(browser.seen_at, now()).into(),
        ]);
    }
    table.print(output)
}
