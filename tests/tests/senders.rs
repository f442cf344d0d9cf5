//! Who may write to an agent: a stranger is asked about, once, and every answer holds as far as it
//! says, over restarts; a flood is bounded; whoever becomes known goes on where the stranger was.

use anyhow::{Context as _, Result, ensure};
use nexus_client::{call, idempotency_key};
use nexus_daemon::Daemon;
use nexus_daemon::engine::{Submission, receive_event};
use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::contact::{MappingKind, SENDER_WAITING_MAX, SENDERS_ASKED_MAX};
use nexus_domain::message::Role;
use nexus_domain::permission::{PERMISSION_OPEN_MS, PermissionKind, PermissionRequest};
use nexus_domain::pipeline::Wish;
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::acl::{ApproveParams, ApproveSpan, DenyParams, ListParams, StandingPlace};
use nexus_protocol::contact::{ChangeParams, LinkParams, SenderRef, ShowParams, ShowResult, Whom};
use nexus_protocol::grant;
use nexus_tests::{Act, DaemonProcess, FakeModel, HandClock, Seen, Talk, TestHome, echo, inside};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");

/// Says what it was asked, so that each reply is known by its question.
fn parrot(seen: &Seen) -> Act {
    Act::Say(format!("You said: {}", seen.asked()))
}

/// The settings that hand in `(sender, event, text)` one to one.
fn direct(events: &[(&str, &str, &str)]) -> String {
    let lines = events.iter().map(|(sender, event, text)| {
        format!("{{ content = {text:?}, event_id = {event:?}, sender_id = {sender:?} }}")
    });
    format!("events = [{}]", lines.collect::<Vec<_>>().join(",\n"))
}

/// A daemon with a model and strangers at its door.
struct Door {
    home: TestHome,
    model: FakeModel,
    daemon: DaemonProcess,
    talk: Talk,
}

impl Door {
    async fn open(events: &[(&str, &str, &str)]) -> Result<Self> {
        let model = FakeModel::openai(parrot).await?;
        let home = echo::home(&model, ECHO, &direct(events))?;
        let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        Ok(Self { home, model, daemon, talk })
    }

    /// The same home after the daemon was killed, with more messages coming in.
    async fn again(mut self, events: &[(&str, &str, &str)]) -> Result<Self> {
        self.daemon.kill()?;
        echo::play(&self.home, &self.model, ECHO, &direct(events))?;
        let daemon = DaemonProcess::start(NEXUSD, self.home.path()).await?;
        let talk = Talk::with(&daemon).await?;
        Ok(Self { daemon, talk, ..self })
    }

    /// The question about the message of an event, once it is asked.
    async fn asked(&self, event: &str) -> Result<PermissionRequest> {
        let id = self.request(event).await?.id.to_string();
        let is_it = |frame: &nexus_protocol::frame::EventFrame| {
            frame.payload["permission"]["request_id"] == id.as_str()
        };
        let asked = self.talk.until("permission.requested", is_it).await?;
        Ok(serde_json::from_value(asked.payload["permission"].clone())?)
    }

    /// The request of an event, once it came.
    async fn request(&self, event: &str) -> Result<Request> {
        let event_id = format!("echo:{event}");
        let is_it = |frame: &nexus_protocol::frame::EventFrame| {
            frame.payload["event_id"] == event_id.as_str()
        };
        let started = self.talk.until("nex.request.started", is_it).await?;
        let id = started.payload["request_id"].as_str().context("no id")?.to_owned();
        let params = nexus_protocol::request::GetParams { id };
        Ok(self.talk.client().request::<call::RequestsGet>(params).await?.request)
    }

    async fn ended(&self, event: &str) -> Result<Request> {
        let id = self.request(event).await?.id;
        Ok(self.talk.ended(id).await?.request)
    }

    async fn open_questions(&self) -> Result<Vec<PermissionRequest>> {
        let params = ListParams { limit: Some(500), ..ListParams::default() };
        Ok(self.talk.client().request::<call::AclRequestsList>(params).await?.requests)
    }

