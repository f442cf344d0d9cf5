//! The query in the terms of the policy engine: a slice of two entities and a context, built
//! directly. Going through JSON would cost more than the decision itself.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression as Value, Schema,
};
use nexus_domain::principal::Principal;

use crate::query::{Action, Query, effect_name, peer_kind_name};

/// Why a query could not be put to the policy engine; always leads to Deny.
pub(crate) type SliceError = Box<dyn std::error::Error>;

/// One link of a query's chain, ready to be evaluated.
pub(crate) fn slice(
    query: &Query,
    link: &Principal,
    schema: &Schema,
) -> Result<(Request, Entities), SliceError> {
    let principal = principal_entity(link)?;
    let resource = resource_entity(&query.action)?;
    let action = uid("Action", query.action.verb())?;
    let context = Context::from_pairs(context_pairs(query))?;
    let request = Request::new(principal.uid(), action, resource.uid(), context, Some(schema))?;
    // An agent that starts a run of itself is both sides at once, and one entity.
    let is_same = principal.uid() == resource.uid();
    let entities = std::iter::once(principal).chain((!is_same).then_some(resource));
    Ok((request, Entities::from_entities(entities, None)?))
}

/// The kind of a principal, as policies see it in `context.invoker`.
fn kind(principal: &Principal) -> &'static str {
    match principal {
        Principal::Owner => "owner",
        Principal::Known(_) => "person",
        Principal::Unknown(_) => "unknown",
        Principal::Agent(_) => "agent",
        Principal::Adapter(_) => "adapter",
        Principal::ApiKey(_) => "api_key",
        Principal::Job(_) => "job",
    }
}

fn principal_entity(principal: &Principal) -> Result<Entity, SliceError> {
    match principal {
        Principal::Owner => entity("Owner", "owner", []),
        Principal::Known(id) => entity("Person", id, []),
        Principal::Unknown(id) => entity("Unknown", id, []),
        Principal::Agent(id) => entity("Agent", id.as_str(), []),
        Principal::ApiKey(id) => entity("ApiKey", id, []),
        Principal::Job(id) => entity("Job", id, []),
        Principal::Adapter(id) => {
            // The daemon names an adapter account `channel/account`; the channel is the one the
            // adapter declared when it said hello.
            let channel = id.split_once('/').map_or(id.as_str(), |(channel, _)| channel);
            entity("Adapter", id, [("channel", text(channel))])
        }
    }
}

fn resource_entity(action: &Action) -> Result<Entity, SliceError> {
    match action {
        Action::Method { name, scope, kind } => {
            entity("Method", name, [("scope", text(scope)), ("kind", text(kind))])
        }
        Action::StartRun { agent, .. } => entity("Agent", agent.as_str(), []),
        Action::UseTool { action, effect } => {
            entity("Tool", &action.tool, [("effect", text(effect_name(*effect)))])
        }
        Action::Deliver { channel, .. } => entity("Channel", channel, [("name", text(channel))]),
        Action::Approve { permission } => entity("Permission", permission, []),
    }
}

fn context_pairs(query: &Query) -> Vec<(String, Value)> {
    let invoker = query.chain.invoker().map_or("nobody", kind);
    let labels = Value::new_set(query.facts.labels.iter().map(|label| text(label)));
    let mut pairs = vec![("invoker".to_owned(), text(invoker)), ("labels".to_owned(), labels)];
    if let Some(key) = &query.facts.session_key {
        pairs.push(("session_key".to_owned(), text(key.as_str())));
    }
    if let Some(channel) = &query.facts.channel {
        pairs.push(("channel".to_owned(), text(channel)));
    }
    match &query.action {
        Action::StartRun { channel, peer_kind, .. } => {
            pairs.push(("run_channel".to_owned(), text(channel)));
            pairs.push(("peer_kind".to_owned(), text(peer_kind_name(*peer_kind))));
        }
        Action::Deliver { target, .. } => pairs.push(("target".to_owned(), text(target))),
        Action::Method { .. } | Action::UseTool { .. } | Action::Approve { .. } => {}
    }
    pairs
}

fn text(value: &str) -> Value {
    Value::new_string(value.to_owned())
}

fn uid(type_name: &str, id: &str) -> Result<EntityUid, SliceError> {
    Ok(EntityUid::from_type_name_and_id(EntityTypeName::from_str(type_name)?, EntityId::new(id)))
}

fn entity<const N: usize>(
    type_name: &str,
    id: &str,
    attributes: [(&str, Value); N],
) -> Result<Entity, SliceError> {
    let attributes: HashMap<_, _> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Entity::new(uid(type_name, id)?, attributes, HashSet::new())?)
}
