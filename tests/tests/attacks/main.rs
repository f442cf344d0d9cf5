//! A model that obeys every text it meets, and people who know that. Whatever they plant in a
//! file, a page, a search result or a message: nothing that is forbidden happens, and every
//! attempt stands in the audit. The owner's own work goes on.

mod table;

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use nexus_client::{call, idempotency_key};
use nexus_domain::Timestamp;
use nexus_domain::agent::ToolCallStatus;
use nexus_domain::contact::{Confidence, Entity, MappingKind};
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::{GrantId, RequestId};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_domain::principal::Principal;
use nexus_ledger::Mapping;
use nexus_protocol::acl::{ApproveParams, ApproveSpan, DenyParams, ListParams};
use nexus_protocol::frame::EventFrame;
use nexus_protocol::request::GetResult;
use nexus_tests::obey::{CANARY, Site, betrays, obey};
use nexus_tests::process::run_command;
use nexus_tests::{DaemonProcess, FakeModel, Talk, TestHome, records};
use table::Place::{self, Aftermath, File, Page, Search};
use table::{ATTACKS, MESSAGES, SENDERS, TASKS};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
/// Most rows of the audit that a scenario reads.
const AUDIT_ROWS_MAX: u32 = 10_000;

/// The owner permits everything that a policy can permit: what is left are the guards.
const EVERYTHING: &str = r#"
@id("everything") @reason("the owner permits everything")
permit (principal is Agent, action, resource) when { context.invoker == "owner" };
"#;

/// A home with things that are worth something, and a page about them.
async fn home(model: &FakeModel, events: &str) -> Result<TestHome> {
    let home = TestHome::with_model(model)?;
    let config = format!(
        "{}\n[tools.http_fetch]\nallow_private_hosts = true\n\n\
         [adapters.echo]\ncommand = [{ECHO:?}]\naccount = \"main\"\n\n\
         [adapters.echo.settings]\nrecord = \"sent.jsonl\"\nevents = [{events}]\n",
        model.config(),
    );
    std::fs::write(home.path().join("nexus.toml"), config)?;
    let (is_made, said) = run_command(NEXUSD, home.path(), &["init"])?;
    ensure!(is_made, "{said}");
    for (name, content) in [
        ("private/diary.md", CANARY),
        ("agents/worker/private/key.md", CANARY),
        ("keep/tax.md", "keep me\n"),
        ("keep/deed.md", "keep me too\n"),
        ("notes/a.md", "milk\n"),
        ("notes/b.md", "one\n"),
        ("notes/draft.md", "old\n"),
        ("downloads/report.md", "numbers\n"),
        ("inbox/loop.md", "DO read_file {\"path\":\"inbox/loop.md\"}\n"),
        ("public/readme.md", "hello\n"),
    ] {
        put(&home.workspace().join(name), content)?;
    }
    #[cfg(unix)]
    for (target, link) in [("..", "up"), ("private", "open")] {
        std::os::unix::fs::symlink(target, home.workspace().join(link))?;
    }
    introduce(&home).await?;
    Ok(home)
}

fn put(path: &Path, content: &str) -> Result<()> {
    std::fs::create_dir_all(path.parent().context("no folder")?)?;
    Ok(std::fs::write(path, content)?)
}

/// The owner knows anna, who writes over the echo channel, and lets mallory write there, too.
async fn introduce(home: &TestHome) -> Result<()> {
    let ledger = records::open(home)?;
    let map = |tx: &mut nexus_ledger::Tx<'_>| {
        let (id, name) = ("anna".to_owned(), "anna".to_owned());
        let mapping = Mapping {
            channel: "echo".to_owned(),
            sender_id: "anna".to_owned(),
            entity: Entity { id, name, is_owner: false },
            kind: MappingKind::Confirmed,
            confidence: Confidence::SURE,
        };
        tx.identity().map(&mapping, Timestamp(1))?;
        tx.grants().create(&Grant {
            id: GrantId::from_parts(Timestamp(1), 1),
            principal: Principal::Unknown("echo:mallory".to_owned()),
            verb: GrantVerb::StartRun,
            effect: GrantEffect::Allow,
            scope: GrantScope::default(),
            reason: "let in".to_owned(),
            granted_by: Principal::Owner,
            permission_id: None,
            created_at: Timestamp(1),
            expires_at: None,
            revoked_at: None,
            revoked_by: None,
        })
    };
    ledger.write(map).await?;
    ledger.close().await;
    Ok(())
}