    async fn approve(
        &self,
        asked: &PermissionRequest,
        span: ApproveSpan,
    ) -> Result<PermissionRequest> {
        let params = ApproveParams { span, ..ApproveParams::once(asked, idempotency_key()?) };
        Ok(self.talk.client().request::<call::AclRequestsApprove>(params).await?.request)
    }

    async fn deny(&self, asked: &PermissionRequest, always: bool) -> Result<PermissionRequest> {
        let params = DenyParams { always, ..DenyParams::once(asked, idempotency_key()?) };
        Ok(self.talk.client().request::<call::AclRequestsDeny>(params).await?.request)
    }

    async fn contact(&self, sender: &str) -> Result<ShowResult> {
        let params = ShowParams { sender: sender_ref(sender) };
        Ok(self.talk.client().request::<call::ContactsShow>(params).await?)
    }

    async fn link(&self, sender: &str, whom: Whom) -> Result<()> {
        let (sender, idempotency_key) = (sender_ref(sender), idempotency_key()?);
        let params = LinkParams { sender, whom, confidence: None, idempotency_key };
        self.talk.client().request::<call::ContactsLink>(params).await?;
        Ok(())
    }

    async fn unlink(&self, sender: &str) -> Result<()> {
        let params =
            ChangeParams { sender: sender_ref(sender), idempotency_key: idempotency_key()? };
        self.talk.client().request::<call::ContactsUnlink>(params).await?;
        Ok(())
    }

    fn sent_to(&self, sender: &str) -> Result<Vec<String>> {
        let sent = echo::sent(&self.home)?;
        let mine = sent.iter().filter(|one| one["to"] == sender);
        Ok(mine.map(|one| one["text"].as_str().unwrap_or("?").to_owned()).collect())
    }

    async fn answered(&self, sender: &str, texts: &[&str]) -> Result<()> {
        let is_so = || self.sent_to(sender).is_ok_and(|sent| sent == texts);
        self.daemon.wait_until(&format!("{texts:?} to {sender}"), is_so).await
    }
}

fn sender_ref(sender_id: &str) -> SenderRef {
    SenderRef { channel: "echo".to_owned(), sender_id: sender_id.to_owned() }
}

