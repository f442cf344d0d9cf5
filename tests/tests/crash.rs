//! The daemon is killed at every durable step. After the restart nothing that was acknowledged is
//! lost, nothing has run twice, and the turn goes on or waits for a person.

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::{Client, call};
use nexus_domain::id::{Position, SessionKey};
use nexus_domain::message::{Message, Role};
use nexus_domain::permission::{PermissionKind, PermissionRequest};
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::{acl, request, session};
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, TestHome, records};
use serde_json::json;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
/// The command that the scenario repeats until it is answered.
const KEY: &str = "the-same-message";

/// Steps of a run that reads a file, edits one, fetches a page and answers, each with the pass at
/// which the daemon dies.
const POINTS: &[&str] = &[
    "Admitted",
    "TurnOpened",
    "Reserved:1",
    "ReplyUnrecorded:1",
    "ReplyRecorded:1",
    "IntentRecorded:1",
    "EffectUnrecorded:1",
    "ResultRecorded:1",
    "StepRecorded:1",
    "Reserved:2",
    "ReplyUnrecorded:2",
    "ReplyRecorded:2",
    "IntentRecorded:2",
    "EffectUnrecorded:2",
    "ResultRecorded:2",
    "StepRecorded:2",
    "ReplyRecorded:3",
    "PermissionAsked",
    "PermissionAnswered",
    "IntentRecorded:3",
    "EffectUnrecorded:3",
    "ResultRecorded:3",
    "StepRecorded:3",
    "ReplyUnrecorded:4",
    "ReplyRecorded:4",
    "RunUnrecorded",
    "RunRecorded",
];

