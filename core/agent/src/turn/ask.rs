//! Asking a model until one answers: retries, failover, cool-downs, and making room.

use std::sync::atomic::{AtomicU64, Ordering};

use nexus_domain::agent::AgentErrorKind;
use nexus_domain::brief::ToolChoice;
use nexus_domain::id::MessageId;
use nexus_domain::message::Message;
use nexus_domain::retry::RetryPolicy;

use super::reply::{Complete, Draft};
use super::{End, Run};
use crate::context::{
    SUMMARY_TOKENS_MAX, assemble, call_tokens, choose_cut, drop_oldest, history_tokens, summarize,
    text_tokens,
};
use crate::port::Compaction;
use crate::provider::{ModelCall, ModelError, Picked, next_part, open};

/// How full a model's window may get before room is made, in percent.
const FULL_PERCENT: u64 = 85;
/// How much of the window the history keeps when room is made, in percent.
const KEEP_PERCENT: u64 = 30;
/// How much of the window one tool result may fill, in percent of the tokens, taken as bytes.
const RESULT_PERCENT: u64 = 80;

/// Pauses before a model that failed is asked again, in milliseconds.
const COOL_MS: u64 = 60_000;
const COOL_AUTH_MS: u64 = 300_000;
const COOL_MS_MAX: u64 = 3_600_000;

/// What part of a conversation stays word for word when somebody wishes it condensed, of 1.
const WISHED_KEEP_PART: u64 = 4;

/// Why room is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// The next call would not fit.
    NeedsMust,
    /// Somebody asked for it.
    Wished,
}

/// Longest silence of a reply after the machine woke up, in milliseconds: its connection is taken for
/// dead then, and the call is made again.
const WOKEN_SILENT_MS_MAX: u64 = 15_000;

/// How one try went wrong.
enum Failed {
    /// The run is over.
    End(End),
    /// The model failed.
    Model(ModelError),
}

impl Failed {
    /// Whether the call may be at work at the provider although nothing came back: it was cut off
    /// by us, or the wait was over. A refusal costs nothing.
    fn is_silent(&self) -> bool {
        match self {
            Self::End(_) => true,
            Self::Model(error) => error.kind == AgentErrorKind::Timeout && error.status.is_none(),
        }
    }
}

