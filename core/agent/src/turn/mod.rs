//! The turn loop: ask the model, record its reply, run its tool calls, record their results, and
//! again, until the model has nothing more to call or something ends the run.
//!
//! What is recorded is never repeated: the reply is on disk before its first tool runs, each
//! result before the next step begins. After a crash the same loop goes on from the records.

mod ask;
mod calls;
mod limit;
mod reply;
mod spend;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use nexus_domain::agent::{AgentError, AgentErrorKind, AgentSpec, StopReason, ToolCallRecord};
use nexus_domain::brief::{Brief, ToolChoice};
use nexus_domain::id::MessageId;
use nexus_domain::message::{Message, Part, Role, Usage};
use nexus_domain::pipeline::RunOutcome;

use crate::context::{Prompt, system_prompt, whole};
use crate::port::{Clock, Gate, LogError, Meter, Power, TurnFacts, TurnLog, Watcher};
use crate::provider::{ModelPool, Pictures, ProviderStop, ToolSpec};
use crate::stop::StopSignal;
use crate::tools::ToolBox;
use calls::Open;
use limit::{Refusals, Stopwatch};

/// What a run begins with, or goes on with after a restart.
#[derive(Clone, Debug)]
pub struct TurnInput {
    /// The turn.
    pub facts: TurnFacts,
    /// The agent.
    pub agent: AgentSpec,
    /// Texts for its system prompt.
    pub prompt: Prompt,
    /// Everything after the last compaction, this turn's messages included.
    pub history: Vec<Message>,
    /// What stands for the messages before.
    pub summary: Option<String>,
    /// After a restart: the calls of the last message that have no result message yet.
    pub pending: Vec<ToolCallRecord>,
    /// Tokens that this turn has used so far.
    pub usage: Usage,
    /// Replies in this turn so far.
    pub n_steps: u32,
    /// What the caller brought along. What it says of the conversation stands in `history`.
    pub brief: Brief,
    /// The bytes of the pictures in `history`.
    pub pictures: Pictures,
}

/// The world that a run sees.
#[derive(Clone)]
pub struct World {
    /// Models.
    pub models: Arc<ModelPool>,
    /// Tools of the agent's workspace.
    pub tools: Arc<ToolBox>,
    /// Decides about calls.
    pub gate: Arc<dyn Gate>,
    /// Sets aside what model calls may come to.
    pub meter: Arc<dyn Meter>,
    /// Records steps.
    pub log: Arc<dyn TurnLog>,
    /// Shows text while it is written.
    pub watcher: Arc<dyn Watcher>,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Sleep of the machine.
    pub power: Arc<dyn Power>,
}

/// Runs a turn to its end. Never fails: how it ended stands in the outcome.
pub async fn run(input: TurnInput, world: &World, stop: &StopSignal) -> RunOutcome {
    let mut run = Run::new(input, world, stop);
    let end = run.work().await;
    run.outcome(end)
}

/// Condenses the older part of a conversation, as a turn of its own: asked for, paid for, stopped
/// and recorded like any other. The outcome's reply says what came of it. Rules that a person
/// pinned are not at stake: they live in the system prompt.
pub async fn compact(
    input: TurnInput,
    world: &World,
    stop: &StopSignal,
    is_forced: bool,
) -> RunOutcome {
    let mut run = Run::new(input, world, stop);
    run.history = whole(std::mem::take(&mut run.history));
    let end = match run.condense(is_forced).await {
        Ok(said) => {
            run.text = said;
            End::Said(ProviderStop::End)
        }
        Err(end) => end,
    };
    run.outcome(end)
}

/// Makes the calls that the last message of a turn asks for, as in any run, and ends with what they
/// came to: no model is asked.
pub async fn make_calls(input: TurnInput, world: &World, stop: &StopSignal) -> RunOutcome {
    let mut run = Run::new(input, world, stop);
    let end = match run.take_up().await {
        Ok(None) => End::Said(ProviderStop::End),
        Ok(Some(end)) | Err(end) => end,
    };
    let results = run.history.last().into_iter().flat_map(|message| &message.parts);
    let texts = results.filter_map(|part| match part {
        Part::ToolResult(result) => Some(result.content.as_str()),
        _ => None,
    });
    run.text = texts.collect::<Vec<_>>().join("\n\n");
    run.outcome(end)
}

/// Why a run is over.
#[derive(Debug)]
enum End {
    /// The model has nothing more to say.
    Said(ProviderStop),
    /// It called tools that the caller runs.
    HandedOut,
    /// Somebody stopped it.
    Stopped,
    /// A limit was reached; the sentence names it.
    Limit(String),
    /// Something failed.
    Failed(AgentError),
}

impl From<LogError> for End {
    fn from(error: LogError) -> Self {
        Self::Failed(internal(error.to_string()))
    }
}

fn internal(message: String) -> AgentError {
    AgentError {
        kind: AgentErrorKind::Internal,
        message,
        hint: Some("see the daemon's log: nexus daemon logs".to_owned()),
        is_retryable: false,
    }
}

