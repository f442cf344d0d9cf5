//! Models.

use std::sync::Arc;

use nexus_agent::provider::{ModelTest, Price};
use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::model::{ListParams, ListResult, ModelFacts, TestParams, TestResult};

use crate::context::Context;

/// Lists the models that are configured or found, the active one first.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let active = context.engine.choice().model;
    let facts = context.engine.models().models(context.clock.now());
    let mut models: Vec<_> = facts
        .into_iter()
        .map(|facts| ModelFacts {
            is_active: facts.id == active,
            provider: facts.provider,
            is_ready: facts.is_ready,
            reason: facts.reason,
            context_tokens_max: facts.context_tokens_max,
            input_micro_usd_per_mtok: facts.price.map(|price| micro_usd(price.input)),
            output_micro_usd_per_mtok: facts.price.map(|price: Price| micro_usd(price.output)),
            cooling_until: facts.cooling_until,
            id: facts.id,
        })
        .collect();
    models.sort_by_key(|model| !model.is_active);
    Ok(ListResult { models })
}

/// Makes one small call to a model and says how it went.
pub async fn test(
    context: &Arc<Context>,
    _permit: Permit,
    params: TestParams,
) -> Result<TestResult, Failure> {
    let model = params.model.unwrap_or_else(|| context.engine.choice().model);
    let tested = context.engine.models().test(&model, &*context.clock).await;
    let ModelTest { model, outcome, first_token_ms, total_ms, usage, cost } = tested;
    let (is_ok, message, hint) = match outcome {
        Ok(text) => (true, text, None),
        Err(error) => (false, error.message, error.hint),
    };
    Ok(TestResult { model, is_ok, message, hint, first_token_ms, total_ms, usage, cost })
}

/// From dollars to millionths of a dollar.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "prices are checked to be finite and not negative"
)]
fn micro_usd(dollars: f64) -> u64 {
    (dollars * 1_000_000.0).round() as u64
}
