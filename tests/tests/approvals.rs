//! Permission requests from the question to what follows from each answer.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, ensure};
use nexus_agent::port::Clock;
use nexus_client::{Client, ClientOptions, Token, call, idempotency_key};
use nexus_daemon::Daemon;
use nexus_domain::grant::{GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::RequestId;
use nexus_domain::permission::{PERMISSION_DAY_MS, PermissionRequest, PermissionStatus};
use nexus_domain::principal::Principal;
use nexus_protocol::acl::{
    ApproveParams, ApproveSpan, ClockParams, DenyParams, ShowParams, StandingPlace,
};
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::grant::CreateParams;
use nexus_tests::{Act, DaemonProcess, FakeModel, HandClock, Seen, Talk, TestHome, inside};
use serde_json::json;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const MINUTE_MS: u64 = 60_000;
/// The daemon looks for questions that ran out about as often, in milliseconds.
const LOOK_MS: u64 = 15_000;
/// Most looks at a question that has run out. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: usize = 100;
/// How long a person has in these scenarios, in milliseconds.
const ANSWER_MS: u64 = 10 * MINUTE_MS;

/// Fetches the address it is told, edits the file it is told, and repeats what came of it.
fn brain(seen: &Seen) -> Act {
    if seen.brings_results() {
        return Act::Say(format!("It says: {}", seen.last_text()));
    }
    let asked = seen.asked();
    match asked.split_once(' ') {
        Some(("fetch", url)) => Act::Call(vec![("http_fetch".to_owned(), json!({ "url": url }))]),
        Some(("edit", path)) => {
            let arguments = json!({ "path": path, "old": "one", "new": "two" });
            Act::Call(vec![("edit_file".to_owned(), arguments)])
        }
        _ => Act::Say("Nothing to do.".to_owned()),
    }
}

fn home_for(model: &FakeModel) -> Result<TestHome> {
    TestHome::with_config(&(model.config() + "\n[tools.http_fetch]\nallow_private_hosts = true\n"))
}

/// Says something and gives the question that follows.
async fn ask(talk: &Talk, session: &str, text: &str) -> Result<(RequestId, PermissionRequest)> {
    let id = talk.say(session, text).await?;
    Ok((id, question(talk, id, &[]).await?))
}

/// The question of a request that is none of those known.
async fn question(
    talk: &Talk,
    id: RequestId,
    known: &[&PermissionRequest],
) -> Result<PermissionRequest> {
    let request_id = id.to_string();
    let event = talk
        .until("permission.requested", |event| {
            let asked = &event.payload["permission"];
            asked["request_id"] == request_id.as_str()
                && known.iter().all(|known| asked["id"] != known.id.to_string().as_str())
        })
        .await?;
    Ok(serde_json::from_value(event.payload["permission"].clone())?)
}

/// What the agent was told, and how many questions it took.
async fn told(talk: &Talk, id: RequestId) -> Result<(String, usize)> {
    let result = talk.ended(id).await?;
    let call = result.tool_calls.first().context("no tool was called")?;
    Ok((call.result.clone().unwrap_or_default(), result.permissions.len()))
}

/// Says something that must not raise a question.
async fn unasked(talk: &Talk, session: &str, text: &str) -> Result<String> {
    let (told, n_asked) = told(talk, talk.say(session, text).await?).await?;
    ensure!(n_asked == 0, "`{text}` was asked about");
    Ok(told)
}

fn longer(asked: &PermissionRequest, span: ApproveSpan, proposal: u32) -> Result<ApproveParams> {
    let place = Some(StandingPlace::Proposal(proposal));
    Ok(ApproveParams { span, place, ..ApproveParams::once(asked, idempotency_key()?) })
}

async fn approve(talk: &Talk, params: ApproveParams) -> Result<PermissionRequest> {
    Ok(talk.client().request::<call::AclRequestsApprove>(params).await?.request)
}

async fn deny(talk: &Talk, params: DenyParams) -> Result<PermissionRequest> {
    Ok(talk.client().request::<call::AclRequestsDeny>(params).await?.request)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_holds_as_far_as_it_says() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;

    let (id, asked) = ask(&talk, "one", &page).await?;
    ensure!(asked.proposals.len() == 2, "{:?}", asked.proposals);
    ensure!(asked.proposals[0].scope.session_key.is_some(), "the narrowest comes first");
    let comment = Some("only this page".to_owned());
    let once = ApproveParams { comment, ..ApproveParams::once(&asked, idempotency_key()?) };
    ensure!(approve(&talk, once).await?.grant_id.is_none(), "once makes no grant");
    let (said, _) = told(&talk, id).await?;
    ensure!(said.contains("owner allowed this and said: only this page"), "{said}");

    let (id, asked) = ask(&talk, "one", &page).await?;
    let answered = approve(&talk, longer(&asked, ApproveSpan::Day, 0)?).await?;
    ensure!(answered.grant_id.is_some(), "{answered:?}");
    told(&talk, id).await?;
    unasked(&talk, "one", &page).await?;

    let (id, asked) = ask(&talk, "two", &page).await?;
    deny(&talk, DenyParams::once(&asked, idempotency_key()?)).await?;
    let (said, _) = told(&talk, id).await?;
    ensure!(said == "owner said no", "{said}");

    let (id, asked) = ask(&talk, "two", &page).await?;
    approve(&talk, longer(&asked, ApproveSpan::Always, 1)?).await?;
    told(&talk, id).await?;
    unasked(&talk, "two", &page).await?;
    unasked(&talk, "three", &page).await?;

    // Another port is another place: the fake page and a port that nobody listens on.
    let (id, asked) = ask(&talk, "four", "fetch http://127.0.0.1:9/").await?;
    let comment = Some("stay away".to_owned());
    let place = Some(StandingPlace::Proposal(1));
    let once = DenyParams::once(&asked, idempotency_key()?);
    let never = deny(&talk, DenyParams { always: true, place, comment, ..once }).await?;
    let grant_id = never.grant_id.context("a denial for good makes a rule")?;
    let (said, _) = told(&talk, id).await?;
    ensure!(said.contains("stay away") && said.contains(&grant_id.to_string()), "{said}");
    let said = unasked(&talk, "one", "fetch http://127.0.0.1:9/else").await?;
    ensure!(said.contains("denied by") && said.contains(&grant_id.to_string()), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_narrow_what_was_proposed_and_never_widen_it() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let (id, asked) = ask(&talk, "one", &page).await?;
    let with = |scope: GrantScope| -> Result<ApproveParams> {
        let params = longer(&asked, ApproveSpan::Always, 0)?;
        Ok(ApproveParams { place: Some(StandingPlace::Scope(scope)), ..params })
    };
    let everything = GrantScope::default();
    let any_host = GrantScope { host: None, port: None, ..asked.proposals[1].scope.clone() };
    for wider in [everything, any_host] {
        let refused = approve(&talk, with(wider)?).await;
        let text = refused.err().map(|error| error.to_string()).unwrap_or_default();
        ensure!(text.contains("reaches further"), "{text}");
    }
    let digest = Some(asked.action.digest.clone());
    let narrower = GrantScope { digest, ..asked.proposals[1].scope.clone() };
    approve(&talk, with(narrower)?).await?;
    told(&talk, id).await?;
    unasked(&talk, "two", &page).await?;
    ask(&talk, "two", &format!("{page}?another")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_and_its_grant_outlive_the_daemon() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (id, asked) = ask(&Talk::with(&daemon).await?, "one", &page).await?;
    daemon.kill()?;

    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    approve(&talk, longer(&asked, ApproveSpan::Always, 1)?).await?;
    let (_, n_asked) = told(&talk, id).await?;
    ensure!(n_asked == 1, "it was asked {n_asked} times");
    daemon.kill()?;

    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    unasked(&Talk::with(&daemon).await?, "two", &page).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_counts() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (talk, other) = (Talk::with(&daemon).await?, Talk::with(&daemon).await?);
    let (id, asked) = ask(&talk, "one", &page).await?;
    let (yes, no) = tokio::join!(
        approve(&talk, longer(&asked, ApproveSpan::Always, 1)?),
        deny(&other, DenyParams::once(&asked, idempotency_key()?)),
    );
    let (winner, late) = match (yes, no) {
        (Ok(winner), Err(late)) | (Err(late), Ok(winner)) => (winner, late.to_string()),
        both => return Err(anyhow!("both or none counted: {both:?}")),
    };
    ensure!(late.contains("already resolved by owner at 20"), "{late}");
    let (said, _) = told(&talk, id).await?;
    let is_yes = winner.status == PermissionStatus::Approved;
    ensure!(is_yes != said.contains("said no"), "{winner:?} but {said}");
    ensure!(is_yes == winner.grant_id.is_some(), "{winner:?}");
    if is_yes {
        unasked(&talk, "one", &page).await?;
    } else {
        ask(&talk, "one", &page).await?;
    }
    Ok(())
}

/// Asks before each edit, whatever permits it.
const GUARD: &str = r#"
@id("test-guard")
@reason("edits are looked at one by one")
@ask("owner")
forbid (principal is Agent, action == Action::"use_tool", resource == Tool::"edit_file");
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_while_a_person_thought_is_asked_again() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let home = home_for(&model)?;
    std::fs::create_dir_all(home.path().join("state/acl"))?;
    std::fs::write(home.path().join("state/acl/test.cedar"), GUARD)?;
    let file = home.workspace().join("a.txt");
    std::fs::write(&file, "one\n")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;

    let (id, first) = ask(&talk, "one", "edit a.txt").await?;
    ensure!(first.proposals.is_empty(), "a guard is answered each time: {:?}", first.proposals);
    let refused = approve(&talk, longer(&first, ApproveSpan::Day, 0)?).await;
    let text = refused.err().map(|error| error.to_string()).unwrap_or_default();
    ensure!(text.contains("asked each time"), "{text}");

    std::fs::write(&file, "one, but swapped\n")?;
    approve(&talk, ApproveParams::once(&first, idempotency_key()?)).await?;
    let second = question(&talk, id, &[&first]).await?;
    ensure!(second.action.digest != first.action.digest, "the same action was asked twice");
    ensure!(second.reason.contains("has changed meanwhile"), "{}", second.reason);
    ensure!(std::fs::read_to_string(&file)? == "one, but swapped\n", "it ran all the same");
    approve(&talk, ApproveParams::once(&second, idempotency_key()?)).await?;
    told(&talk, id).await?;
    ensure!(std::fs::read_to_string(&file)? == "two, but swapped\n");

    // The same over a restart: what was asked before counts for nothing any more.
    std::fs::write(&file, "one\n")?;
    let (id, first) = ask(&talk, "two", "edit a.txt").await?;
    drop(daemon);
    std::fs::write(&file, "one again\n")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let second = question(&talk, id, &[&first]).await?;
    let late = approve(&talk, ApproveParams::once(&first, idempotency_key()?)).await;
    ensure!(late.is_err(), "a question that was taken back was answered");
    deny(&talk, DenyParams::once(&second, idempotency_key()?)).await?;
    told(&talk, id).await?;
    ensure!(std::fs::read_to_string(&file)? == "one again\n");
    Ok(())
}

/// A daemon whose time is moved by hand.
struct Bench {
    daemon: Daemon,
    clock: Arc<HandClock>,
    home: TestHome,
    page: String,
    _model: FakeModel,
}

impl Bench {
    async fn start() -> Result<Self> {
        let model = FakeModel::openai(brain).await?;
        let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
        let clock = HandClock::new();
        let mut options = inside::options(&home);
        options.clock = clock.clone();
        let daemon = Daemon::assemble(options).await?;
        Ok(Self { daemon, clock, home, page, _model: model })
    }

    /// A new connection: one that was silent for hours of this clock may have been given up.
    async fn talk(&self) -> Result<Talk> {
        let facts = ClientFacts { name: "scenario".to_owned(), ..ClientFacts::default() };
        let token = Token::read(self.home.path())?;
        let address = self.daemon.address().to_string();
        Ok(Talk::over(Client::connect(ClientOptions::new(address, Some(token), facts)).await?))
    }

    fn pass(&self, ms: u64) {
        self.clock.pass(ms);
    }

    async fn show(&self, asked: &PermissionRequest) -> Result<PermissionRequest> {
        let params = ShowParams { id: asked.id.to_string() };
        Ok(self.talk().await?.client().request::<call::AclRequestsShow>(params).await?.request)
    }

    /// Waits until a question is no longer open. Time passes only as long as it is, and in small
    /// steps: a model call must not run into its limit on this clock.
    async fn ended(&self, asked: &PermissionRequest) -> Result<PermissionRequest> {
        for _ in 0..LOOKS_MAX {
            let now = self.show(asked).await?;
            if now.status != PermissionStatus::Pending {
                return Ok(now);
            }
            self.pass(LOOK_MS);
        }
        Err(anyhow!("it stays open: {asked:?}"))
    }

    async fn see(&self, asked: &PermissionRequest) -> Result<PermissionRequest> {
        let params = clock_params(asked)?;
        Ok(self.talk().await?.client().request::<call::AclRequestsSeen>(params).await?.request)
    }

    async fn extend(&self, asked: &PermissionRequest) -> Result<PermissionRequest> {
        let params = clock_params(asked)?;
        Ok(self.talk().await?.client().request::<call::AclRequestsExtend>(params).await?.request)
    }
}

fn clock_params(asked: &PermissionRequest) -> Result<ClockParams> {
    Ok(ClockParams { id: asked.id.to_string(), idempotency_key: idempotency_key()? })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_question_starts_when_it_is_shown() -> Result<()> {
    let bench = Bench::start().await?;
    let (id, asked) = ask(&bench.talk().await?, "one", &bench.page).await?;
    bench.pass(60 * MINUTE_MS);
    let shown = bench.show(&asked).await?;
    ensure!(shown.status == PermissionStatus::Pending && shown.seen_at.is_none(), "{shown:?}");

    let seen = bench.see(&asked).await?;
    ensure!(seen.expires_at.ms_since(bench.clock.now()) == ANSWER_MS, "{seen:?}");
    bench.pass(5 * MINUTE_MS);
    ensure!(bench.see(&asked).await?.expires_at == seen.expires_at, "seen twice is seen once");
    let extended = bench.extend(&asked).await?;
    ensure!(extended.expires_at.ms_since(bench.clock.now()) == ANSWER_MS, "{extended:?}");

    bench.pass(ANSWER_MS);
    let talk = bench.talk().await?;
    let late = approve(&talk, ApproveParams::once(&asked, idempotency_key()?)).await;
    ensure!(late.is_err(), "an answer after the end counted");
    let ended = bench.ended(&asked).await?;
    let (said, _) = told(&talk, id).await?;
    ensure!(said.contains("nobody answered in time"), "{said}");
    ensure!(ended.status == PermissionStatus::Expired, "{ended:?}");
    // To run it again is a new question.
    let (_, again) = ask(&talk, "one", &bench.page).await?;
    ensure!(again.id != asked.id);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_question_stays_open_for_more_than_a_day() -> Result<()> {
    let bench = Bench::start().await?;
    let (id, asked) = ask(&bench.talk().await?, "one", &bench.page).await?;
    bench.pass(asked.open_until().ms_since(bench.clock.now()) - MINUTE_MS);
    let seen = bench.see(&asked).await?;
    ensure!(seen.expires_at == asked.open_until(), "{seen:?}");
    ensure!(bench.extend(&asked).await?.expires_at == asked.open_until(), "it was extended");
    bench.pass(MINUTE_MS);
    bench.ended(&asked).await?;
    let (said, _) = told(&bench.talk().await?, id).await?;
    ensure!(said.contains("nobody answered in time"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_with_its_day_or_when_it_is_revoked() -> Result<()> {
    let bench = Bench::start().await?;
    let talk = bench.talk().await?;
    let (id, asked) = ask(&talk, "one", &bench.page).await?;
    approve(&talk, longer(&asked, ApproveSpan::Day, 1)?).await?;
    told(&talk, id).await?;
    bench.pass(PERMISSION_DAY_MS - MINUTE_MS);
    unasked(&bench.talk().await?, "one", &bench.page).await?;
    bench.pass(MINUTE_MS);
    let talk = bench.talk().await?;
    let (id, asked) = ask(&talk, "one", &bench.page).await?;

    let answered = approve(&talk, longer(&asked, ApproveSpan::Always, 1)?).await?;
    told(&talk, id).await?;
    unasked(&talk, "two", &bench.page).await?;
    let grant_id = answered.grant_id.context("there is no grant")?;
    let (context, now) = (bench.daemon.context(), bench.clock.now());
    let revoke =
        move |tx: &mut nexus_ledger::Tx<'_>| tx.grants().revoke(grant_id, &Principal::Owner, now);
    context.ledger.write(revoke).await?;
    context.policies.grants_changed().await?;
    ask(&talk, "two", &bench.page).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_does_not_go_past_what_was_forbidden_meanwhile() -> Result<()> {
    let model = FakeModel::openai(brain).await?;
    let (page, home) = (format!("fetch {}", model.page()), home_for(&model)?);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let (id, asked) = ask(&talk, "one", &page).await?;
    let scope = GrantScope { resource: Some("http_fetch".to_owned()), ..GrantScope::default() };
    let rule = CreateParams {
        principal: "agent:main".to_owned(),
        verb: GrantVerb::UseTool,
        effect: GrantEffect::Deny,
        scope,
        reason: "not today".to_owned(),
        duration_ms: None,
        idempotency_key: idempotency_key()?,
    };
    talk.client().request::<call::AclGrantsCreate>(rule).await?;
    approve(&talk, ApproveParams::once(&asked, idempotency_key()?)).await?;
    let (said, n_asked) = told(&talk, id).await?;
    ensure!(said.contains("not today") && n_asked == 1, "{said}");
    ensure!(model.n_visits() == 0, "it was fetched");
    Ok(())
}
