//! One small call that shows whether a model answers.

use nexus_domain::id::{MessageId, TurnId};
use nexus_domain::message::{Cost, Message, Part, Role, Usage};

use super::{ModelCall, ModelError, ModelPool, Picked, ReplyPart, wait, worst_cases};
use crate::port::{Clock, Spending};

/// Tokens of the question, generously.
const TEST_TOKENS_SENT: u64 = 64;
/// Most time the call is expected to take, in milliseconds.
const TEST_MS_MAX: u64 = 120_000;
/// Most tokens of the reply.
const TEST_TOKENS_MAX: u32 = 256;

/// What came of a test call.
#[derive(Clone, Debug)]
pub struct ModelTest {
    /// As `provider/model`.
    pub model: String,
    /// What it said.
    pub outcome: Result<String, ModelError>,
    /// Time to the first token, in milliseconds.
    pub first_token_ms: Option<u64>,
    /// Time to the end, in milliseconds.
    pub total_ms: u64,
    /// Tokens.
    pub usage: Usage,
    /// Cost.
    pub cost: Cost,
}

impl ModelPool {
    /// What the small call may come to; nothing for a model that cannot be called anyway.
    #[must_use]
    pub fn test_spending(&self, id: &str) -> Option<Spending> {
        let picked = self.pick(id).ok()?;
        let (sent, received) = (TEST_TOKENS_SENT, Some(TEST_TOKENS_MAX));
        let cases = worst_cases(self, &picked, sent, received, TEST_MS_MAX);
        Some(Spending { model: id.to_owned(), is_priced: self.is_priced(&picked), cases })
    }

    /// Makes one small call.
    pub async fn test(&self, id: &str, clock: &dyn Clock) -> ModelTest {
        let started_us = clock.monotonic_us();
        let elapsed_ms = || clock.monotonic_us().saturating_sub(started_us) / 1000;
        let mut test = ModelTest {
            model: id.to_owned(),
            outcome: Ok(String::new()),
            first_token_ms: None,
            total_ms: 0,
            usage: Usage::default(),
            cost: Cost::default(),
        };
        match self.pick(id) {
            Ok(picked) => {
                test.outcome = try_out(&picked, clock, |part| match part {
                    ReplyPart::Text(_) | ReplyPart::Reasoning { .. } => {
                        test.first_token_ms.get_or_insert_with(elapsed_ms);
                    }
                    ReplyPart::Usage(usage) => test.usage = *usage,
                    _ => {}
                })
                .await;
                test.cost = self.cost(&picked, test.usage);
            }
            Err(error) => test.outcome = Err(error),
        }
        if test.outcome.is_ok() {
            self.warm(id);
        }
        test.total_ms = elapsed_ms();
        test
    }
}

async fn try_out(
    picked: &Picked,
    clock: &dyn Clock,
    mut watch: impl FnMut(&ReplyPart),
) -> Result<String, ModelError> {
    let question = Message {
        id: MessageId::from_parts(clock.now(), clock.entropy()),
        turn_id: TurnId::from_parts(clock.now(), clock.entropy()),
        request_id: None,
        role: Role::User,
        parts: vec![Part::Text("Reply with the single word: ready".to_owned())],
        created_at: clock.now(),
    };
    let call = ModelCall {
        model: picked.model.clone(),
        messages: vec![question],
        output_tokens_max: Some(TEST_TOKENS_MAX),
        ..ModelCall::default()
    };
    let mut stream = wait::open(&*picked.client, call, picked.times, clock).await?;
    let mut text = String::new();
    let mut is_first = true;
    while let Some(part) = wait::next_part(&mut stream, is_first, picked.times, clock).await {
        let part = part?;
        is_first = false;
        watch(&part);
        match part {
            ReplyPart::Text(more) => text.push_str(&more),
            ReplyPart::Stop(_) => return Ok(text),
            _ => {}
        }
    }
    Err(ModelError::cut_off(&picked.provider))
}
