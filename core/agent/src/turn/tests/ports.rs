//! The world of a run, made of scripts and a diary.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, pending};
use futures_util::stream;
use nexus_domain::Timestamp;
use nexus_domain::agent::{AgentErrorKind, AgentSpec, RunLimits, ToolCallRecord};
use nexus_domain::brief::Brief;
use nexus_domain::id::{AgentId, MessageId, SessionKey, TurnId};
use nexus_domain::message::{Message, Part, Role, ToolCall, Usage};
use nexus_domain::pipeline::RunOutcome;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use super::spending::Purse;
use crate::StopSignal;
use crate::context::Prompt;
use crate::port::{
    Answer, Ask, Clock, Compaction, Exposure, Gate, LogError, Reply, TurnFacts, TurnLog, Watcher,
};
use crate::provider::{
    ModelCall, ModelClient, ModelError, ModelPool, Pictures, PriceTable, ProviderConfig,
    ProviderKind, ProviderStop, ReplyPart, ReplyStream,
};
use crate::tools::{HttpConfig, ToolBox, ToolConfig};
use crate::turn::{TurnInput, World, run};

/// A clock that only moves by hand.
#[derive(Default)]
pub(crate) struct HandClock {
    state: Mutex<ClockState>,
}

#[derive(Default)]
struct ClockState {
    now_ms: u64,
    n_ids: u128,
    sleepers: Vec<(u64, oneshot::Sender<()>)>,
}

impl HandClock {
    pub(crate) fn advance(&self, ms: u64) {
        let mut state = self.state.lock().unwrap();
        state.now_ms += ms;
        let now_ms = state.now_ms;
        let (due, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.sleepers).into_iter().partition(|(at, _)| *at <= now_ms);
        state.sleepers = rest;
        for (_, wake) in due {
            let _ = wake.send(());
        }
    }

    /// Moves to the next moment that somebody waits for.
    pub(crate) fn advance_to_next(&self) {
        let mut state = self.state.lock().unwrap();
        state.sleepers.retain(|(_, wake)| !wake.is_closed());
        let next = state.sleepers.iter().map(|(at, _)| *at).min();
        let ms = next.map_or(0, |at| at.saturating_sub(state.now_ms));
        drop(state);
        self.advance(ms);
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.state.lock().unwrap().now_ms
    }
}

/// A machine that does not sleep.
pub(crate) struct NeverSleeps;

impl crate::port::Power for NeverSleeps {}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000).plus_ms(self.now_ms())
    }

    fn monotonic_us(&self) -> u64 {
        self.now_ms() * 1000
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        let mut state = self.state.lock().unwrap();
        if ms == 0 {
            return Box::pin(std::future::ready(()));
        }
        let (wake, woken) = oneshot::channel();
        let at = state.now_ms.saturating_add(ms);
        state.sleepers.push((at, wake));
        Box::pin(async move {
            let _ = woken.await;
        })
    }

    fn entropy(&self) -> u128 {
        let mut state = self.state.lock().unwrap();
        state.n_ids += 1;
        state.n_ids
    }
}

/// What a scripted model does on one call.
pub(crate) enum Script {
    Parts(Vec<Result<ReplyPart, ModelError>>),
    /// These parts, then silence.
    Stall(Vec<ReplyPart>),
    Refuse(ModelError),
}

pub(crate) fn says(text: &str) -> Script {
    let usage = Usage { input_tokens: 100, output_tokens: 10, ..Usage::default() };
    Script::Parts(vec![
        Ok(ReplyPart::Text(text.to_owned())),
        Ok(ReplyPart::Usage(usage)),
        Ok(ReplyPart::Stop(ProviderStop::End)),
    ])
}

pub(crate) fn call(id: &str, name: &str, arguments: Value) -> ToolCall {
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments }
}

pub(crate) fn calls(calls: &[ToolCall]) -> Script {
    let mut parts: Vec<_> = calls.iter().cloned().map(|c| Ok(ReplyPart::ToolCall(c))).collect();
    parts.push(Ok(ReplyPart::Stop(ProviderStop::ToolCalls)));
    Script::Parts(parts)
}

#[derive(Default)]
pub(crate) struct Scripted {
    scripts: Mutex<VecDeque<Script>>,
    pub(crate) seen: Mutex<Vec<ModelCall>>,
}

impl ModelClient for Scripted {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        self.seen.lock().unwrap().push(call);
        let script = self.scripts.lock().unwrap().pop_front();
        Box::pin(async move {
            match script.expect("one call more than the script has") {
                Script::Parts(parts) => Ok(stream::iter(parts).boxed()),
                Script::Stall(parts) => {
                    let parts = stream::iter(parts.into_iter().map(Ok));
                    Ok(parts.chain(stream::once(pending())).boxed())
                }
                Script::Refuse(error) => Err(error),
            }
        })
    }
}

