//! Every adapter of this repository keeps the contract, and so does what people start from; one
//! that does not is told why.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use nexus_tests::TestHome;
use nexus_tests::process::run_command;
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// Name, outcome and detail of a check.
type Row = (String, String, String);

/// The card of an adapter, and whether all is well.
fn card(command: &[&str], config: &Value) -> Result<(bool, Vec<Row>)> {
    let home = TestHome::offline()?;
    let config = config.to_string();
    let mut words = vec!["adapter-check", "--json", "--config", &config, "--"];
    words.extend(command);
    let (is_fine, said) = run_command(NEXUSD, home.path(), &words)?;
    let document: Value = serde_json::from_str(said.trim()).context(said)?;
    let rows = document["checks"].as_array().context("no card")?;
    let word = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows =
        rows.iter().map(|row| (word(row, "name"), word(row, "outcome"), word(row, "detail")));
    Ok((is_fine, rows.collect()))
}

/// Checks on the card.
const CHECKS: usize = 21;

/// Every check is made, and none fails; these are left out.
fn keeps_all_but(left_out: &[&str], command: &[&str], config: &Value) -> Result<()> {
    let (is_fine, rows) = card(command, config)?;
    ensure!(is_fine && rows.len() == CHECKS, "{rows:?}");
    for (name, outcome, why) in &rows {
        let wanted = if left_out.contains(&name.as_str()) { "left_out" } else { "passed" };
        ensure!(outcome == wanted, "{name}: {outcome} {why}");
    }
    Ok(())
}

/// What only those are asked who show replies while they are written.
const STREAM: &[&str] = &["stream_cut", "stream_failed"];
/// What only those are asked whose messages can be edited.
const EDIT: &[&str] = &["edit"];
/// What only those are asked who hand in events by themselves, and send once.
const EVENTS: &[&str] =
    &["in_order", "repeated_send", "unacknowledged", "duplicate", "busy_with_events"];

fn adapters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters")
}

#[test]
fn the_reference_adapter_keeps_the_contract() -> Result<()> {
    let events = json!([
        { "content": "one", "sender_id": "somebody" },
        { "content": "two", "sender_id": "somebody" },
    ]);
    let config = json!({ "events": events, "edit_ms_min": 100 });
    keeps_all_but(STREAM, &[env!("CARGO_BIN_EXE_adapter-echo-scenario")], &config)
}

#[test]
fn the_adapter_in_python_keeps_the_contract() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let inbox = folder.path().join("inbox");
    std::fs::write(&inbox, "one\ntwo\n")?;
    let script = adapters().join("examples/files/adapter.py").canonicalize()?;
    let script = script.to_str().context("a path in UTF-8")?;
    keeps_all_but(&[STREAM, EDIT].concat(), &["python3", script], &json!({ "inbox": inbox }))
}

#[test]
fn the_adapter_for_the_openai_api_keeps_the_contract() -> Result<()> {
    let adapter = env!("CARGO_BIN_EXE_adapter-openai-scenario");
    keeps_all_but(&[EVENTS, EDIT].concat(), &[adapter], &json!({ "listen": "127.0.0.1:0" }))
}

#[test]
fn the_adapter_for_webhooks_keeps_the_contract() -> Result<()> {
    // What it hands in comes from outside, and is answered once.
    let adapter = env!("CARGO_BIN_EXE_adapter-webhook-scenario");
    let left_out = [EVENTS, STREAM, EDIT].concat();
    keeps_all_but(&left_out, &[adapter], &json!({ "listen": "127.0.0.1:0" }))
}

#[test]
fn the_adapter_for_the_open_responses_api_keeps_the_contract() -> Result<()> {
    let adapter = env!("CARGO_BIN_EXE_adapter-openresponses-scenario");
    keeps_all_but(&[EVENTS, EDIT].concat(), &[adapter], &json!({ "listen": "127.0.0.1:0" }))
}

#[test]
fn what_people_start_from_keeps_the_contract() -> Result<()> {
    // It hands in nothing and promises nothing.
    let left_out = [EVENTS, STREAM, EDIT].concat();
    keeps_all_but(&left_out, &[env!("CARGO_BIN_EXE_adapter-scaffold")], &json!({}))
}

#[test]
fn one_that_does_not_keep_it_is_told_why() -> Result<()> {
    let trouble = env!("CARGO_BIN_EXE_trouble");
    let (is_fine, rows) = card(&[trouble], &json!({ "mode": "garbage" }))?;
    ensure!(!is_fine);
    let shows = |why: &str| why.contains("is not JSON-RPC: this is not JSON-RPC");
    ensure!(rows.iter().any(|(_, outcome, why)| outcome == "failed" && shows(why)), "{rows:?}");
    let (is_fine, rows) = card(&["/nowhere/at/all"], &json!({}))?;
    ensure!(!is_fine && rows.len() == 1 && rows[0].2.contains("cannot be started"), "{rows:?}");
    Ok(())
}

#[test]
fn every_adapter_of_the_repository_is_held_against_the_contract() -> Result<()> {
    const CHECKED: &[&str] =
        &["echo", "examples", "ingress", "openai", "openresponses", "sdk", "webhook"];
    for entry in std::fs::read_dir(adapters())? {
        let entry = entry?;
        let name = entry.file_name();
        let is_known = CHECKED.iter().any(|known| name.to_str() == Some(known));
        ensure!(is_known || !entry.path().is_dir(), "{name:?} has no test here");
    }
    Ok(())
}
