//! Making a call, whichever framing it came in.

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_protocol::{Method, MethodKind};

use super::door::Shared;
use crate::authorize::Caller;
use crate::dispatch::{Answer, Call};

/// Makes a call. Queries end with whoever waits for them; whatever changes something runs to its
/// end even if the client has gone, so that it is never left half done.
///
/// # Errors
/// Whatever the decision or the handler says.
pub(super) async fn make(
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    call: Call,
) -> Result<Answer, Failure> {
    let method = call.method();
    if method.kind() == MethodKind::Query {
        return measured(&shared, &caller, method, call).await;
    }
    let tasks = shared.tasks.clone();
    let running = tasks.spawn(async move { measured(&shared, &caller, method, call).await });
    running.await.unwrap_or_else(|error| Err(Failure::internal(error)))
}

/// A key for a command whose caller sends none: each of its calls is a new one.
pub(super) fn fresh_key(shared: &Shared) -> String {
    format!("call-{:032x}", shared.context.clock.entropy())
}

async fn measured(
    shared: &Shared,
    caller: &Caller,
    method: Method,
    call: Call,
) -> Result<Answer, Failure> {
    let clock = &shared.context.clock;
    let began_us = clock.monotonic_us();
    let outcome = shared.dispatcher.call(caller, call).await;
    let duration_us = clock.monotonic_us().saturating_sub(began_us);
    shared.metrics.call(method, outcome.as_ref().err(), duration_us);
    outcome
}
