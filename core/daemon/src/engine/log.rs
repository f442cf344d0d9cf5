//! The steps of a turn, recorded one by one.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_agent::port::{Compaction, Exposure, LogError, Reply, TurnLog};
use nexus_domain::Timestamp;
use nexus_domain::agent::{ToolCallRecord, ToolCallStatus};
use nexus_domain::budget::Payer;
use nexus_domain::event::Event;
use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
use nexus_domain::message::Message;
use nexus_domain::principal::Chain;
use nexus_iam::Effect;
use nexus_ledger::{AuditEntry, LedgerError, Tx};
use nexus_protocol::caller::ToolProgress;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::watch::RunWatcher;
use super::{label, meter, turn};
use crate::audit;
use crate::context::Context;
use crate::crash::CrashPoint;

/// Longest excerpt of a tool's result in its event, in characters.
const EXCERPT_CHARS_MAX: usize = 400;

/// Records the steps of one run.
pub(super) struct RunLog {
    pub(super) context: Arc<Context>,
    pub(super) turn_id: TurnId,
    pub(super) session_key: SessionKey,
    pub(super) agent_id: AgentId,
    /// The invoker and the agent.
    pub(super) chain: Chain,
    /// The request that leads the turn.
    pub(super) request_id: Option<RequestId>,
    pub(super) watcher: Arc<RunWatcher>,
    /// Who pays for model calls.
    pub(super) payer: Payer,
}

impl RunLog {
    async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Tx<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LogError> {
        self.context.ledger.write(step).await.map_err(|error| {
            tracing::error!(%error, turn = %self.turn_id, "a step could not be recorded");
            LogError(nexus_domain::Failure::from(error).message)
        })
    }
}

impl TurnLog for RunLog {
    fn reply(&self, mut reply: Reply) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            CrashPoint::ReplyUnrecorded.pass();
            clean(&self.context, &mut reply.message);
            let message_id = reply.message.id;
            let (turn_id, session_key) = (self.turn_id, self.session_key.clone());
            let (payer, now) = (self.payer.clone(), self.context.clock.now());
            let write = move |tx: &mut Tx<'_>| {
                let has_told = meter::book(tx, &payer, &reply.spent, 1, now)?;
                record_reply(tx, turn_id, &session_key, reply)?;
                Ok(has_told)
            };
            let has_told = self.write(write).await?;
            self.watcher.recorded(message_id);
            if has_told {
                meter::show(&self.context).await;
            }
            CrashPoint::ReplyRecorded.pass();
            Ok(())
        })
    }

    fn tool_finished(
        &self,
        mut record: ToolCallRecord,
        exposure: Exposure,
    ) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            CrashPoint::EffectUnrecorded.pass();
            clean(&self.context, &mut record);
            let progress = match record.status {
                ToolCallStatus::Completed => ToolProgress::Completed,
                _ => ToolProgress::Failed,
            };
            let (tool_call_id, name) = (record.id.clone(), record.name.clone());
            let session_key = self.session_key.clone();
            let now = self.context.clock.now();
            let trail = (self.chain.clone(), self.request_id);
            let touched = label::Places::new(&self.context, &self.agent_id).touched(&exposure);
            self.write(move |tx| {
                let of = (&session_key, record.turn_id);
                label::after_call(tx, of, touched, now)?;
                if exposure.is_unfit {
                    audit_unfit(tx, &trail, &record, now)?;
                }
                tx.turns().put_tool_call(&record)?;
                let subject = audit::tool_call(record.turn_id, &record.id);
                tx.audit().end(&subject, now, audit::word(record.status))?;
                let event = Event::ToolCompleted {
                    turn_id: record.turn_id,
                    session_key,
                    tool_call_id: record.id,
                    name: record.name,
                    status: record.status,
                    duration_ms: record.started_at.map_or(0, |started| now.ms_since(started)),
                    excerpt: excerpt(record.result.as_deref().unwrap_or_default()),
                    record: record.record,
                };
                tx.events().record(now, &event)?;
                Ok(())
            })
            .await?;
            self.watcher.tool(&tool_call_id, &name, progress);
            CrashPoint::ResultRecorded.pass();
            Ok(())
        })
    }

    fn tool_results(&self, mut message: Message) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            clean(&self.context, &mut message);
            let session_key = self.session_key.clone();
            self.write(move |tx| turn::add_message(tx, &session_key, message)).await?;
            CrashPoint::StepRecorded.pass();
            Ok(())
        })
    }

    fn compacted(&self, mut compaction: Compaction) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            self.context.credentials.redactor().clean_mut(&mut compaction.summary);
            let (turn_id, session_key) = (self.turn_id, self.session_key.clone());
            let (payer, now) = (self.payer.clone(), self.context.clock.now());
            let spent = compaction.spent;
            let has_told = self.write(move |tx| {
                let summary = nexus_ledger::Summary {
                    through: compaction.through,
                    summary: &compaction.summary,
                    n_messages: compaction.n_messages,
                    tokens_saved: compaction.tokens_saved,
                };
                tx.turns().compact(&session_key, summary, now)?;
                add_usage(tx, turn_id, None, spent.usage, spent.cost, 0)?;
                let n_calls = u64::from(spent.usage.total_tokens() > 0);
                let has_told = meter::book(tx, &payer, &spent, n_calls, now)?;
                let event = Event::SessionCompacted {
                    session_key,
                    n_messages: compaction.n_messages,
                    tokens_saved: compaction.tokens_saved,
                };
                tx.events().record(now, &event)?;
                Ok(has_told)
            });
            if has_told.await? {
                meter::show(&self.context).await;
            }
            Ok(())
        })
    }

    fn errored(
        &self,
        mut message: String,
        will_retry: bool,
    ) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            self.context.credentials.redactor().clean_mut(&mut message);
            let (turn_id, session_key) = (self.turn_id, self.session_key.clone());
            let now = self.context.clock.now();
            self.write(move |tx| {
                let event = Event::AgentErrored { turn_id, session_key, message, will_retry };
                tx.events().record(now, &event)?;
                Ok(())
            })
            .await
        })
    }

    fn cooled(&self, model: String, until: Timestamp) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move { self.write(move |tx| tx.cooldowns().set(&model, until)).await })
    }
}