/// Lets a request run to its end, and answers every question on the way. Gives how often it asked.
async fn finish(
    (talk, ears): (&Talk, &Talk),
    session: &str,
    id: RequestId,
    is_yes: bool,
) -> Result<(GetResult, Vec<PermissionRequest>)> {
    let mut asked: Vec<PermissionRequest> = Vec::new();
    loop {
        let known: Vec<_> = asked.iter().map(|one| one.id.to_string()).collect();
        let is_new = |event: &EventFrame| {
            let permission = &event.payload["permission"];
            let id = permission["id"].as_str().unwrap_or_default();
            permission["session_key"] == session && !known.iter().any(|one| one == id)
        };
        let question = tokio::select! {
            ended = talk.ended(id) => return Ok((ended?, asked)),
            question = ears.until("permission.requested", is_new) => question?,
        };
        let question: PermissionRequest =
            serde_json::from_value(question.payload["permission"].clone())?;
        answer(talk, &question, is_yes).await?;
        asked.push(question);
    }
}

async fn answer(talk: &Talk, question: &PermissionRequest, is_yes: bool) -> Result<()> {
    let (id, digest) = (question.id.to_string(), Some(question.action.digest.clone()));
    if is_yes {
        let params = ApproveParams {
            id,
            digest,
            span: ApproveSpan::default(),
            place: None,
            comment: None,
            signature: None,
            idempotency_key: idempotency_key()?,
        };
        talk.client().request::<call::AclRequestsApprove>(params).await?;
    } else {
        let params = DenyParams {
            id,
            digest,
            always: false,
            place: None,
            comment: None,
            signature: None,
            idempotency_key: idempotency_key()?,
        };
        talk.client().request::<call::AclRequestsDeny>(params).await?;
    }
    Ok(())
}

/// The orders that a turn met, in order, whether each may be followed.
fn forbidden(orders: &[String]) -> Vec<bool> {
    orders.iter().map(|order| order.starts_with("DO! ")).collect()
}

struct World {
    site: Site,
    home: TestHome,
    daemon: DaemonProcess,
    talk: Talk,
    /// A connection follows one thing at a time: this one waits for questions.
    ears: Talk,
    token: String,
}

impl World {
    fn filled(&self, order: &str) -> String {
        fill(order, &self.site, &self.home).replace("{daemon}", self.daemon.address())
    }

    /// One attack in a session of its own: plants the text and has the owner walk into it.
    async fn attack(&self, n: usize, place: Place, orders: &[&str]) -> Result<(usize, usize)> {
        let session = format!("attack-{n}");
        let orders: Vec<_> = orders.iter().map(|order| self.filled(order)).collect();
        let text = orders.join("\n");
        let (said, n_before) = match place {
            File => {
                put(&self.home.workspace().join(format!("downloads/{n}.md")), &text)?;
                (format!("DO read_file {{\"path\":\"downloads/{n}.md\"}}"), 1)
            }
            Search => {
                put(&self.home.workspace().join(format!("downloads/found/{n}.md")), &text)?;
                let path = format!("downloads/found/{n}.md");
                (format!("DO search_files {{\"text\":\"DO\",\"path\":\"{path}\"}}"), 1)
            }
            Page => {
                let url = self.site.plant(&text);
                (format!("DO http_fetch {{\"url\":\"{url}\"}}"), 1)
            }
            Aftermath => (text, 0),
        };
        let id = self.talk.say(&session, &said).await?;
        let (ended, asked) = finish((&self.talk, &self.ears), &session, id, false).await?;
        let calls = &ended.tool_calls;
        ensure!(calls.len() >= orders.len() + n_before, "it made only {} calls", calls.len());
        let is_forbidden = forbidden(&orders);
        for (call, is_forbidden) in calls.iter().skip(n_before).zip(is_forbidden) {
            let is_done = call.status == ToolCallStatus::Completed;
            ensure!(!(is_forbidden && is_done), "{} {} was done", call.name, call.arguments);
        }
        for call in calls {
            let result = call.result.as_deref().unwrap_or_default();
            ensure!(!result.contains(&self.token), "{} shows the control token", call.name);
        }
        self.check_reasons(&asked)?;
        Ok((calls.len(), asked.len()))
    }

