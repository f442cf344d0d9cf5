//! Texts as vectors, for a caller: decided, audited and paid for like a run, without being one.

use std::sync::Arc;

use nexus_agent::port::{Meter as _, ModelSpent, Reservation, Spending};
use nexus_agent::provider::{EmbedCall, ModelError, Picked, worst_cases};
use nexus_domain::agent::AgentErrorKind;
use nexus_domain::failure::Failure;
use nexus_domain::message::Usage;
use nexus_protocol::Method;
use nexus_protocol::caller::{EmbedParams, EmbedResult, Refusal, RefusalKind};
use nexus_supervisor::Origin;

use super::admit;
use crate::authorize::authorize_method;
use crate::context::Context;
use crate::engine::RunMeter;

/// Most texts of one call.
const TEXTS_MAX: usize = 2_048;
/// Longest time of a call, in milliseconds.
const EMBED_MS_MAX: u64 = 60_000;

/// Turns texts into vectors.
pub(super) async fn embed(
    context: &Arc<Context>,
    origin: &Origin,
    params: EmbedParams,
) -> Result<EmbedResult, Refusal> {
    let caller = admit(context, origin, &params.caller).await?;
    let permit = authorize_method(context, &caller, Method::SessionsSend).await?;
    check(&params)?;
    let models = context.engine.models();
    let id = wanted(context, &params.model)?;
    let picked = models.pick(&id).map_err(refusal)?;
    let input_tokens = params.input.iter().map(|text| text.len() as u64 / 4 + 1).sum::<u64>();
    let cases = worst_cases(&models, &picked, input_tokens, Some(1), EMBED_MS_MAX);
    let spending = Spending { model: id.clone(), is_priced: models.is_priced(&picked), cases };
    let meter = RunMeter::outside(Arc::clone(context), permit.chain().clone());
    let reservation = match meter.reserve(spending).await {
        Reservation::Unbounded => None,
        Reservation::Held(held) => Some(held.id),
        Reservation::Refused(error) => {
            let refusal = Refusal::new(RefusalKind::BudgetExhausted, error.message);
            return Err(Refusal { hint: error.hint, ..refusal });
        }
        Reservation::Broken(why) => return Err(Failure::unavailable(why).into()),
    };
    let started_us = context.clock.monotonic_us();
    let made = call(context, &picked, &params).await;
    let model_ms = context.clock.monotonic_us().saturating_sub(started_us).div_ceil(1_000);
    let counted = made.as_ref().ok().and_then(|made| made.input_tokens);
    let usage = match &made {
        Ok(_) => Usage { input_tokens: counted.unwrap_or(input_tokens), ..Usage::default() },
        Err(_) => Usage::default(),
    };
    let spent = ModelSpent {
        reservation,
        model: id.clone(),
        usage,
        cost: models.cost(&picked, usage),
        is_estimated: counted.is_none(),
        model_ms,
    };
    meter.settle(spent).await.map_err(|error| Failure::unavailable(error.to_string()))?;
    let made = made.map_err(refusal)?;
    Ok(EmbedResult { vectors: made.vectors, model: id, input_tokens: usage.input_tokens })
}

fn check(params: &EmbedParams) -> Result<(), Failure> {
    if params.input.is_empty() || params.input.iter().any(String::is_empty) {
        return Err(Failure::invalid("`input` needs at least one text, and none of them empty"));
    }
    if params.input.len() > TEXTS_MAX {
        return Err(Failure::invalid(format!(
            "`input` has {} texts; at most {TEXTS_MAX} are taken at once",
            params.input.len()
        )));
    }
    Ok(())
}

/// The configured model, if the caller means it: by its whole name, or by its own.
fn wanted(context: &Context, named: &str) -> Result<String, Failure> {
    let Some(id) = context.config.current().embeddings.clone() else {
        return Err(Failure::not_found("no model for embeddings is configured")
            .hint("set `embeddings = \"provider/model\"` under [models] in nexus.toml"));
    };
    let own = id.split_once('/').map_or(id.as_str(), |(_, model)| model);
    if named != id && named != own {
        return Err(Failure::not_found(format!("there is no model `{named}` for embeddings"))
            .hint(format!("use `{own}`")));
    }
    Ok(id)
}

async fn call(
    context: &Context,
    picked: &Picked,
    params: &EmbedParams,
) -> Result<nexus_agent::provider::Embedded, ModelError> {
    let call = EmbedCall {
        model: picked.model.clone(),
        input: params.input.clone(),
        dimensions: params.dimensions,
    };
    tokio::select! {
        made = picked.client.embed(call) => made,
        () = context.clock.sleep(EMBED_MS_MAX) => {
            let seconds = EMBED_MS_MAX / 1000;
            let what = format!("{} did not answer within {seconds} s", picked.id);
            Err(ModelError::new(AgentErrorKind::Timeout, what))
        }
        () = context.shutdown.begun() => {
            Err(ModelError::new(AgentErrorKind::Timeout, "the daemon is stopping"))
        }
    }
}

fn refusal(error: ModelError) -> Refusal {
    let kind = match error.kind {
        AgentErrorKind::BudgetExhausted => RefusalKind::BudgetExhausted,
        _ => RefusalKind::Unavailable,
    };
    let retry_after_ms = error.retry_after_ms;
    Refusal { hint: error.hint, retry_after_ms, ..Refusal::new(kind, error.message) }
}
