//! The echo adapter in a scenario: what strangers write, and what was sent to them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{FakeModel, TestHome, records};

/// A home with a model and the echo adapter; `settings` are its own, with what it hands in.
///
/// # Errors
/// When the home cannot be made.
pub fn home(model: &FakeModel, adapter: &str, settings: &str) -> Result<TestHome> {
    let home = TestHome::with_model(model)?;
    play(&home, model, adapter, settings)?;
    Ok(home)
}

/// Writes the configuration of such a home anew, for the next start of its daemon.
///
/// # Errors
/// When it cannot be written.
pub fn play(home: &TestHome, model: &FakeModel, adapter: &str, settings: &str) -> Result<()> {
    let config = format!(
        "{}\n[adapters.echo]\ncommand = [{adapter:?}]\naccount = \"main\"\n\n\
         [adapters.echo.settings]\nrecord = \"sent.jsonl\"\n{settings}\n",
        model.config(),
    );
    std::fs::write(home.path().join("nexus.toml"), config)?;
    Ok(())
}

/// What the adapter has sent, one line each.
///
/// # Errors
/// When a line is torn.
pub fn sent(home: &TestHome) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(record(home)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).context("a torn line")).collect()
}

/// Where it writes down what was sent: in its own folder, because it may write nowhere else.
#[must_use]
pub fn record(home: &TestHome) -> PathBuf {
    home.path().join("state/adapters/echo/sent.jsonl")
}

/// Makes a sender of the echo channel known, as a person would before anything came.
///
/// # Errors
/// When the home cannot be made.
pub async fn introduce(
    nexusd: &str,
    home: &TestHome,
    sender_id: &'static str,
    is_owner: bool,
) -> Result<()> {
    records::introduce(nexusd, home, "echo", &[sender_id.to_owned()], is_owner).await
}
