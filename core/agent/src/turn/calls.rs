//! Running the tool calls of a reply.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use nexus_domain::agent::{ToolCallRecord, ToolCallStatus, ToolEffect};
use nexus_domain::message::{Message, Part, Role, ToolCall, ToolResult};
use nexus_domain::permission::{CanonicalAction, PermissionKind};

use super::{End, Run, internal};
use crate::port::{Again, Answer, Ask, Exposure};
use crate::tools::{Prepared, RunningCall, ToolBox, ToolContext, ToolOutput};

/// Most calls that run side by side.
const PARALLEL_MAX: usize = 8;
/// How often a call is put up for decision because what it would do has changed meanwhile.
const DECISIONS_MAX: usize = 5;

/// What the model is told about calls that a boundary stop kept from running.
const NOT_RUN: &str = "This call did not run: the person said something new first.";

/// The same for calls that the turn has no time left for.
const NO_TIME: &str = "This call did not run: the turn has used up its time.";

/// What the model is told about a call that is another one each time it is decided.
const CHANGES: &str = "This call did not run: what it works on keeps changing, so that what was \
                       approved is never what would happen. Try again later.";

/// A call with what an earlier run recorded about it.
pub(super) struct Open {
    call: ToolCall,
    status: ToolCallStatus,
    result: Option<String>,
}

/// What was decided about a call.
enum Decided {
    /// It may run; with what a person said about it.
    Go(Box<Prepared>, Option<String>),
    /// No.
    Refused(String),
    /// It could not even be put to the gate.
    Unfit(String),
}

impl Open {
    pub(super) fn new(call: ToolCall, status: ToolCallStatus) -> Self {
        Self { call, status, result: None }
    }

    /// The tool it calls.
    pub(super) fn name(&self) -> &str {
        &self.call.name
    }

    /// The result that is on record already.
    fn finished(&self) -> Option<ToolResult> {
        let is_error = match self.status {
            ToolCallStatus::Completed => false,
            ToolCallStatus::Failed => true,
            _ => return None,
        };
        let content = self.result.clone().unwrap_or_default();
        Some(ToolResult { call_id: self.call.id.clone(), content, is_error })
    }

    /// Whether its effect may have happened before the daemon died.
    fn is_in_doubt(&self) -> bool {
        matches!(self.status, ToolCallStatus::Running | ToolCallStatus::Unknown)
    }
}

