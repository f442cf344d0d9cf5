//! Hooks: which there are, and whether they work.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::hook::{HookFacts, HookTestParams};
use nexus_protocol::hooks::{HookView, ListParams, ListResult, SendParams, SendResult};

use super::adapter::settled;
use super::person;
use crate::context::Context;
use crate::suggest;

/// The type of a test delivery unless another is given.
const CONTENT_TYPE: &str = "application/json";

/// Lists the hooks of the configuration, with what their adapters say about them.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    let mut hooks = Vec::new();
    let config = context.config.current();
    for adapter in config.adapters.iter().filter(|adapter| !adapter.hooks.is_empty()) {
        // One that was just configured has a moment to say hello.
        settled(context, &adapter.name).await?;
        let shown = context.adapters.find(&adapter.name)?;
        let told: Vec<HookFacts> = match &shown.child {
            // One that does not run, or does not answer, has nothing to say.
            Some(child) => child.hooks().await.map(|answer| answer.hooks).unwrap_or_default(),
            None => Vec::new(),
        };
        hooks.extend(adapter.hooks.iter().map(|hook| {
            let facts = told.iter().find(|facts| facts.name == hook.name);
            HookView {
                name: hook.name.clone(),
                adapter: adapter.name.clone(),
                state: shown.view.state,
                url: facts.map(|facts| facts.url.clone()),
                verify: facts.map(|facts| facts.verify.clone()),
                kind: facts.map(|facts| facts.kind.clone()),
                agents: hook.agents.clone(),
                sessions: hook.sessions.clone(),
                deliver: hook.deliver.as_ref().map(ToString::to_string),
            }
        }));
    }
    hooks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ListResult { hooks })
}

/// Has the adapter of a hook sign a delivery and take it in. The secret stays where it is.
pub async fn send(
    context: &Arc<Context>,
    permit: Permit,
    params: SendParams,
) -> Result<SendResult, Failure> {
    person(&permit, "send a delivery to a hook")?;
    let config = context.config.current();
    let mut adapters = config.adapters.iter();
    let own = adapters.find(|own| own.hooks.iter().any(|hook| hook.name == params.name));
    let Some(own) = own else {
        let names = config.adapters.iter().flat_map(|adapter| &adapter.hooks);
        let names = names.map(|hook| hook.name.as_str());
        let hint = match suggest::closest(&params.name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "what there is: nexus hook list".to_owned(),
        };
        let text = format!("there is no hook `{}`", params.name.escape_debug());
        return Err(Failure::not_found(text).hint(hint));
    };
    let wanted = HookTestParams {
        hook: params.name,
        body: params.data,
        content_type: params.content_type.unwrap_or_else(|| CONTENT_TYPE.to_owned()),
        event: params.event,
        id: params.id,
        wait_s: params.wait_s,
    };
    settled(context, &own.name).await?;
    let answer = context.adapters.find(&own.name)?.kept()?.test_hook(&wanted).await?;
    let body = context.credentials.redactor().clean(&answer.body).into_owned();
    Ok(SendResult { status: answer.status, body })
}