impl Run<'_> {
    /// Gets a complete reply from the first model of the agent that gives one.
    pub(super) async fn ask(&mut self) -> Result<Complete, End> {
        let message_id = self.new_message_id();
        let result = self.ask_models(message_id).await;
        if result.is_err() {
            self.world.watcher.ended(message_id);
        }
        result
    }

    async fn ask_models(&mut self, message_id: MessageId) -> Result<Complete, End> {
        let now = self.world.clock.now();
        let models = self.world.models.line_up(&self.agent.models, now);
        let models = models.map_err(|error| End::Failed(error.into()))?;
        let mut failures = Vec::new();
        for (n, picked) in models.iter().enumerate() {
            let is_last = n + 1 == models.len();
            match self.ask_model(picked, message_id, is_last).await? {
                Ok(reply) => {
                    self.world.models.warm(&picked.id);
                    return Ok(reply);
                }
                Err(error) => {
                    self.leave_alone(picked, &error).await?;
                    failures.push((picked.id.clone(), error));
                }
            }
        }
        Err(End::Failed(sum_up(failures).into()))
    }

    /// Tries one model as often as the retry policy allows.
    async fn ask_model(
        &mut self,
        picked: &Picked,
        message_id: MessageId,
        is_last: bool,
    ) -> Result<Result<Complete, ModelError>, End> {
        let mut n_tries = 0;
        // What a caller keeps itself, it has to condense itself.
        let mut may_make_room = self.brief.said.is_empty();
        loop {
            if self.is_too_full(picked) && may_make_room {
                may_make_room = false;
                self.make_room(picked, Room::NeedsMust).await?;
            }
            n_tries += 1;
            let error = match self.try_once(picked, message_id).await {
                Ok(reply) => return Ok(Ok(reply)),
                Err(Failed::End(end)) => return Err(end),
                Err(Failed::Model(error)) => error,
            };
            if error.kind == AgentErrorKind::ContextOverflow && may_make_room {
                may_make_room = false;
                self.world.log.errored(error.message.clone(), true).await?;
                if self.make_room(picked, Room::NeedsMust).await? {
                    continue;
                }
                return Ok(Err(error));
            }
            let delay_ms = self.delay_ms(&error, n_tries);
            self.world.log.errored(error.message.clone(), delay_ms.is_some() || !is_last).await?;
            let Some(delay_ms) = delay_ms else { return Ok(Err(error)) };
            self.pause(delay_ms).await?;
        }
    }

    fn delay_ms(&self, error: &ModelError, n_tries: u32) -> Option<u64> {
        let bits = self.world.clock.entropy() & u128::from(u32::MAX);
        let jitter = bits as f64 / f64::from(u32::MAX);
        error
            .is_retryable
            .then(|| RetryPolicy::MODEL.delay_ms(n_tries, error.retry_after_ms, jitter))
            .flatten()
    }

    /// One call, read to its end. Dropping the stream closes the connection.
    async fn try_once(
        &mut self,
        picked: &Picked,
        message_id: MessageId,
    ) -> Result<Complete, Failed> {
        let mut call = ModelCall {
            model: picked.model.clone(),
            system: self.system.clone(),
            messages: self.messages(picked),
            tools: self.tools.clone(),
            output_tokens_max: None,
            pictures: self.pictures.clone(),
            sampling: self.brief.sampling.clone(),
            tool_choice: self.tool_choice(),
            reply_form: self.brief.reply_form.clone(),
            strict_tools: self.strict_tools(),
        };
        let input_tokens = call_tokens(&call.system, &call.tools, &call.messages);
        let tab = self.open_tab(picked, input_tokens, None).await.map_err(Failed::End)?;
        let limits = [tab.output_tokens_max(), call.sampling.output_tokens_max];
        call.output_tokens_max = limits.into_iter().flatten().min();
        let mut draft = Draft::new(&*self.world.watcher, message_id);
        let clock = &*self.world.clock;
        let mut is_open = false;
        let n_parts = AtomicU64::new(0);
        let reading = async {
            let mut stream = open(&*picked.client, call, picked.times, clock).await?;
            is_open = true;
            let mut is_first = true;
            while let Some(part) = next_part(&mut stream, is_first, picked.times, clock).await {
                is_first = false;
                n_parts.fetch_add(1, Ordering::Relaxed);
                if let Some(stop) = draft.take(part?)? {
                    return Ok(stop);
                }
            }
            Err(ModelError::cut_off(&picked.provider))
        };
        let limit_ms = self.remaining_ms().min(tab.model_ms_max());
        let result = tokio::select! {
            biased;
            () = self.stop.now() => Err(Failed::End(End::Stopped)),
            () = clock.sleep(limit_ms) => Err(Failed::End(self.time_is_up(&tab))),
            () = self.lost_in_sleep(&n_parts) => {
                Err(Failed::Model(ModelError::lost_in_sleep(&picked.provider)))
            }
            result = reading => result.map_err(Failed::Model),
        };
        match result {
            Ok(stop) => Ok(draft.complete(picked, stop, tab)),
            Err(failed) => {
                let was_sent = is_open || failed.is_silent();
                let spent = self.broken_off(picked, &tab, &draft, was_sent);
                let text = draft.text();
                if matches!(failed, Failed::End(_)) && !text.is_empty() {
                    self.text = text;
                }
                self.world.meter.settle(spent).await.map_err(|e| Failed::End(e.into()))?;
                Err(failed)
            }
        }
    }

    /// Waits until the machine has slept, woken up, and nothing more of a reply came.
    async fn lost_in_sleep(&self, n_parts: &AtomicU64) {
        loop {
            self.world.power.slept().await;
            let n_before = n_parts.load(Ordering::Relaxed);
            self.world.clock.sleep(WOKEN_SILENT_MS_MAX).await;
            if n_parts.load(Ordering::Relaxed) == n_before {
                return;
            }
        }
    }

    /// Once the model has called what it had to call, it may speak.
    fn tool_choice(&self) -> ToolChoice {
        match self.n_steps {
            0 => self.brief.tool_choice.clone(),
            _ => ToolChoice::Auto,
        }
    }

    fn strict_tools(&self) -> Vec<String> {
        let strict = self.brief.tools.iter().filter(|tool| tool.is_strict);
        strict.map(|tool| tool.name.clone()).collect()
    }

    fn messages(&self, picked: &Picked) -> Vec<Message> {
        let window = picked.context_tokens_max;
        let result_bytes_max = usize::try_from(window * RESULT_PERCENT / 100).unwrap_or(usize::MAX);
        let summary = self.summary.as_deref();
        let turn_id = self.facts.turn_id;
        assemble(&self.history, summary, &self.enrichment, turn_id, result_bytes_max)
    }

    /// Makes room because somebody asked for it, with the first model of the agent that can: says
    /// what came of it. A conversation that is short enough is left alone unless `is_forced`.
    pub(super) async fn condense(&mut self, is_forced: bool) -> Result<String, End> {
        let models = self.world.models.line_up(&self.agent.models, self.world.clock.now());
        let models = models.map_err(|error| End::Failed(error.into()))?;
        let Some(picked) = models.first() else {
            return Ok("There is no model to ask.".to_owned());
        };
        if !is_forced && !self.is_too_full(picked) {
            return Ok("The conversation is short enough as it is.".to_owned());
        }
        let n_before = self.history.len();
        match self.make_room(picked, Room::Wished).await? {
            false => Ok("There is nothing to condense.".to_owned()),
            true => {
                let n_messages = n_before - self.history.len();
                Ok(format!("{n_messages} messages are condensed to a summary."))
            }
        }
    }

    fn is_too_full(&self, picked: &Picked) -> bool {
        let tokens = call_tokens(&self.system, &self.tools, &self.messages(picked));
        tokens > picked.context_tokens_max * FULL_PERCENT / 100
    }

    /// Replaces older history by a summary; where it cannot be had and the next call would fail
    /// without room, leaves it out. Says whether there was any.
    async fn make_room(&mut self, picked: &Picked, why: Room) -> Result<bool, End> {
        let share = picked.context_tokens_max * KEEP_PERCENT / 100;
        let keep_tokens = match why {
            Room::NeedsMust => share,
            // A conversation that is far from filling the window is condensed all the same.
            Room::Wished => share.min(history_tokens(&self.history) / WISHED_KEEP_PART),
        };
        let Some(cut) = choose_cut(&self.history, keep_tokens) else { return Ok(false) };
        let kept = self.history.split_off(cut.n_messages);
        let replaced = std::mem::replace(&mut self.history, kept);
        let earlier = self.summary.take();
        let input_tokens = history_tokens(&replaced) + earlier.as_deref().map_or(0, text_tokens);
        let tab = self.open_tab(picked, input_tokens, Some(SUMMARY_TOKENS_MAX)).await?;
        let summarizing = summarize(&replaced, earlier.as_deref(), picked, &*self.world.clock);
        let limit_ms = self.remaining_ms().min(tab.model_ms_max());
        let done = tokio::select! {
            biased;
            () = self.stop.now() => Err(End::Stopped),
            () = self.world.clock.sleep(limit_ms) => Err(self.time_is_up(&tab)),
            done = summarizing => Ok(done),
        };
        let (result, usage) = match done {
            Ok(done) => done,
            Err(end) => {
                let spent = self.sent_in_vain(picked, &tab);
                self.world.meter.settle(spent).await?;
                return Err(end);
            }
        };
        let summary = match result {
            Ok(summary) => summary,
            Err(error) if why == Room::Wished => {
                // Nothing forces us: what cannot be summed up stays.
                let spent = self.spent(picked, &tab, usage, false);
                self.world.meter.settle(spent).await?;
                return Err(End::Failed(error.into()));
            }
            Err(error) => {
                self.world.log.errored(format!("no summary: {error}"), true).await?;
                drop_oldest(earlier.as_deref(), replaced.len(), &error.message)
            }
        };
        let Some(last) = replaced.last() else { return Ok(false) };
        self.usage.add(usage);
        let compaction = Compaction {
            tokens_saved: history_tokens(&replaced).saturating_sub(summary.len() as u64 / 4),
            summary: summary.clone(),
            through: last.id,
            n_messages: replaced.len() as u64,
            spent: self.spent(picked, &tab, usage, false),
        };
        self.world.log.compacted(compaction).await?;
        self.summary = Some(summary);
        Ok(true)
    }

    /// Leaves a model alone for a while, so that the next step does not run into it again.
    async fn leave_alone(&self, picked: &Picked, error: &ModelError) -> Result<(), End> {
        let ms = match error.kind {
            // The conversation is at fault, not the model.
            AgentErrorKind::ContextOverflow => return Ok(()),
            AgentErrorKind::AuthFailure => COOL_AUTH_MS,
            _ => error.retry_after_ms.unwrap_or(COOL_MS).clamp(COOL_MS, COOL_MS_MAX),
        };
        let until = self.world.clock.now().plus_ms(ms);
        self.world.models.cool(&picked.id, until, error.is_unreached());
        self.world.log.cooled(picked.id.clone(), until).await?;
        Ok(())
    }

    async fn pause(&self, ms: u64) -> Result<(), End> {
        let left_ms = self.remaining_ms();
        tokio::select! {
            biased;
            () = self.stop.now() => return Err(End::Stopped),
            () = self.world.clock.sleep(ms.min(left_ms)) => {}
            () = self.world.power.stirred() => return Ok(()),
        }
        if ms >= left_ms { Err(self.out_of_time()) } else { Ok(()) }
    }
}

/// One error for all models that were tried; the last one decides its kind.
fn sum_up(mut failures: Vec<(String, ModelError)>) -> ModelError {
    let all: Vec<_> = failures.iter().map(|(id, error)| format!("{id}: {error}")).collect();
    let Some((_, mut last)) = failures.pop() else {
        return ModelError::new(AgentErrorKind::ModelError, "no model answered");
    };
    if all.len() > 1 {
        last.message = format!("no model answered ({})", all.join("; "));
    }
    last.hint.get_or_insert_with(|| {
        let hint = match last.kind {
            AgentErrorKind::ContextOverflow => {
                "start a new session, or use a model with a larger context window"
            }
            _ => "see what each model says: nexus models test",
        };
        hint.to_owned()
    });
    last
}
