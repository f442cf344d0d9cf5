//! The record of decisions from outside: everything that had an effect is in it, nothing happens
//! while it cannot be written, and whoever tampers with it is found out.

use std::sync::mpsc;

use anyhow::{Context as _, Result, ensure};
use nexus_client::call;
use nexus_ledger::LedgerError;
use nexus_protocol::audit::{Entry, ExportParams, Filter, ListParams, StatsParams, VerifyParams};
use nexus_tests::process::run_command;
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome, records};
use serde_json::json;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

/// A model that has a file changed, and then is content.
async fn editor() -> Result<FakeModel> {
    FakeModel::openai(|seen| match seen.n_results() {
        0 => {
            let arguments = json!({"path": "log.txt", "old": "end\n", "new": "once\nend\n"});
            Act::Call(vec![("edit_file".to_owned(), arguments)])
        }
        _ => Act::Say("Done.".to_owned()),
    })
    .await
}

fn home(model: &FakeModel) -> Result<TestHome> {
    let home = TestHome::with_model(model)?;
    std::fs::write(home.workspace().join("log.txt"), "end\n")?;
    Ok(home)
}

fn log(home: &TestHome) -> Result<String> {
    Ok(std::fs::read_to_string(home.workspace().join("log.txt"))?)
}

async fn list(talk: &Talk, filter: Filter) -> Result<Vec<Entry>> {
    let params = ListParams { filter, before: None, limit: Some(500) };
    Ok(talk.client().request::<call::AclAuditList>(params).await?.entries)
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_commands_and_tools_are_recorded_with_how_they_ended() -> Result<()> {
    let model = editor().await?;
    let home = home(&model)?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let request = talk.say("main", "Change it.").await?;
    talk.ended(request).await?;
    ensure!(log(&home)? == "once\nend\n", "nothing was changed");

    let all = list(&talk, Filter::default()).await?;
    let of = |action: &str| all.iter().filter(|entry| entry.action == action).collect::<Vec<_>>();
    ensure!(of("connect").len() == 1, "one row for the connection: {:?}", of("connect"));
    let edits = of("tool.edit_file");
    ensure!(edits.len() == 1 && edits[0].verdict == "allow", "{edits:?}");
    ensure!(edits[0].outcomes.len() == 1, "{edits:?}");
    ensure!(edits[0].outcomes[0].text == "completed", "{edits:?}");
    ensure!(edits[0].principals == ["owner", "agent:main"], "{edits:?}");
    ensure!(edits[0].session_key.as_deref() == Some("main"), "{edits:?}");
    let sent = all.iter().find(|entry| entry.resource.contains("sessions.send"));
    let sent = sent.context("the command has no row")?;
    ensure!(sent.outcomes.iter().any(|outcome| outcome.text == "ok"), "{sent:?}");

    let filter = Filter {
        action: Some("tool".to_owned()),
        request_id: Some("@last".to_owned()),
        ..Filter::default()
    };
    ensure!(list(&talk, filter).await?.len() == 1, "the filters do not find it");
    let nobody = Filter { principal: Some("agent:other".to_owned()), ..Filter::default() };
    ensure!(list(&talk, nobody).await?.is_empty(), "somebody else is found");
    let stats = talk.client().request::<call::AclAuditStats>(StatsParams::default()).await?;
    ensure!(stats.n_decisions as usize >= all.len(), "{stats:?}");
    let verified = talk.client().request::<call::AclAuditVerify>(VerifyParams {}).await?;
    ensure!(verified.is_whole, "{verified:?}");
    let params = ExportParams { limit: Some(2), ..ExportParams::default() };
    let page = talk.client().request::<call::AclAuditExport>(params).await?;
    ensure!(page.rows.len() == 2 && page.next_after == Some(2), "{page:?}");

    daemon.stop()?;
    daemon.died().await?;
    let (is_whole, said) = run_command(NEXUSD, home.path(), &["audit", "verify", "--json"])?;
    let report: serde_json::Value = serde_json::from_str(&said)?;
    ensure!(is_whole && report["are_signatures_checked"] == true, "{said}");
    ensure!(report["signed_to"] == report["n_rows"], "rows were left unsigned: {said}");
    Ok(())
}

/// Between the model's wish and the record of the decision somebody else takes the ledger. The
/// decision cannot be written, so nothing must happen.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_ledger_is_locked_no_tool_runs() -> Result<()> {
    let model = editor().await?;
    let home = home(&model)?;
    let daemon = DaemonProcess::start_held(NEXUSD, home.path(), "ReplyRecorded:1").await?;
    let talk = Talk::with(&daemon).await?;
    let request = talk.say("main", "Change it.").await?;
    daemon.wait_until("the hold", || home.path().join("held").exists()).await?;
    let (unlock, lock) = mpsc::sync_channel::<()>(1);
    let (taken, is_taken) = tokio::sync::oneshot::channel();
    let other = records::open(&home)?;
    let holder = other.clone();
    let held = tokio::spawn(async move {
        let hold = holder.write(move |tx| {
            let _ = taken.send(());
            // Until the scenario lets go; then nothing of it is kept.
            let _ = lock.recv();
            tx.audit().head()?;
            Err::<(), _>(LedgerError::Invalid("only held".to_owned()))
        });
        hold.await
    });
    is_taken.await?;
    std::fs::write(home.path().join("go"), "")?;
    let is_refused = || daemon.said().contains("a decision could not be recorded");
    daemon.wait_until("the refusal", is_refused).await?;
    ensure!(log(&home)? == "end\n", "the file was changed without a record");
    unlock.send(())?;
    ensure!(held.await?.is_err(), "the lock was no lock");
    other.close().await;
    talk.ended(request).await?;
    ensure!(log(&home)? == "end\n", "the file was changed later");
    let tools = Filter { action: Some("tool".to_owned()), ..Filter::default() };
    let rows = list(&talk, tools).await?;
    ensure!(rows.iter().all(|row| row.verdict != "allow"), "{rows:?}");
    Ok(())
}

/// The daemon's own start notices that the database is not the one it signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_put_back_is_noticed_and_stays_noticed() -> Result<()> {
    let home = TestHome::offline()?;
    let state = home.path().join("state");
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    Talk::with(&daemon).await?;
    daemon.stop()?;
    daemon.died().await?;
    std::fs::copy(state.join("nexus.db"), home.path().join("old.db"))?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    talk.ended(talk.say("main", "hello").await?).await?;
    daemon.stop()?;
    daemon.died().await?;
    ensure!(run_command(NEXUSD, home.path(), &["audit", "verify"])?.0, "it is whole");
    std::fs::copy(home.path().join("old.db"), state.join("nexus.db"))?;
    for name in ["nexus.db-wal", "nexus.db-shm"] {
        let _ = std::fs::remove_file(state.join(name));
    }
    let (is_whole, said) = run_command(NEXUSD, home.path(), &["audit", "verify"])?;
    ensure!(!is_whole && said.contains("noted outside"), "{said}");
    // Going on with it signs new checkpoints, and does not make the evidence go away.
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    Talk::with(&daemon).await?;
    daemon.stop()?;
    daemon.died().await?;
    let (is_whole, said) = run_command(NEXUSD, home.path(), &["audit", "verify"])?;
    ensure!(!is_whole && said.contains("noted outside"), "{said}");
    Ok(())
}