/// A call that could not be decided is an attempt all the same.
fn audit_unfit(
    tx: &mut Tx<'_>,
    (chain, request_id): &(Chain, Option<RequestId>),
    record: &ToolCallRecord,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let why = record.result.as_deref().unwrap_or_default();
    tx.audit().append(&AuditEntry {
        at: now,
        request_id: *request_id,
        turn_id: Some(record.turn_id),
        chain: chain.clone(),
        action: format!("tool.{}", excerpt(&record.name)),
        resource: excerpt(&record.arguments.to_string()),
        verdict: Effect::Deny.name().to_owned(),
        reason: format!("it could not be decided: {}", excerpt(why)),
        digest: None,
    })?;
    Ok(())
}

/// Blanks out the values of credentials before a record is written. What has none, which is
/// nearly everything, is left as it is; what cannot be read back once it is clean stays, too.
fn clean<T: Serialize + DeserializeOwned>(context: &Context, record: &mut T) {
    let redactor = context.credentials.redactor();
    let is_clean = |text: &String| matches!(redactor.clean(text), Cow::Borrowed(_));
    if serde_json::to_string(&*record).is_ok_and(|text| is_clean(&text)) {
        return;
    }
    let Ok(mut value) = serde_json::to_value(&*record) else { return };
    redactor.clean_json(&mut value);
    if let Ok(cleaned) = serde_json::from_value(value) {
        *record = cleaned;
    }
}

fn record_reply(
    tx: &mut Tx<'_>,
    turn_id: TurnId,
    session_key: &SessionKey,
    reply: Reply,
) -> Result<(), LedgerError> {
    let Reply { message, spent } = reply;
    for call in message.tool_calls() {
        tx.turns().put_tool_call(&ToolCallRecord {
            id: call.id.clone(),
            turn_id,
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            status: ToolCallStatus::Pending,
            result: None,
            record: None,
            started_at: None,
            completed_at: None,
        })?;
    }
    add_usage(tx, turn_id, Some(spent.model), spent.usage, spent.cost, 1)?;
    turn::add_message(tx, session_key, message)
}

fn add_usage(
    tx: &mut Tx<'_>,
    turn_id: TurnId,
    model: Option<String>,
    usage: nexus_domain::message::Usage,
    cost: nexus_domain::message::Cost,
    n_steps: u32,
) -> Result<(), LedgerError> {
    let found = tx.turns().get(turn_id)?;
    let mut turn = found.ok_or_else(|| LedgerError::not_found("turn", turn_id))?;
    turn.model = model.or(turn.model);
    turn.usage.add(usage);
    turn.cost.add(cost);
    turn.n_steps += n_steps;
    tx.turns().save(&turn)
}

/// The first lines of a text, shortened.
fn excerpt(text: &str) -> String {
    if text.chars().count() <= EXCERPT_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(EXCERPT_CHARS_MAX - 1).chain(['…']).collect()
}