struct Run<'a> {
    world: &'a World,
    stop: &'a StopSignal,
    facts: TurnFacts,
    agent: AgentSpec,
    system: String,
    enrichment: Vec<String>,
    tools: Vec<ToolSpec>,
    history: Vec<Message>,
    summary: Option<String>,
    pending: Vec<ToolCallRecord>,
    usage: Usage,
    n_steps: u32,
    stopwatch: Stopwatch,
    /// How often each action was refused in this turn, by its digest.
    refusals: Refusals,
    /// Ids of the turn's calls: a provider that repeats one must not confuse two calls.
    call_ids: HashSet<String>,
    /// The reply as far as it got.
    text: String,
    brief: Brief,
    pictures: Pictures,
}

impl<'a> Run<'a> {
    fn new(input: TurnInput, world: &'a World, stop: &'a StopSignal) -> Self {
        let TurnInput { facts, agent, prompt, history, summary, pending, usage, n_steps, .. } =
            input;
        let (brief, pictures) = (input.brief, input.pictures);
        let ours = history.iter().filter(|message| message.turn_id == facts.turn_id);
        let call_ids =
            ours.clone().flat_map(Message::tool_calls).map(|call| call.id.clone()).collect();
        let text = ours
            .filter(|message| message.role == Role::Assistant)
            .map(Message::text)
            .rfind(|text| !text.is_empty())
            .unwrap_or_default();
        Self {
            system: system_prompt(&agent, &prompt),
            enrichment: prompt.enrichment,
            tools: offered(world.tools.specs(&agent.tools), &brief),
            stopwatch: Stopwatch::start(Arc::clone(&world.clock)),
            world,
            stop,
            facts,
            agent,
            history,
            summary,
            pending,
            usage,
            n_steps,
            refusals: Refusals::default(),
            call_ids,
            text,
            brief,
            pictures,
        }
    }

    async fn work(&mut self) -> End {
        match self.steps().await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn steps(&mut self) -> Result<End, End> {
        if let Some(end) = self.take_up().await? {
            return Ok(end);
        }
        self.history = whole(std::mem::take(&mut self.history));
        loop {
            if self.stop.is_at_boundary() {
                return Err(End::Stopped);
            }
            self.check_limits()?;
            let reply = self.ask().await?;
            let stop = reply.stop;
            let calls = self.record(reply).await?;
            if calls.is_empty() {
                return Ok(End::Said(stop));
            }
            if self.run_ours(calls).await? {
                return Ok(End::HandedOut);
            }
        }
    }

    /// Runs the calls of the agent's own tools. True when there are others: those are the
    /// caller's, and the turn ends for it to go on.
    async fn run_ours(&mut self, calls: Vec<Open>) -> Result<bool, End> {
        let is_ours = |open: &Open| !self.brief.tools.iter().any(|tool| tool.name == open.name());
        let (ours, theirs): (Vec<_>, Vec<_>) = calls.into_iter().partition(is_ours);
        if !ours.is_empty() {
            self.run_calls(ours).await?;
        }
        Ok(!theirs.is_empty())
    }

    /// Goes on where an earlier run of the same turn was cut off.
    async fn take_up(&mut self) -> Result<Option<End>, End> {
        let Some(last) = self.history.last() else { return Ok(None) };
        if last.role != Role::Assistant || last.turn_id != self.facts.turn_id {
            return Ok(None);
        }
        let calls: Vec<_> = last.tool_calls().cloned().collect();
        if calls.is_empty() {
            // The last reply was recorded, only the end of the turn was not.
            return Ok(Some(End::Said(ProviderStop::End)));
        }
        let calls = self.with_records(calls);
        let is_handed_out = self.run_ours(calls).await?;
        Ok(is_handed_out.then_some(End::HandedOut))
    }

    fn new_message_id(&self) -> MessageId {
        MessageId::from_parts(self.world.clock.now(), self.world.clock.entropy())
    }

    fn outcome(self, end: End) -> RunOutcome {
        let failed = |message: String, kind| {
            let hint = None;
            Some(AgentError { kind, message, hint, is_retryable: false })
        };
        let mut reply = self.text;
        let (stop_reason, error) = match end {
            End::Said(ProviderStop::MaxTokens) => (StopReason::MaxTokens, None),
            End::Said(ProviderStop::Filtered) => {
                let message = "the provider withheld the reply (its content filter)".to_owned();
                (StopReason::Error, failed(message, AgentErrorKind::ModelError))
            }
            End::Said(_) => (StopReason::EndTurn, None),
            End::HandedOut => (StopReason::ClientTools, None),
            End::Stopped => (StopReason::Aborted, None),
            End::Limit(sentence) => {
                let gap = if reply.is_empty() { "" } else { "\n\n" };
                reply.push_str(gap);
                reply.push_str(&sentence);
                (StopReason::Limit, None)
            }
            End::Failed(error) => (StopReason::Error, Some(error)),
        };
        RunOutcome { reply, stop_reason, error }
    }
}

/// What the model is offered: the agent's tools and the caller's, whose names come first.
fn offered(own: Vec<ToolSpec>, brief: &Brief) -> Vec<ToolSpec> {
    if brief.tool_choice == ToolChoice::None {
        return Vec::new();
    }
    let is_free = |spec: &ToolSpec| !brief.tools.iter().any(|tool| tool.name == spec.name);
    let theirs = brief.tools.iter().map(|tool| ToolSpec {
        name: tool.name.clone(),
        description: tool.description.clone(),
        schema: tool.schema.clone(),
    });
    own.into_iter().filter(is_free).chain(theirs).collect()
}