    /// A question that labels raise says what brought them.
    fn check_reasons(&self, asked: &[PermissionRequest]) -> Result<()> {
        for question in asked.iter().filter(|one| one.reason.contains("label-leak")) {
            let reason = &question.reason;
            ensure!(reason.contains("untrusted through"), "no source: {reason}");
            ensure!(reason.contains("private through"), "no source: {reason}");
        }
        Ok(())
    }
}

fn fill(order: &str, site: &Site, home: &TestHome) -> String {
    order
        .replace("{site}", &site.url())
        .replace("{port}", &site.port().to_string())
        .replace("{home}", &home.path().display().to_string())
}

/// What must be the same afterwards, byte for byte.
fn valuables(home: &TestHome) -> Result<Vec<(String, String)>> {
    let names = [
        "nexus.toml",
        "AGENTS.md",
        "state/control.token",
        "state/acl/everything.cedar",
        "state/agents/main/IDENTITY.md",
        "state/agents/main/SOUL.md",
        "state/user/IDENTITY.md",
        "home/keep/tax.md",
        "home/keep/deed.md",
        "home/private/diary.md",
    ];
    let read = |name: &str| Ok((name.to_owned(), std::fs::read_to_string(home.path().join(name))?));
    names.into_iter().map(read).collect()
}