fn unknown(sender: &str) -> Option<Principal> {
    Some(Principal::Unknown(format!("echo:{sender}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_holds_as_far_as_it_says() -> Result<()> {
    let knocks = [
        ("once", "o1", "let me in"),
        ("day", "d1", "let me in"),
        ("good", "g1", "let me in"),
        ("no", "n1", "let me in"),
        ("never", "x1", "let me in"),
    ];
    let door = Door::open(&knocks).await?;
    let once = door.asked("o1").await?;
    let sender = once.sender.as_deref().context("no sender is shown")?;
    ensure!(once.kind == PermissionKind::Sender && once.turn_id.is_none(), "{once:?}");
    ensure!((sender.n_seen, sender.excerpt.as_str()) == (1, "let me in"), "{sender:?}");
    ensure!(door.request("o1").await?.status == RequestStatus::Parked);
    ensure!(door.model.seen().is_empty(), "the model was asked before anybody answered");
    // What was answered is what was shown, and it is answered once.
    let other = PermissionRequest { action: door.asked("d1").await?.action, ..once.clone() };
    ensure!(door.approve(&other, ApproveSpan::Once).await.is_err(), "another digest was taken");
    door.approve(&once, ApproveSpan::Once).await?;
    ensure!(door.deny(&once, false).await.is_err(), "it was answered twice");
    let day = door.approve(&door.asked("d1").await?, ApproveSpan::Day).await?;
    let good = door.asked("g1").await?;
    let scoped = ApproveParams {
        span: ApproveSpan::Always,
        place: Some(StandingPlace::Proposal(0)),
        ..ApproveParams::once(&good, idempotency_key()?)
    };
    let refused = door.talk.client().request::<call::AclRequestsApprove>(scoped).await;
    ensure!(refused.is_err(), "a person was made within a scope that cannot hold");
    let good = door.approve(&good, ApproveSpan::Always).await?;
    ensure!(good.grant_id.is_none(), "a person needs no grant");
    door.deny(&door.asked("n1").await?, false).await?;
    let never = door.deny(&door.asked("x1").await?, true).await?;
    ensure!(day.grant_id.is_some() && never.grant_id.is_some());

    for (event, sender) in [("o1", "once"), ("d1", "day")] {
        let done = door.ended(event).await?;
        ensure!(done.status == RequestStatus::Completed, "{done:?}");
        ensure!(done.principal == unknown(sender), "{done:?}");
        let label = door.talk.look(&format!("dm:echo:{sender}")).await?.labels;
        ensure!(label.iter().any(|one| one.label == nexus_domain::label::Label::Untrusted));
        door.answered(sender, &["You said: let me in"]).await?;
    }
    let done = door.ended("g1").await?;
    ensure!(done.principal == Some(Principal::Known("echo-good".to_owned())), "{done:?}");
    for event in ["n1", "x1"] {
        let denied = door.ended(event).await?;
        ensure!(denied.status == RequestStatus::Denied && denied.turn_id.is_none(), "{denied:?}");
        ensure!(denied.error.as_deref().is_some_and(|e| e.contains("owner said no")), "{denied:?}");
    }
    ensure!(door.contact("good").await?.principal == "person:echo-good");
    ensure!(door.contact("once").await?.principal == "unknown:echo:once");

    second_message(door).await
}

/// The same senders write once more, after the daemon was killed.
async fn second_message(door: Door) -> Result<()> {
    let more = [
        ("once", "o2", "again"),
        ("day", "d2", "again"),
        ("good", "g2", "again"),
        ("no", "n2", "again"),
        ("never", "x2", "again"),
    ];
    let door = door.again(&more).await?;
    for (event, sender) in [("d2", "day"), ("g2", "good")] {
        let done = door.ended(event).await?;
        ensure!(done.status == RequestStatus::Completed, "{done:?}");
        door.answered(sender, &["You said: let me in", "You said: again"]).await?;
    }
    let denied = door.ended("x2").await?;
    ensure!(denied.status == RequestStatus::Denied, "{denied:?}");
    let once = door.asked("o2").await?;
    ensure!(once.sender.as_ref().is_some_and(|sender| sender.n_seen == 2), "{once:?}");
    door.asked("n2").await?;
    ensure!(door.open_questions().await?.len() == 2);
    // A grant that is revoked holds no longer; a denial neither.
    let list =
        grant::ListParams { principal: Some("unknown:echo:day".into()), ..Default::default() };
    let grants = door.talk.client().request::<call::AclGrantsList>(list).await?.grants;
    let grant = grants.first().context("the day left no grant")?;
    ensure!(grant.expires_at.is_some_and(|end| end.ms_since(grant.created_at) == 86_400_000));
    let id = grant.id.to_string();
    let revoke = grant::RevokeParams { id, idempotency_key: idempotency_key()? };
    door.talk.client().request::<call::AclGrantsRevoke>(revoke).await?;
    let door = door.again(&[("day", "d3", "and now?")]).await?;
    door.asked("d3").await?;
    ensure!(door.sent_to("no")?.is_empty() && door.sent_to("never")?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_outlives_the_daemon_and_the_message_runs_once() -> Result<()> {
    let door = Door::open(&[("x", "x1", "one"), ("x", "x2", "two")]).await?;
    let asked = door.asked("x1").await?;
    // The second message waits behind the question about the first.
    while door.request("x2").await?.status != RequestStatus::Parked {
        tokio::task::yield_now().await;
    }
    let door = door.again(&[("x", "x1", "one"), ("x", "x2", "two")]).await?;
    let open = door.open_questions().await?;
    ensure!(open.len() == 1 && open[0].id == asked.id, "{open:?}");
    door.approve(&asked, ApproveSpan::Once).await?;
    ensure!(door.ended("x1").await?.status == RequestStatus::Completed);
    let next = door.asked("x2").await?;
    ensure!(next.id != asked.id && door.open_questions().await?.len() == 1);
    door.deny(&next, false).await?;
    ensure!(door.ended("x2").await?.status == RequestStatus::Denied);
    door.answered("x", &["You said: one"]).await?;
    ensure!(door.model.seen().len() == 1, "{} calls", door.model.seen().len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_around_the_question_loses_and_repeats_nothing() -> Result<()> {
    let knocks = [("x", "x1", "one"), ("x", "x2", "two")];
    for point in ["Admitted", "PermissionAsked", "PermissionAnswered", "TurnOpened"] {
        let model = FakeModel::openai(parrot).await?;
        let home = echo::home(&model, ECHO, &direct(&knocks))?;
        let mut daemon = DaemonProcess::start_doomed(NEXUSD, home.path(), point).await?;
        let talk = Talk::with(&daemon).await;
        if matches!(point, "PermissionAnswered" | "TurnOpened") {
            let door = Door { home, model, talk: talk?, daemon };
            let asked = door.asked("x1").await?;
            // The daemon dies of the answer: whether it got it is not known here.
            let _ = door.approve(&asked, ApproveSpan::Day).await;
            let Door { home: kept, model: same, daemon: mut dying, .. } = door;
            dying.died().await?;
            check_after(point, kept, same, &knocks).await?;
        } else {
            daemon.died().await?;
            check_after(point, home, model, &knocks).await?;
        }
    }
    Ok(())
}

async fn check_after(
    point: &str,
    home: TestHome,
    model: FakeModel,
    knocks: &[(&str, &str, &str)],
) -> Result<()> {
    echo::play(&home, &model, ECHO, &direct(knocks))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let door = Door { home, model, daemon, talk };
    let asked = door.asked("x1").await?;
    if door.open_questions().await?.iter().any(|one| one.id == asked.id) {
        door.approve(&asked, ApproveSpan::Day).await?;
    }
    for event in ["x1", "x2"] {
        let done = door.ended(event).await?;
        ensure!(done.status == RequestStatus::Completed, "{point}: {done:?}");
    }
    door.answered("x", &["You said: one", "You said: two"])
        .await
        .with_context(|| format!("killed at {point}"))?;
    ensure!(door.talk.requests().await?.len() == 2, "killed at {point}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_one_stranger_is_one_question_and_is_bounded() -> Result<()> {
    const N_EXTRA: usize = 7;
    let names: Vec<_> = (0..SENDER_WAITING_MAX + N_EXTRA).map(|n| format!("f{n}")).collect();
    let mut knocks: Vec<_> =
        names.iter().map(|event| ("flood", event.as_str(), "let me in")).collect();
    knocks.push(("other", "last", "and me"));
    let door = Door::open(&knocks).await?;
    // Each is handed in after the one before, and the last comes from somebody else.
    door.asked("last").await?;
    for name in names.iter().skip(SENDER_WAITING_MAX) {
        let refused = door.ended(name).await?;
        ensure!(refused.status == RequestStatus::Denied, "{refused:?}");
        ensure!(refused.error.is_some_and(|e| e.contains("messages of this sender wait")));
    }
    ensure!(door.open_questions().await?.len() == 2, "one question for each sender");
    ensure!(door.contact("flood").await?.n_waiting == SENDER_WAITING_MAX as u64);
    door.deny(&door.asked("f0").await?, false).await?;
    for name in names.iter().take(SENDER_WAITING_MAX) {
        ensure!(door.ended(name).await?.status == RequestStatus::Denied);
    }
    ensure!(door.contact("flood").await?.n_waiting == 0);
    ensure!(door.model.seen().is_empty() && echo::sent(&door.home)?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_strangers_asks_a_bounded_number_of_questions() -> Result<()> {
    const N_EXTRA: usize = 5;
    let names: Vec<_> = (0..SENDERS_ASKED_MAX + N_EXTRA).map(|n| format!("s{n}")).collect();
    let knocks: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str(), "hi")).collect();
    let door = Door::open(&knocks).await?;
    let last = door.ended(&names[names.len() - 1]).await?;
    ensure!(last.error.as_ref().is_some_and(|e| e.contains("unknown senders wait")), "{last:?}");
    ensure!(door.open_questions().await?.len() == SENDERS_ASKED_MAX);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_linked_is_somebody_and_unlinked_nobody() -> Result<()> {
    let door = Door::open(&[("a", "a1", "one"), ("a", "a2", "zebra"), ("b", "b1", "hi")]).await?;
    let asked = door.asked("a1").await?;
    door.asked("b1").await?;
    let anna = Whom::New { name: "Anna".to_owned(), id: Some("anna".to_owned()) };
    door.link("a", anna.clone()).await?;
    for event in ["a1", "a2"] {
        let done = door.ended(event).await?;
        ensure!(done.principal == Some(Principal::Known("anna".to_owned())), "{done:?}");
        ensure!(done.session_key.as_ref().is_some_and(|key| key.as_str() == "dm:anna"), "{done:?}");
    }
    let open = door.open_questions().await?;
    ensure!(open.len() == 1 && open[0].id != asked.id, "the question was not taken back");
    ensure!(door.link("b", anna).await.is_err(), "two people under one id");
    door.link("b", Whom::Person("anna".to_owned())).await?;
    ensure!(door.ended("b1").await?.status == RequestStatus::Completed);
    let said = door.talk.texts("dm:anna", Role::User).await?;
    ensure!(said == ["one", "zebra", "hi"], "one conversation with one person: {said:?}");
    let calls = ["contact.link", "contact.link"];
    let rows = audit_actions(&door, "contact.").await?;
    ensure!(rows == calls, "{rows:?}");

    // It was somebody else after all: nothing of Anna's conversation is theirs.
    door.unlink("b").await?;
    ensure!(door.contact("b").await?.principal == "unknown:echo:b");
    let door = door.again(&[("b", "b2", "what did I say?"), ("a", "a3", "three")]).await?;
    let asked = door.asked("b2").await?;
    ensure!(door.ended("a3").await?.status == RequestStatus::Completed);
    door.approve(&asked, ApproveSpan::Once).await?;
    door.ended("b2").await?;
    let said = door.talk.texts("dm:echo:b", Role::User).await?;
    ensure!(said == ["what did I say?"], "{said:?}");
    let calls = door.model.seen();
    let last = calls.iter().find(|seen| seen.asked() == "what did I say?").context("not asked")?;
    ensure!(!last.body.to_string().contains("zebra"), "the stranger's run saw Anna's words");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_survives_when_a_stranger_becomes_a_person() -> Result<()> {
    let door = Door::open(&[("x", "x1", "remember the number 42")]).await?;
    door.approve(&door.asked("x1").await?, ApproveSpan::Once).await?;
    door.ended("x1").await?;
    ensure!(door.talk.messages("dm:echo:x").await?.len() == 2);
    let door = door.again(&[("x", "x2", "which number?")]).await?;
    door.approve(&door.asked("x2").await?, ApproveSpan::Always).await?;
    let done = door.ended("x2").await?;
    ensure!(done.session_key.as_ref().is_some_and(|key| key.as_str() == "dm:echo-x"), "{done:?}");
    // Under both keys, in one order, and the model saw it.
    for key in ["dm:echo-x", "dm:echo:x"] {
        let said = door.talk.texts(key, Role::User).await?;
        ensure!(said == ["remember the number 42", "which number?"], "{key}: {said:?}");
    }
    ensure!(door.request("x1").await?.session_key == done.session_key, "its trace lies elsewhere");
    let seen = door.model.seen();
    let last = seen.last().context("nobody was asked")?;
    ensure!(last.body.to_string().contains("42"), "the agent forgot: {}", last.body);
    let is_it =
        |frame: &nexus_protocol::frame::EventFrame| frame.payload["earlier_key"] == "dm:echo:x";
    door.talk.until("session.renamed", is_it).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guess_counts_only_when_it_is_sure_or_confirmed() -> Result<()> {
    let door = Door::open(&[("x", "x1", "hi")]).await?;
    let guess = |number: f64, whom: Whom| {
        let params = LinkParams {
            sender: sender_ref("x"),
            whom,
            confidence: nexus_domain::contact::Confidence::new(number).ok(),
            idempotency_key: idempotency_key().unwrap_or_default(),
        };
        door.talk.client().request::<call::ContactsLink>(params)
    };
    door.asked("x1").await?;
    let new = Whom::New { name: "Anna\u{202e}".to_owned(), id: Some("anna".to_owned()) };
    ensure!(guess(0.5, new.clone()).await.is_err(), "too weak");
    let contact = guess(0.8, new).await?.contact;
    let belongs = contact.belongs_to.context("no guess is kept")?;
    ensure!(belongs.kind == MappingKind::Pending && belongs.entity.name == "Anna", "{belongs:?}");
    ensure!(door.contact("x").await?.principal == "unknown:echo:x");
    ensure!(door.open_questions().await?.len() == 1, "a guess answers no question");
    let params = ChangeParams { sender: sender_ref("x"), idempotency_key: idempotency_key()? };
    door.talk.client().request::<call::ContactsConfirm>(params).await?;
    ensure!(door.ended("x1").await?.principal == Some(Principal::Known("anna".to_owned())));
    let contact = guess(0.95, Whom::Owner).await?.contact;
    ensure!(contact.belongs_to.is_some_and(|one| one.kind == MappingKind::Inferred));
    ensure!(door.contact("x").await?.principal == "owner");
    Ok(())
}

/// The actions of the audit that begin so, the oldest first.
async fn audit_actions(door: &Door, beginning: &str) -> Result<Vec<String>> {
    let params = nexus_protocol::audit::ListParams { limit: Some(500), ..Default::default() };
    let rows = door.talk.client().request::<call::AclAuditList>(params).await?.entries;
    let actions = rows.into_iter().rev().map(|row| row.action);
    Ok(actions.filter(|action| action.starts_with(beginning)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_no_for_everything_that_waits() -> Result<()> {
    let home = TestHome::offline()?;
    let clock = HandClock::new();
    let mut options = inside::options(&home);
    options.clock = clock.clone();
    let daemon = Daemon::assemble(options).await?;
    let mut ids = Vec::new();
    for event in ["e1", "e2"] {
        let admission = receive_event(daemon.context(), knock(event)).await?;
        ids.push(admission.request_id);
    }
    let read = |id| daemon.context().ledger.read(move |r| r.requests().get(id));
    for id in &ids {
        while read(*id).await?.context("no request")?.status != RequestStatus::Parked {
            tokio::task::yield_now().await;
        }
    }
    clock.pass(PERMISSION_OPEN_MS);
    for id in ids {
        while !read(id).await?.context("no request")?.status.is_final() {
            clock.pass(1_000);
            tokio::task::yield_now().await;
        }
        let ended = read(id).await?.context("no request")?;
        ensure!(ended.status == RequestStatus::Denied, "{ended:?}");
        ensure!(ended.error.is_some_and(|e| e.contains("nobody answered in time")));
    }
    daemon.drain("the test is over").await;
    Ok(())
}

fn knock(event_id: &str) -> Submission {
    let arrival = Arrival {
        event_id: event_id.to_owned(),
        timestamp: nexus_domain::Timestamp(1),
        content: "let me in".to_owned(),
        content_type: ContentType::Text,
        channel: "echo".to_owned(),
        account_id: "main".to_owned(),
        sender_id: "mallory".to_owned(),
        peer_id: "mallory".to_owned(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    };
    Submission { arrival, authenticated: None, wish: Wish::default() }
}
