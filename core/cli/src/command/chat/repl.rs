//! The conversation at a terminal.

use nexus_client::call;
use nexus_domain::id::SessionKey;
use nexus_protocol::ErrorCode;
use nexus_protocol::runtime::StatusParams;
use nexus_protocol::session::{AbortParams, GetParams};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::driver::Driver;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, style, text};

const HELP: &str = "  /session KEY   go on in another conversation
  /stop          stop what runs in this conversation
  /help          this
  /quit          leave; so does Ctrl-D
  Ctrl-C stops a turn; twice leaves";

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Say(String),
    Nothing,
    Help,
    Stop,
    Session(Option<String>),
    Quit,
    Unknown(String),
}

fn understand(line: &str) -> Line {
    let line = line.trim();
    let Some(command) = line.strip_prefix('/') else {
        return if line.is_empty() { Line::Nothing } else { Line::Say(line.to_owned()) };
    };
    let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    match word {
        "help" | "?" => Line::Help,
        "stop" => Line::Stop,
        "quit" | "exit" | "q" => Line::Quit,
        "session" => Line::Session(Some(rest.trim().to_owned()).filter(|key| !key.is_empty())),
        // A path is text, not a command.
        word if word.contains('/') => Line::Say(line.to_owned()),
        word => Line::Unknown(word.to_owned()),
    }
}

/// Talks until the person leaves.
pub(super) async fn run(mut driver: Driver, context: &Context) -> Result<Exit> {
    let output = &context.output;
    greet(&driver, context).await?;
    driver.ask_waiting().await?;
    let mut editor = Some(DefaultEditor::new().map_err(|e| CliError::failed(e.to_string()))?);
    let mut n_interrupts = 0;
    loop {
        let line = match read(&mut editor, &mut driver, output).await? {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                n_interrupts += 1;
                if n_interrupts > 1 {
                    return Ok(Exit::Ok);
                }
                output.note("(Ctrl-C again, Ctrl-D or /quit leaves)");
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(Exit::Ok),
            Err(error) => return Err(CliError::failed(error.to_string())),
        };
        n_interrupts = 0;
        match understand(&line) {
            Line::Nothing => {}
            Line::Help => output.note(HELP),
            Line::Quit => return Ok(Exit::Ok),
            Line::Stop => stop(&driver, context).await?,
            Line::Session(None) => output.note(&format!("this is {}", driver.session)),
            Line::Session(Some(key)) => match SessionKey::parse(&key) {
                Ok(key) => {
                    driver.switch(key).await?;
                    greet(&driver, context).await?;
                    driver.ask_waiting().await?;
                }
                Err(failure) => output.complain(&failure.into()),
            },
            Line::Unknown(word) => output.note(&format!("there is no /{word}; /help shows all")),
            Line::Say(message) => say(&mut driver, &message, output).await?,
        }
    }
}

/// One turn. What goes wrong with it ends the turn, not the conversation.
async fn say(driver: &mut Driver, message: &str, output: &Output) -> Result<()> {
    match driver.say(message).await {
        Ok(ended) => {
            if let Err(error) = super::verdict(&ended)
                && !error.is_silent
            {
                output.complain(&error);
            }
            // A provider without tokens and without a price has nothing to report.
            if ended.usage.total_tokens() > 0 {
                let words = format!("  {} · {}", text::usage(ended.usage), text::cost(ended.cost));
                output.note(&output.paint_note(style::DIM, &words));
            }
            Ok(())
        }
        Err(error) if error.is_silent || error.exit == Exit::Unreachable => Err(error),
        Err(error) => {
            output.complain(&error);
            Ok(())
        }
    }
}

/// Reads a line while events go on being taken in; the terminal is left in order whatever
/// happens to the connection meanwhile.
async fn read(
    editor: &mut Option<DefaultEditor>,
    driver: &mut Driver,
    output: &Output,
) -> Result<std::result::Result<String, ReadlineError>> {
    let Some(mut taken) = editor.take() else {
        return Err(CliError::failed("the line editor is gone"));
    };
    let prompt = format!(
        "{}› ",
        if driver.session.as_str() == "main" {
            String::new()
        } else {
            format!("{} ", driver.session)
        }
    );
    output.note("");
    let mut reading = tokio::task::spawn_blocking(move || {
        let line = taken.readline(&prompt);
        if let Ok(line) = &line {
            // A history that is full or refuses a line is no reason to stop talking.
            let _ = taken.add_history_entry(line.as_str());
        }
        (taken, line)
    });
    let mut broken = None;
    let (taken, line) = loop {
        tokio::select! {
            read = &mut reading => break read.map_err(|e| CliError::failed(e.to_string()))?,
            result = driver.idle(), if broken.is_none() => broken = result.err(),
        }
    };
    *editor = Some(taken);
    match broken {
        Some(error) => Err(error),
        None => Ok(line),
    }
}

async fn greet(driver: &Driver, context: &Context) -> Result<()> {
    let Some(client) = driver.client() else { return Ok(()) };
    let output = &context.output;
    let status = client.request::<call::Status>(StatusParams {}).await?;
    let key = driver.session.clone();
    let state = match client.request::<call::SessionsGet>(GetParams { key }).await {
        Ok(state) => Some(state),
        Err(error) if error.wire().is_some_and(|wire| wire.code == ErrorCode::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let begun = state
        .as_ref()
        .map_or("new".to_owned(), |state| text::count(state.session.n_messages, "message"));
    output.note(&format!(
        "{} · {begun} · {} · /help",
        output.paint_note(style::BOLD, driver.session.as_str()),
        text::one_line(&status.model),
    ));
    if state.is_some_and(|state| state.session.is_busy && state.waiting.is_empty()) {
        output.note("(a run is at work here; what you say waits behind it, /stop ends it)");
    }
    Ok(())
}

async fn stop(driver: &Driver, context: &Context) -> Result<()> {
    let Some(client) = driver.client() else { return Ok(()) };
    let params = AbortParams {
        key: driver.session.clone(),
        turn_id: None,
        run_id: None,
        drop_queue: true,
        idempotency_key: context.fresh_key()?,
    };
    match client.request::<call::SessionsAbort>(params).await {
        Ok(result) => context.output.note(&format!("({})", text::one_line(&result.summary))),
        Err(error) => context.output.complain(&error.into()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands_or_words() {
        for (line, expect) in [
            ("hello", Line::Say("hello".into())),
            ("  ", Line::Nothing),
            ("/quit", Line::Quit),
            ("/session trip", Line::Session(Some("trip".into()))),
            ("/session", Line::Session(None)),
            ("/etc/hosts is what?", Line::Say("/etc/hosts is what?".into())),
            ("/frobnicate", Line::Unknown("frobnicate".into())),
        ] {
            assert_eq!(understand(line), expect, "{line:?}");
        }
    }
}