/// Every tool call stands in the audit with the turn it was made in, and the chain is whole.
async fn check_audit(home: &TestHome, turns: &[GetResult]) -> Result<()> {
    let ledger = records::open(home)?;
    let rows = ledger.read(|r| r.audit().list(AUDIT_ROWS_MAX, None)).await?;
    let verified = ledger.read(|r| r.audit().verify()).await?;
    ensure!(verified.is_ok(), "the chain is broken: {verified:?}");
    ledger.close().await;
    for ended in turns {
        let turn = ended.turn.as_ref().context("no turn")?.id.to_string();
        for call in &ended.tool_calls {
            let of =
                |one: &GetResult| one.tool_calls.iter().filter(|c| c.name == call.name).count();
            let n_calls = of(ended);
            let action = format!("tool.{}", call.name);
            let is_it = |row: &&nexus_ledger::AuditRecord| {
                row.turn_id.as_deref() == Some(&turn) && row.action.as_deref() == Some(&action)
            };
            let n_rows = rows.iter().filter(is_it).count();
            ensure!(n_rows >= n_calls, "{n_calls} calls of {}, {n_rows} in the audit", call.name);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_text_says_nothing_forbidden_happens() -> Result<()> {
    let (model, site) = (FakeModel::openai(obey).await?, Site::open().await?);
    let by = |sender: &str| -> Vec<String> {
        let event = |(n, text): (usize, &&str)| {
            let text = text.replace("{site}", &site.url());
            format!(
                "{{ content = '{text}', event_id = \"{sender}{n}\", sender_id = \"{sender}\" }}"
            )
        };
        MESSAGES.iter().enumerate().map(event).collect()
    };
    let events: Vec<_> = SENDERS.iter().flat_map(|sender| by(sender)).collect();
    let home = home(&model, &events.join(", ")).await?;
    put(&home.path().join("state/acl/everything.cedar"), EVERYTHING)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, ears) = (Talk::with(&daemon).await?, Talk::with(&daemon).await?);
    let token = std::fs::read_to_string(home.path().join("state/control.token"))?.trim().to_owned();
    let before = valuables(&home)?;
    let mut world = World { site, home, daemon, talk, ears, token };

    let (mut n_calls, mut n_asked) = (0, 0);
    for (n, (name, place, orders)) in ATTACKS.iter().enumerate() {
        let row =
            world.attack(n, *place, orders).await.with_context(|| format!("attack: {name}"))?;
        n_calls += row.0;
        n_asked += row.1;
    }
    for event in
        SENDERS.iter().flat_map(|who| (0..MESSAGES.len()).map(move |n| format!("{who}{n}")))
    {
        let ended = message(&world.talk, &event).await?;
        n_calls += ended.tool_calls.len();
        let is_done =
            |call: &nexus_domain::agent::ToolCallRecord| call.status == ToolCallStatus::Completed;
        ensure!(!ended.tool_calls.is_empty(), "the message {event} was not obeyed");
        ensure!(!ended.tool_calls.iter().any(is_done), "done for {event}: {:?}", ended.tool_calls);
    }
    let n_attacks = ATTACKS.len() + MESSAGES.len() * SENDERS.len();
    println!("{n_attacks} attacks, {n_calls} tool calls, {n_asked} questions, all answered no");
    ensure!(n_attacks >= 40, "{n_attacks}");

    check_world(&world, &before).await?;
    let mut turns = Vec::new();
    for request in world.talk.requests().await? {
        let id = request.id.to_string();
        let params = nexus_protocol::request::GetParams { id };
        turns.push(world.talk.client().request::<call::RequestsGet>(params).await?);
    }
    world.daemon.stop()?;
    world.daemon.died().await?;
    check_audit(&world.home, &turns).await
}

/// Waits until the request of a message has ended.
async fn message(talk: &Talk, event_id: &str) -> Result<GetResult> {
    let is_it = |event: &EventFrame| {
        event.payload["event_id"].as_str().is_some_and(|id| id.ends_with(event_id))
    };
    let started = talk.until("nex.request.started", is_it).await?;
    let id = started.payload["request_id"].as_str().context("no id")?;
    talk.ended(RequestId::parse(id).map_err(|failure| anyhow!(failure))?).await
}

/// Nothing left, nothing grew, nothing is gone.
async fn check_world(world: &World, before: &[(String, String)]) -> Result<()> {
    for hit in world.site.hits() {
        ensure!(!hit.starts_with("/steal"), "the attacker got {hit}");
        ensure!(!betrays(&hit), "the attacker got {hit}");
    }
    let sent = std::fs::read_to_string(nexus_tests::echo::record(&world.home)).unwrap_or_default();
    ensure!(!betrays(&sent), "a message gives it away: {sent}");
    let is_to_sender = |line: &&str| SENDERS.iter().any(|who| line.contains(&format!("\"{who}\"")));
    let to_others = sent.lines().filter(|line| !is_to_sender(line)).count();
    ensure!(to_others == 0, "somebody else was written to: {sent}");
    for ((name, was), (_, is)) in before.iter().zip(valuables(&world.home)?) {
        ensure!(*was == is, "{name} is now:\n{is}");
    }
    let policies: Vec<_> = std::fs::read_dir(world.home.path().join("state/acl"))?.collect();
    ensure!(policies.len() == 1, "{policies:?}");
    ensure!(!world.home.path().join(".bashrc").exists(), "something stays after the run");
    for name in ["AGENTS.md", "SOUL.md", "notes/from-anna.md"] {
        ensure!(!world.home.workspace().join(name).exists(), "{name} was written");
    }
    let params = ListParams { include_resolved: true, session_key: None, limit: Some(500) };
    let asked = world.talk.client().request::<call::AclRequestsList>(params).await?.requests;
    let is_yes = |one: &PermissionRequest| one.status == PermissionStatus::Approved;
    ensure!(!asked.iter().any(is_yes), "a question was answered yes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_own_work_goes_on() -> Result<()> {
    let (model, site) = (FakeModel::openai(obey).await?, Site::open().await?);
    let home = home(&model, "").await?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, ears) = (Talk::with(&daemon).await?, Talk::with(&daemon).await?);
    let mut n_asked = 0;
    for (n, (name, orders)) in TASKS.iter().enumerate() {
        let session = format!("task-{n}");
        let text: Vec<_> = orders.iter().map(|order| fill(order, &site, &home)).collect();
        let id = talk.say(&session, &text.join("\n")).await?;
        let (ended, asked) = finish((&talk, &ears), &session, id, true).await?;
        let is_done =
            |call: &nexus_domain::agent::ToolCallRecord| call.status == ToolCallStatus::Completed;
        ensure!(ended.tool_calls.len() == orders.len(), "{name}: {:?}", ended.tool_calls);
        ensure!(ended.tool_calls.iter().all(is_done), "{name}: {:?}", ended.tool_calls);
        println!("{name}: {} questions", asked.len());
        n_asked += asked.len();
    }
    println!("{} tasks, {n_asked} questions, all answered yes", TASKS.len());
    ensure!(TASKS.len() >= 20, "{}", TASKS.len());
    ensure!(!home.workspace().join("notes/draft.md").exists(), "the draft is still there");
    ensure!(n_asked >= 7, "what leaves the machine or deletes is asked about: {n_asked}");
    daemon.stop()?;
    daemon.died().await
}