/// Gate, log and watcher in one: each writes a line.
#[derive(Default)]
pub(crate) struct Diary {
    lines: Mutex<Vec<String>>,
    written: Notify,
    /// Answers by tool name; allowed when not named.
    pub(crate) answers: Mutex<Vec<(String, Option<Answer>)>>,
    pub(crate) replies: Mutex<Vec<Reply>>,
    pub(crate) records: Mutex<Vec<ToolCallRecord>>,
    pub(crate) compactions: Mutex<Vec<Compaction>>,
    /// Lets one call go that waits at the gate.
    pub(crate) open_gate: Notify,
    /// A line beginning like this cannot be recorded.
    pub(crate) breaks_at: Mutex<Option<String>>,
}

impl Diary {
    fn write(&self, line: String) {
        self.lines.lock().unwrap().push(line);
        self.written.notify_waiters();
    }

    fn record(&self, line: String) -> BoxFuture<'_, Result<(), LogError>> {
        let broken = self.breaks_at.lock().unwrap().clone();
        let is_broken = broken.is_some_and(|start| line.starts_with(&start));
        self.write(line);
        let result = if is_broken { Err(LogError("disk full".to_owned())) } else { Ok(()) };
        Box::pin(std::future::ready(result))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// The lines that begin with one of these words.
    pub(crate) fn only(&self, words: &[&str]) -> Vec<String> {
        self.lines().into_iter().filter(|l| words.iter().any(|w| l.starts_with(w))).collect()
    }

    /// Waits until a line begins like this.
    pub(crate) async fn until(&self, start: &str) {
        loop {
            let written = self.written.notified();
            if self.lines().iter().any(|line| line.starts_with(start)) {
                return;
            }
            written.await;
        }
    }
}

impl Gate for Diary {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Answer> {
        self.write(format!("ask {} {:?} {}", ask.action.tool, ask.kind, ask.action.summary));
        let answers = self.answers.lock().unwrap();
        let answer = answers.iter().find(|(tool, _)| *tool == ask.action.tool);
        match answer {
            Some((_, None)) => Box::pin(async {
                self.open_gate.notified().await;
                Answer::Allowed
            }),
            Some((_, Some(answer))) => Box::pin(std::future::ready(answer.clone())),
            None => Box::pin(std::future::ready(Answer::Allowed)),
        }
    }
}

impl TurnLog for Diary {
    fn reply(&self, reply: Reply) -> BoxFuture<'_, Result<(), LogError>> {
        let line = format!("reply {} {:?}", reply.spent.model, reply.message.text());
        self.replies.lock().unwrap().push(reply);
        self.record(line)
    }

    fn tool_finished(
        &self,
        record: ToolCallRecord,
        _exposure: Exposure,
    ) -> BoxFuture<'_, Result<(), LogError>> {
        let result = record.result.clone().unwrap_or_default();
        let line = format!("finished {} {:?} {result}", record.id, record.status);
        self.records.lock().unwrap().push(record);
        self.record(line)
    }

    fn tool_results(&self, message: Message) -> BoxFuture<'_, Result<(), LogError>> {
        let ids: Vec<_> = message
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::ToolResult(result) => Some(result.call_id.as_str()),
                _ => None,
            })
            .collect();
        self.record(format!("results {}", ids.join(" ")))
    }

    fn compacted(&self, compaction: Compaction) -> BoxFuture<'_, Result<(), LogError>> {
        let line = format!("compacted {} {}", compaction.n_messages, compaction.summary);
        self.compactions.lock().unwrap().push(compaction);
        self.record(line)
    }

    fn errored(&self, message: String, will_retry: bool) -> BoxFuture<'_, Result<(), LogError>> {
        self.record(format!("errored {will_retry} {message}"))
    }

    fn cooled(&self, model: String, until: Timestamp) -> BoxFuture<'_, Result<(), LogError>> {
        self.record(format!("cooled {model} {}", until.0 - 1_800_000_000_000))
    }
}

impl Watcher for Diary {
    fn started(&self, _: MessageId) {
        self.write("started".to_owned());
    }

    fn text(&self, _: MessageId, delta: &str) {
        self.write(format!("text {delta}"));
    }

    fn reasoning(&self, _: MessageId, delta: &str) {
        self.write(format!("reasoning {delta}"));
    }

    fn ended(&self, _: MessageId) {
        self.write("ended".to_owned());
    }
}

/// Everything that one test needs.
pub(crate) struct Bench {
    pub(crate) purse: Arc<Purse>,
    pub(crate) diary: Arc<Diary>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) model: Arc<Scripted>,
    pub(crate) second: Arc<Scripted>,
    pub(crate) stop: StopSignal,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) input: TurnInput,
    pub(crate) world: World,
}

pub(crate) const FACTS_MODELS: [&str; 2] = ["one/m", "two/m"];

