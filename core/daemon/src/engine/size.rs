//! How much of its model's window a conversation takes.

use std::sync::Arc;

use nexus_agent::context::{ContextSize, measure, system_prompt};
use nexus_agent::delegate::Nobody;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};

use super::prepare;
use crate::context::Context;

/// What the next call of a conversation would send, in estimated tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The system prompt.
    pub system: u64,
    /// The descriptions of the tools.
    pub tools: u64,
    /// Messages and summary.
    pub messages: u64,
    /// What fits into a call of the model.
    pub budget: u64,
    /// Whether the agent is told who it is.
    pub has_identity: bool,
    /// Whether a summary stands for earlier messages.
    pub has_summary: bool,
}

/// Measures a conversation of an agent; one that has not begun is empty.
///
/// # Errors
/// `NotFound` when there is no such agent; when the ledger or the workspace cannot be read.
pub async fn size(context: &Context, id: &AgentId, key: &SessionKey) -> Result<Size, Failure> {
    let spec = prepare::agent(context, id)?;
    let book = context.agents.book();
    let made = book.get(id).and_then(|agent| agent.made.as_ref());
    let prompt = prepare::prompt(context, id, made);
    let tools = prepare::tools(context, &spec, key, Arc::new(Nobody))?.specs(&spec.tools);
    let wanted = key.clone();
    let seen = context.ledger.read(move |r| r.turns().context(&wanted)).await?;
    let system = system_prompt(&spec, &prompt);
    let ContextSize { system, tools, messages } =
        measure(&system, &tools, seen.summary.as_deref(), &seen.messages);
    let models = context.engine.models().models(context.clock.now());
    let model = spec.models.first().and_then(|id| models.iter().find(|facts| facts.id == *id));
    Ok(Size {
        system,
        tools,
        messages,
        budget: model.map_or(0, |facts| facts.context_tokens_max),
        has_identity: prompt.identity.is_some_and(|text| !text.trim().is_empty()),
        has_summary: seen.summary.is_some(),
    })
}
