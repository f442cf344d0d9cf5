//! Models.

use std::sync::Arc;

use nexus_agent::port::{Meter as _, ModelSpent, Reservation};
use nexus_agent::provider::{ModelTest, Price};
use nexus_domain::failure::Failure;
use nexus_domain::principal::Chain;
use nexus_iam::Permit;
use nexus_protocol::model::{ListParams, ListResult, ModelFacts, TestParams, TestResult};

use crate::context::Context;
use crate::engine::RunMeter;

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
    permit: Permit,
    params: TestParams,
) -> Result<TestResult, Failure> {
    let model = params.model.unwrap_or_else(|| context.engine.choice().model);
    let tested = pay_and_test(context, permit.chain().clone(), &model).await?;
    let ModelTest { model, outcome, first_token_ms, total_ms, usage, cost } = tested;
    let (is_ok, message, hint) = match outcome {
        Ok(text) => (true, text, None),
        Err(error) => {
            let message = context.credentials.redactor().clean(&error.message);
            (false, message.into_owned(), error.hint)
        }
    };
    Ok(TestResult { model, is_ok, message, hint, first_token_ms, total_ms, usage, cost })
}

/// The small call is paid for like any other, on the account of whoever asked for it.
async fn pay_and_test(
    context: &Arc<Context>,
    chain: Chain,
    model: &str,
) -> Result<ModelTest, Failure> {
    let models = context.engine.models();
    let meter = RunMeter::outside(Arc::clone(context), chain);
    let held = match models.test_spending(model) {
        None => Reservation::Unbounded,
        Some(spending) => meter.reserve(spending).await,
    };
    let reservation = match held {
        Reservation::Unbounded => None,
        Reservation::Held(held) => Some(held.id),
        Reservation::Refused(error) => {
            let failure = Failure::denied(error.message);
            return Err(failure.hint(error.hint.unwrap_or_default()));
        }
        Reservation::Broken(why) => return Err(Failure::unavailable(why)),
    };
    let tested = models.test(model, &*meter.context.clock).await;
    let spent = ModelSpent {
        reservation,
        model: model.to_owned(),
        usage: tested.usage,
        cost: tested.cost,
        is_estimated: tested.outcome.is_err(),
        model_ms: tested.total_ms,
    };
    meter.settle(spent).await.map_err(|error| Failure::unavailable(error.to_string()))?;
    Ok(tested)
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