impl Bench {
    pub(crate) fn new(scripts: Vec<Script>) -> Self {
        let config = |name| {
            let mut config = ProviderConfig::new(name, ProviderKind::OpenAiCompatible);
            config.base_url = Some("http://unused".to_owned());
            config.context_tokens_max = Some(20_000);
            config
        };
        let (model, second) = (Arc::<Scripted>::default(), Arc::<Scripted>::default());
        model.scripts.lock().unwrap().extend(scripts);
        let clients: Vec<(_, Arc<dyn ModelClient>)> =
            vec![(config("one"), model.clone()), (config("two"), second.clone())];
        let pool = ModelPool::with_clients(clients, PriceTable::default(), Vec::new());
        let folder = tempfile::tempdir().unwrap();
        let tools = ToolBox::new(ToolConfig {
            workspace: folder.path().to_owned(),
            trash: folder.path().join("trash"),
            http: HttpConfig::default(),
            time_zone: None,
            exec: None,
            delegate: None,
        });
        let (diary, clock) = (Arc::<Diary>::default(), Arc::<HandClock>::default());
        let purse = Arc::<Purse>::default();
        let world = World {
            models: Arc::new(pool),
            tools: Arc::new(tools.unwrap()),
            gate: diary.clone(),
            meter: purse.clone(),
            log: diary.clone(),
            watcher: diary.clone(),
            clock: clock.clone(),
            power: Arc::new(NeverSleeps),
        };
        let input = input(vec![user(1, "hi")]);
        Self { diary, purse, clock, model, second, stop: StopSignal::new(), folder, input, world }
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(name)).ok()
    }

    /// Gives the agent a web tool that may reach this machine.
    pub(crate) fn allow_private_hosts(&mut self) {
        let http = HttpConfig { allow_private_hosts: true, ..HttpConfig::default() };
        let workspace = self.folder.path().to_owned();
        let trash = workspace.join("trash");
        let config =
            ToolConfig { workspace, trash, http, time_zone: None, exec: None, delegate: None };
        let tools = ToolBox::new(config);
        self.world.tools = Arc::new(tools.unwrap());
        self.input.agent.tools.push("http_fetch".to_owned());
    }

    /// Puts other models in place of the scripted ones.
    pub(crate) fn with_models(&mut self, configs: Vec<ProviderConfig>) {
        let id = |config: &ProviderConfig| format!("{}/{}", config.name, config.models[0]);
        self.input.agent.models = configs.iter().map(id).collect();
        let pool = ModelPool::new(configs, PriceTable::default(), Vec::new());
        self.world.models = Arc::new(pool.unwrap());
    }

    pub(crate) fn then_second(&self, scripts: Vec<Script>) {
        self.second.scripts.lock().unwrap().extend(scripts);
    }

    /// Runs to the end; time stands still.
    pub(crate) async fn run(&self) -> RunOutcome {
        run(self.input.clone(), &self.world, &self.stop).await
    }

    /// Runs to the end; whenever nothing happens any more, time jumps to the next moment.
    pub(crate) async fn run_through_time(&self) -> RunOutcome {
        let running = self.run();
        tokio::pin!(running);
        loop {
            tokio::select! {
                biased;
                outcome = &mut running => return outcome,
                () = quiet() => self.clock.advance_to_next(),
            }
        }
    }

    /// Runs in the background.
    pub(crate) fn start(&self) -> tokio::task::JoinHandle<RunOutcome> {
        let (input, world, stop) = (self.input.clone(), self.world.clone(), self.stop.clone());
        tokio::spawn(async move { run(input, &world, &stop).await })
    }
}

/// Lets everything else run until it waits.
pub(crate) async fn quiet() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn turn_id() -> TurnId {
    TurnId::from_parts(Timestamp(7), 7)
}

pub(crate) fn message(n: u128, role: Role, parts: Vec<Part>) -> Message {
    Message {
        id: MessageId::from_parts(Timestamp(1), n),
        turn_id: turn_id(),
        request_id: None,
        role,
        parts,
        created_at: Timestamp(1),
    }
}

pub(crate) fn user(n: u128, text: &str) -> Message {
    message(n, Role::User, vec![Part::Text(text.to_owned())])
}

pub(crate) fn input(history: Vec<Message>) -> TurnInput {
    let tools = ["read_file", "list_dir", "search_files", "write_file", "edit_file", "time"];
    TurnInput {
        facts: TurnFacts { turn_id: turn_id(), session_key: SessionKey::parse("main").unwrap() },
        agent: AgentSpec {
            id: AgentId::parse("main").unwrap(),
            models: FACTS_MODELS.iter().map(|id| (*id).to_owned()).collect(),
            tools: tools.iter().map(|name| (*name).to_owned()).collect(),
            limits: RunLimits::default(),
            constraints: vec!["Ask before deleting.".to_owned()],
        },
        prompt: Prompt::default(),
        history,
        summary: None,
        pending: Vec::new(),
        usage: Usage::default(),
        n_steps: 0,
        brief: Brief::default(),
        pictures: Pictures::default(),
    }
}

pub(crate) fn busy() -> ModelError {
    let mut error = ModelError::new(AgentErrorKind::RateLimit, "slow down");
    error.retry_after_ms = Some(7_000);
    error
}

pub(crate) fn cut() -> ModelError {
    ModelError::cut_off("one")
}

/// The address of a server that takes connections and never answers.
pub(crate) async fn silent_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            open.push(socket);
        }
    });
    url
}