impl Run<'_> {
    /// Joins the calls of the last message with their records; one without a record never began.
    pub(super) fn with_records(&mut self, calls: Vec<ToolCall>) -> Vec<Open> {
        let mut records = std::mem::take(&mut self.pending);
        let calls = calls.into_iter().map(|call| {
            match records.iter().position(|record| record.id == call.id) {
                Some(at) => {
                    let ToolCallRecord { status, result, .. } = records.swap_remove(at);
                    Open { call, status, result }
                }
                None => Open::new(call, ToolCallStatus::Pending),
            }
        });
        calls.collect()
    }

    /// Runs calls in order, those that only look side by side, and records the message with all
    /// their results.
    pub(super) async fn run_calls(&mut self, calls: Vec<Open>) -> Result<(), End> {
        let mut calls: VecDeque<_> = calls.into();
        let mut results = Vec::with_capacity(calls.len());
        while !calls.is_empty() {
            let n_looking = calls.iter().take_while(|open| self.is_looking(open)).count();
            let group: Vec<_> = calls.drain(..n_looking.max(1)).collect();
            let this = &*self;
            let mut running =
                stream::iter(group).map(|open| this.run_call(open)).buffered(PARALLEL_MAX);
            while let Some(result) = running.next().await {
                results.push(result?);
            }
        }
        let message = Message {
            id: self.new_message_id(),
            turn_id: self.facts.turn_id,
            request_id: None,
            role: Role::Tool,
            parts: results.into_iter().map(Part::ToolResult).collect(),
            created_at: self.world.clock.now(),
        };
        if self.stop.is_now() {
            return Err(End::Stopped);
        }
        self.world.log.tool_results(message.clone()).await?;
        self.history.push(message);
        self.check_refusals()
    }

    fn is_looking(&self, open: &Open) -> bool {
        open.finished().is_some()
            || self.world.tools.effect(&open.call.name) == Some(ToolEffect::Read)
    }

    /// One call: check, ask, do, record.
    async fn run_call(&self, open: Open) -> Result<ToolResult, End> {
        if let Some(result) = open.finished() {
            return Ok(result);
        }
        if self.stop.is_now() {
            return Err(End::Stopped);
        }
        if self.stop.is_at_boundary() {
            return self.finish(open.call, None, Err(NOT_RUN.to_owned()), None).await;
        }
        if self.remaining_ms() == 0 {
            return self.finish(open.call, None, Err(NO_TIME.to_owned()), None).await;
        }
        let (prepared, said) = match self.decided(&open).await? {
            Decided::Go(prepared, said) => (*prepared, said),
            Decided::Refused(why) => return self.finish(open.call, None, Err(why), None).await,
            Decided::Unfit(why) => return self.turn_away(open.call, why).await,
        };
        if self.stop.is_now() {
            return Err(End::Stopped);
        }
        let started_at = self.world.clock.now();
        let action = prepared.action.clone();
        let output = self.perform(&open.call.id, prepared).await?;
        let output = match said {
            Some(said) => with_note(output, &said),
            None => output,
        };
        self.finish(open.call, Some(started_at), output, Some(action)).await
    }

    /// Works out what a call would do and has it decided: the work with what a person said about
    /// it, or why not. What has changed while a person thought is decided anew.
    async fn decided(&self, open: &Open) -> Result<Decided, End> {
        for _ in 0..DECISIONS_MAX {
            let prepared = match self.prepare(&open.call).await {
                Ok(prepared) => prepared,
                Err(why) => return Ok(Decided::Unfit(why)),
            };
            let is_in_doubt = open.is_in_doubt() && !prepared.effect.is_repeatable();
            let kind =
                if is_in_doubt { PermissionKind::UnknownOutcome } else { PermissionKind::Policy };
            let ask = Ask {
                tool_call_id: open.call.id.clone(),
                action: prepared.action.clone(),
                effect: prepared.effect,
                kind,
                again: self.again(&open.call),
            };
            match self.ask_gate(ask).await? {
                Answer::Allowed => return Ok(Decided::Go(Box::new(prepared), None)),
                Answer::AllowedSaying(said) => {
                    return Ok(Decided::Go(Box::new(prepared), Some(said)));
                }
                Answer::Changed => {}
                Answer::Refused(why) => {
                    self.refusals.note(&prepared.action, &why);
                    return Ok(Decided::Refused(why));
                }
                Answer::Broken(why) => {
                    let what = format!("the decision could not be recorded: {why}");
                    return Err(End::Failed(internal(what)));
                }
            }
        }
        Ok(Decided::Refused(CHANGES.to_owned()))
    }

    fn again(&self, call: &ToolCall) -> Again {
        let (tools, call) = (Arc::clone(&self.world.tools), call.clone());
        Again::new(move || {
            let prepared = prepare_apart(&tools, &call);
            Box::pin(async move { prepared.await.map(|prepared| prepared.action) })
        })
    }

    async fn prepare(&self, call: &ToolCall) -> Result<Prepared, String> {
        if !self.tools.iter().any(|tool| tool.name == call.name) {
            let names: Vec<_> = self.tools.iter().map(|tool| tool.name.as_str()).collect();
            return Err(match names.is_empty() {
                true => format!("there is no tool `{}`; this agent has no tools", call.name),
                false => {
                    format!("there is no tool `{}`; yours are {}", call.name, names.join(", "))
                }
            });
        }
        prepare_apart(&self.world.tools, call).await
    }

    /// Asks the gate; time that a person takes does not count.
    async fn ask_gate(&self, ask: Ask) -> Result<Answer, End> {
        let _pause = self.stopwatch.pause();
        tokio::select! {
            biased;
            () = self.stop.now() => Err(End::Stopped),
            answer = self.world.gate.ask(ask) => Ok(answer),
        }
    }

    /// Does it, within the tool's time and the run's. What is cut off is told to end as well: work
    /// on a thread of its own would otherwise go on.
    async fn perform(
        &self,
        call_id: &str,
        prepared: Prepared,
    ) -> Result<Result<ToolOutput, String>, End> {
        let clock = &self.world.clock;
        let ms_max = prepared.duration_ms_max;
        let stop = self.stop.child();
        let call = RunningCall {
            id: call_id.to_owned(),
            gate: Arc::clone(&self.world.gate),
            watcher: Arc::clone(&self.world.watcher),
        };
        let context =
            ToolContext { stop: stop.clone(), clock: Arc::clone(clock), call: Some(call) };
        // Whoever works meanwhile has limits of its own, and the budgets of this run.
        let is_waiting = prepared.effect == ToolEffect::Delegate;
        let _pause = is_waiting.then(|| self.stopwatch.pause());
        let limit_ms = if is_waiting { ms_max } else { ms_max.min(self.remaining_ms()) };
        tokio::select! {
            biased;
            () = self.stop.now() => Err(End::Stopped),
            output = prepared.run(context) => Ok(output),
            () = clock.sleep(limit_ms) => {
                stop.stop_now();
                let seconds = limit_ms.div_ceil(1000);
                Ok(Err(format!("the tool was stopped: it took longer than {seconds} s")))
            }
        }
    }

    /// Records a call that never came before the gate.
    async fn turn_away(&self, call: ToolCall, why: String) -> Result<ToolResult, End> {
        let exposure = Exposure { is_unfit: true, ..Exposure::default() };
        self.record_call(call, None, (why, true), None, exposure).await
    }

    /// Records what a call came to; `action` is what was done, if anything was.
    async fn finish(
        &self,
        call: ToolCall,
        started_at: Option<nexus_domain::Timestamp>,
        output: Result<ToolOutput, String>,
        action: Option<CanonicalAction>,
    ) -> Result<ToolResult, End> {
        let is_error = output.is_err();
        let output = output.unwrap_or_else(ToolOutput::text);
        let mut exposure = Exposure { is_done: !is_error, ..output.exposure };
        if let Some(action) = action {
            exposure.summary = Some(action.summary);
            exposure.targets = action.targets;
        }
        self.record_call(call, started_at, (output.content, is_error), output.record, exposure)
            .await
    }

    async fn record_call(
        &self,
        call: ToolCall,
        started_at: Option<nexus_domain::Timestamp>,
        (content, is_error): (String, bool),
        record: Option<String>,
        exposure: Exposure,
    ) -> Result<ToolResult, End> {
        let record = ToolCallRecord {
            id: call.id.clone(),
            turn_id: self.facts.turn_id,
            name: call.name,
            arguments: call.arguments,
            status: if is_error { ToolCallStatus::Failed } else { ToolCallStatus::Completed },
            result: Some(content.clone()),
            record,
            started_at,
            completed_at: Some(self.world.clock.now()),
        };
        self.world.log.tool_finished(record, exposure).await?;
        Ok(ToolResult { call_id: call.id, content, is_error })
    }
}

/// Works out what a call would do. It may have to read the file it starts from, so it gets a thread
/// that may wait.
fn prepare_apart(
    tools: &Arc<ToolBox>,
    call: &ToolCall,
) -> impl Future<Output = Result<Prepared, String>> + Send + 'static {
    let (tools, name, arguments) = (Arc::clone(tools), call.name.clone(), call.arguments.clone());
    let prepared = tokio::task::spawn_blocking(move || tools.prepare(&name, &arguments));
    async move { prepared.await.unwrap_or_else(|error| Err(format!("the tool broke down: {error}"))) }
}

/// A result with what the person said when allowing it.
fn with_note(output: Result<ToolOutput, String>, said: &str) -> Result<ToolOutput, String> {
    match output {
        Ok(output) => {
            let content = format!("{}\n\n[{said}]", output.content);
            Ok(ToolOutput { content, ..output })
        }
        Err(why) => Err(format!("{why}\n\n[{said}]")),
    }
}