/// Tool calls that may have happened when the daemon died there: only a person can say.
fn has_happened(point: &str, kind: PermissionKind) -> bool {
    kind == PermissionKind::UnknownOutcome && point.starts_with("EffectUnrecorded")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_survives_a_kill_at_every_step() -> Result<()> {
    for point in POINTS {
        survive(point).await.with_context(|| format!("killed at {point}"))?;
    }
    Ok(())
}

async fn survive(point: &str) -> Result<()> {
    let (page, brain) = (std::sync::Arc::new(std::sync::OnceLock::new()), brain());
    let own_page = page.clone();
    let model = FakeModel::openai(move |seen| brain(seen, own_page.get())).await?;
    page.set(model.page()).map_err(|_| anyhow::anyhow!("set twice"))?;
    let config = model.config()
        + "\n[tools.http_fetch]\nallow_private_hosts = true\n\
                  [budgets.day]\ntokens_max = 10000000\n";
    let home = TestHome::with_config(&config)?;
    std::fs::write(home.workspace().join("in.txt"), "something to read\n")?;
    std::fs::write(home.workspace().join("log.txt"), "end\n")?;

    let mut doomed = DaemonProcess::start_doomed(NEXUSD, home.path(), point).await?;
    let client = doomed.client().await?;
    // Whether this one is answered depends on where the daemon dies.
    let first = client.request::<call::SessionsSend>(message()?).await.ok();
    // An answer to the question may be what kills it.
    let _ = drive(&client, point).await;
    doomed.died().await?;
    nothing_without_its_record(&home, &model).await?;

    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let second = client.request::<call::SessionsSend>(message()?).await?;
    ensure!(second.is_duplicate, "the message was admitted twice");
    ensure!(first.is_none_or(|first| first.request_id == second.request_id), "two requests");
    drive(&client, point).await?;
    check(&client, &home, &model).await?;
    // The outcomes of commands are recorded beside their answers; the drain waits for them.
    daemon.stop()?;
    let mut daemon = daemon;
    daemon.died().await?;
    every_effect_has_an_outcome(&home).await
}

/// Whatever can be seen in the world stands in the audit, at the moment of death.
async fn nothing_without_its_record(home: &TestHome, model: &FakeModel) -> Result<()> {
    let rows = records::decisions(home).await?;
    let is_allowed = |action: &str| !records::allowed(&rows, action).is_empty();
    let log = std::fs::read_to_string(home.workspace().join("log.txt"))?;
    ensure!(log == "end\n" || is_allowed("tool.edit_file"), "an edit without its record");
    ensure!(model.n_visits() == 0 || is_allowed("tool.http_fetch"), "a visit without its record");
    records::verify(NEXUSD, home)
}

/// Each tool that was allowed to run has one outcome, whatever happened in between.
async fn every_effect_has_an_outcome(home: &TestHome) -> Result<()> {
    for row in records::decisions(home).await? {
        let action = row.record.action.unwrap_or_default();
        let is_effect =
            row.record.verdict.as_deref() == Some("allow") && action.starts_with("tool.");
        ensure!(
            row.outcomes.len() == usize::from(is_effect) || !action.starts_with("tool."),
            "{action} has {} outcomes",
            row.outcomes.len()
        );
    }
    records::verify(NEXUSD, home)
}

/// The model decides by what stands in the conversation, so it repeats itself after a restart.
fn brain() -> impl Fn(&Seen, Option<&String>) -> Act {
    |seen, page| match seen.n_results() {
        0 => Act::Call(vec![("read_file".to_owned(), json!({"path": "in.txt"}))]),
        1 => {
            let arguments = json!({"path": "log.txt", "old": "end\n", "new": "once\nend\n"});
            Act::Call(vec![("edit_file".to_owned(), arguments)])
        }
        2 => Act::Call(vec![("http_fetch".to_owned(), json!({"url": page}))]),
        _ => Act::Say("It is done.".to_owned()),
    }
}

fn message() -> Result<session::SendParams> {
    Ok(session::SendParams {
        key: main()?,
        message: "Do it.".to_owned(),
        agent_id: None,
        queue_mode: None,
        attachments: Vec::new(),
        idempotency_key: KEY.to_owned(),
    })
}

fn main() -> Result<SessionKey> {
    Ok(SessionKey::parse("main")?)
}

/// Follows the events from the beginning, answers questions, and returns when the request ended.
async fn drive(client: &Client, point: &str) -> Result<()> {
    let types = ["nex.request.completed", "permission.requested"].map(str::to_owned).to_vec();
    let params = SubscribeParams { types, after: Some(Position(0)), ..SubscribeParams::default() };
    let mut events = client.subscribe(&params).await?;
    loop {
        let event = events.next().await.map_err(|end| anyhow::anyhow!("{end:?}"))?;
        if event.event == "nex.request.completed" {
            return Ok(());
        }
        let asked = serde_json::from_value(event.payload["permission"].clone())?;
        answer(client, point, asked).await?;
    }
}

async fn answer(client: &Client, point: &str, asked: PermissionRequest) -> Result<()> {
    let key = format!("answer-{}", asked.id);
    let answered = match has_happened(point, asked.kind) {
        true => {
            let params = acl::DenyParams::once(&asked, key);
            client.request::<call::AclRequestsDeny>(params).await
        }
        false => {
            let params = acl::ApproveParams::once(&asked, key);
            client.request::<call::AclRequestsApprove>(params).await
        }
    };
    match answered {
        // Answered before the daemon died, or withdrawn by now.
        Err(error) if error.wire().is_some() => Ok(()),
        Err(error) => bail!(error),
        Ok(_) => Ok(()),
    }
}

async fn check(client: &Client, home: &TestHome, model: &FakeModel) -> Result<()> {
    let request = only_request(client).await?;
    ensure!(request.status == RequestStatus::Completed, "it ended as {:?}", request.status);
    ensure!(request.stages.len() == 8, "{} stages are on record", request.stages.len());
    let log = std::fs::read_to_string(home.workspace().join("log.txt"))?;
    ensure!(log == "once\nend\n", "the edit left {log:?}");
    ensure!(model.n_visits() == 1, "the page was fetched {} times", model.n_visits());
    let messages = history(client).await?;
    let of = |role: Role| messages.iter().filter(|message| message.role == role).count();
    ensure!(of(Role::User) == 1, "{} user messages", of(Role::User));
    ensure!(of(Role::Assistant) == 4, "{} replies", of(Role::Assistant));
    ensure!(of(Role::Tool) == 3, "{} result messages", of(Role::Tool));
    let last = messages.last().map(Message::text);
    ensure!(last.as_deref() == Some("It is done."), "the last word is {last:?}");
    Ok(())
}

async fn only_request(client: &Client) -> Result<Request> {
    let listed = client.request::<call::RequestsList>(request::ListParams::default()).await?;
    ensure!(listed.requests.len() == 1, "{} requests", listed.requests.len());
    let params = request::GetParams { id: "@last".to_owned() };
    Ok(client.request::<call::RequestsGet>(params).await?.request)
}

async fn history(client: &Client) -> Result<Vec<Message>> {
    let params = session::HistoryParams {
        key: main()?,
        limit: None,
        before: None,
        offset: None,
        turn_id: None,
    };
    Ok(client.request::<call::SessionsHistory>(params).await?.messages)
}
