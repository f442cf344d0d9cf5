//! Stage 4: automations that are registered when the daemon is assembled.

use futures_util::future::BoxFuture;
use nexus_domain::pipeline::{Admitted, HookAnswer};

use crate::context::Context;

/// Longest time one hook may take, in milliseconds; then it counts as having said nothing.
const HOOK_MS_MAX: u64 = 10_000;

/// An automation. It sees an admitted request and may add text to the agent's context, or answer
/// in the agent's place.
pub trait Hook: Send + Sync {
    /// Its name, for traces.
    fn name(&self) -> &str;
    /// What it has to say.
    fn run<'a>(&'a self, admitted: &'a Admitted) -> BoxFuture<'a, HookAnswer>;
}

/// Asks every hook in the order of registration.
pub(super) async fn ask_all(context: &Context, admitted: &Admitted) -> Vec<HookAnswer> {
    let mut answers = Vec::new();
    for hook in &context.engine.hooks {
        let answer = tokio::select! {
            answer = hook.run(admitted) => answer,
            () = context.clock.sleep(HOOK_MS_MAX) => {
                tracing::warn!(hook = hook.name(), HOOK_MS_MAX, "a hook took too long");
                continue;
            }
        };
        let is_last = answer.has_fired && answer.reply.is_some();
        answers.push(answer);
        if is_last {
            break;
        }
    }
    answers
}
