//! The query in the terms of the policy engine: a slice of two entities and a context, built
//! directly. Going through JSON would cost more than the decision itself.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression as Value, Schema,
};
use nexus_domain::permission::PathAccess;
use nexus_domain::principal::Principal;

use crate::holder::Holders;
use crate::place::Places;
use crate::profile::Profiles;
use crate::query::{Action, Query, effect_name, peer_kind_name};
use crate::secret::is_secret_path;
use crate::touch::Touched;

/// Every verb of the schema.
pub(crate) const VERBS: [&str; 5] = ["call", "start_run", "use_tool", "deliver", "approve"];
/// Every type of principal of the schema.
pub(crate) const PRINCIPAL_TYPES: [&str; 10] =
    ["Owner", "Person", "Unknown", "Agent", "Adapter", "ApiKey", "Job", "Device", "Hook", "System"];

/// Every other type of entity of the schema.
const OTHER_TYPES: [&str; 5] = ["Action", "Method", "Tool", "Channel", "Permission"];

/// The names of the types, read once: reading one costs as much as evaluating a policy.
static TYPES: LazyLock<HashMap<&'static str, EntityTypeName>> = LazyLock::new(|| {
    let names = PRINCIPAL_TYPES.into_iter().chain(OTHER_TYPES);
    names.filter_map(|name| Some((name, EntityTypeName::from_str(name).ok()?))).collect()
});

/// The preset of a person for whom agents do nothing but talk.
const NO_PRESET: &str = "none";

/// Why a query could not be put to the policy engine; always leads to Deny.
pub(crate) type SliceError = Box<dyn std::error::Error>;

/// One link of a query's chain, ready to be evaluated.
pub(crate) fn slice(
    query: &Query,
    touched: &Touched,
    link: &Principal,
    (profiles, holders): (&Profiles, &Holders),
    schema: &Schema,
) -> Result<(Request, Entities), SliceError> {
    let principal = principal_entity(link, profiles, holders)?;
    let resource = resource_entity(&query.action, profiles)?;
    let action = uid("Action", query.action.verb())?;
    let context = Context::from_pairs(context_pairs(query, touched, link, (profiles, holders)))?;
    // What is built here fits the schema by construction. Every test holds that against it; in a
    // release it would be a fifth of the price of a decision.
    let schema = cfg!(debug_assertions).then_some(schema);
    let request = Request::new(principal.uid(), action, resource.uid(), context, schema)?;
    // An agent that starts a run of itself is both sides at once, and one entity.
    let is_same = principal.uid() == resource.uid();
    let entities = std::iter::once(principal).chain((!is_same).then_some(resource));
    Ok((request, Entities::from_entities(entities, None)?))
}

/// The type of a principal.
pub(crate) fn type_of(principal: &Principal) -> &'static str {
    match principal {
        Principal::Owner => "Owner",
        Principal::Known(_) => "Person",
        Principal::Unknown(_) => "Unknown",
        Principal::Agent(_) => "Agent",
        Principal::Adapter(_) => "Adapter",
        Principal::ApiKey(_) => "ApiKey",
        Principal::Job(_) => "Job",
        Principal::Device(_) => "Device",
        Principal::Hook(_) => "Hook",
        Principal::System => "System",
    }
}

/// The kind of a principal, as policies see it in `context.invoker`.
pub(crate) fn kind(principal: &Principal) -> &'static str {
    match principal {
        Principal::Owner => "owner",
        Principal::Known(_) => "person",
        Principal::Unknown(_) => "unknown",
        Principal::Agent(_) => "agent",
        Principal::Adapter(_) => "adapter",
        Principal::ApiKey(_) => "api_key",
        Principal::Job(_) => "job",
        Principal::Device(_) => "device",
        Principal::Hook(_) => "hook",
        Principal::System => "system",
    }
}

fn principal_entity(
    principal: &Principal,
    profiles: &Profiles,
    holders: &Holders,
) -> Result<Entity, SliceError> {
    let (id, attributes) = match principal {
        Principal::Owner => ("owner", Vec::new()),
        Principal::System => ("system", Vec::new()),
        Principal::Agent(id) => return agent_entity(id, profiles),
        Principal::Adapter(id) => {
            // The daemon names an adapter account `channel/account`; the channel is the one the
            // adapter declared when it said hello.
            let channel = id.split_once('/').map_or(id.as_str(), |(channel, _)| channel);
            (id.as_str(), vec![("channel", text(channel))])
        }
        Principal::Known(id) => {
            let scopes = holders.scopes(principal).iter().map(String::as_str);
            let preset = holders.reach(id).map_or(NO_PRESET, |reach| reach.preset.name());
            (id.as_str(), vec![("scopes", texts(scopes)), ("preset", text(preset))])
        }
        Principal::ApiKey(id) | Principal::Device(id) => {
            let scopes = holders.scopes(principal).iter().map(String::as_str);
            (id.as_str(), vec![("scopes", texts(scopes))])
        }
        Principal::Unknown(id) | Principal::Job(id) | Principal::Hook(id) => {
            (id.as_str(), Vec::new())
        }
    };
    entity(type_of(principal), id, attributes)
}

fn agent_entity(id: &nexus_domain::id::AgentId, profiles: &Profiles) -> Result<Entity, SliceError> {
    let profile = profiles.get(id);
    // Who stands in too long a line has nobody above it to start it.
    let above = profiles.above(id).ok();
    let depth = above.as_ref().map_or(i64::MAX, |above| above.len() as i64);
    let above =
        above.iter().flatten().map(|id| Ok(Value::new_entity_uid(uid("Agent", id.as_str())?)));
    let mut attributes = vec![
        ("above", Value::new_set(above.collect::<Result<Vec<_>, SliceError>>()?)),
        ("preset", text(profile.preset.name())),
        ("preset_name", text(&profile.preset_name)),
        ("depth", Value::new_long(depth)),
    ];
    if let Some(parent) = &profile.parent {
        attributes.push(("parent", Value::new_entity_uid(uid("Agent", parent.as_str())?)));
    }
    entity("Agent", id.as_str(), attributes)
}

fn resource_entity(action: &Action, profiles: &Profiles) -> Result<Entity, SliceError> {
    match action {
        Action::Method { name, scope, kind } => {
            entity("Method", name, vec![("scope", text(scope)), ("kind", text(kind))])
        }
        Action::StartRun { agent, .. } => agent_entity(agent, profiles),
        Action::UseTool { action, effect } => {
            entity("Tool", &action.tool, vec![("effect", text(effect_name(*effect)))])
        }
        Action::Deliver { channel, .. } => {
            entity("Channel", channel, vec![("name", text(channel))])
        }
        Action::Approve { permission } => entity("Permission", permission, Vec::new()),
    }
}

fn context_pairs(
    query: &Query,
    touched: &Touched,
    link: &Principal,
    standings: (&Profiles, &Holders),
) -> Vec<(String, Value)> {
    let invoker = query.chain.invoker().map_or("nobody", kind);
    let mut pairs = Pairs(Vec::new());
    pairs.add("invoker", text(invoker));
    pairs.add("labels", texts(query.facts.labels.iter().map(String::as_str)));
    if let Some(key) = &query.facts.session_key {
        pairs.add("session_key", text(key.as_str()));
    }
    if let Some(channel) = &query.facts.channel {
        pairs.add("channel", text(channel));
    }
    match &query.action {
        Action::StartRun { channel, peer_kind, .. } => {
            pairs.add("run_channel", text(channel));
            pairs.add("peer_kind", text(peer_kind_name(*peer_kind)));
        }
        Action::Deliver { target, .. } => pairs.add("target", text(target)),
        Action::UseTool { .. } => tool_pairs(&mut pairs, query, touched, link, standings),
        Action::Method { .. } | Action::Approve { .. } => {}
    }
    pairs.0
}

fn tool_pairs(
    pairs: &mut Pairs,
    query: &Query,
    touched: &Touched,
    link: &Principal,
    (profiles, holders): (&Profiles, &Holders),
) {
    let Action::UseTool { action, .. } = &query.action else { return };
    let accessed = |access: PathAccess| {
        touched.paths.iter().filter(move |p| p.access == access).map(|p| p.path.as_str())
    };
    pairs.add("digest", text(&action.digest));
    pairs.add("reads", texts(accessed(PathAccess::Read)));
    pairs.add("writes", texts(accessed(PathAccess::Write)));
    pairs.add("deletes", texts(accessed(PathAccess::Delete)));
    pairs.add("is_outside", flag(touched.paths.iter().any(|path| path.is_outside())));
    pairs.add("is_secret", flag(touched.paths.iter().any(|p| is_secret_path(&p.path))));
    let places = Places::of(touched, action.folder.as_deref());
    let all = |names: &BTreeSet<String>| texts(names.iter().map(String::as_str));
    pairs.add("places", all(&places.places));
    pairs.add("trees", all(&places.trees));
    pairs.add("written_names", all(&places.written_names));
    pairs.add("hosts", texts(touched.host_names()));
    pairs.add("hosts_in", texts(touched.host_names().flat_map(domains)));
    pairs.add("programs", texts(touched.commands.iter().map(|c| c.program.as_str())));
    let commands: Vec<_> = touched.commands.iter().map(|c| c.argv.join(" ")).collect();
    pairs.add("commands", texts(commands.iter().map(String::as_str)));
    pairs.add("is_networked", flag(touched.commands.iter().any(|c| c.network)));
    let to: Vec<_> = touched.recipients.iter().map(|(c, to)| format!("{c}:{to}")).collect();
    pairs.add("recipients", texts(to.iter().map(String::as_str)));
    pairs.add("posture", text(query.facts.posture.as_deref().unwrap_or("none")));
    let profile = match link {
        Principal::Agent(id) => Some(profiles.get(id)),
        _ => None,
    };
    let offers = match link {
        Principal::Known(id) => holders
            .reach(id)
            .is_some_and(|reach| reach.tools.is_empty() || reach.tools.contains(&action.tool)),
        _ => profile.as_ref().is_none_or(|profile| profile.offers(&action.tool)),
    };
    let base = match (link, query.chain.actor()) {
        (Principal::Agent(link), Some(Principal::Agent(actor))) => profiles.base(actor, link),
        _ => ".".to_owned(),
    };
    let reaches = profile.is_none_or(|profile| profile.reaches_writes(query, touched, &base));
    pairs.add("tool_in_reach", flag(offers));
    pairs.add("writes_in_reach", flag(reaches));
}

/// A host name and every name above it, without the brackets of an address.
fn domains(host: &str) -> impl Iterator<Item = &str> {
    let host = host.trim_matches(['[', ']']);
    std::iter::once(host).chain(host.match_indices('.').map(|(at, _)| &host[at + 1..]))
}

struct Pairs(Vec<(String, Value)>);

impl Pairs {
    fn add(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }
}

fn text(value: &str) -> Value {
    Value::new_string(value.to_owned())
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> Value {
    Value::new_set(values.map(text))
}

fn flag(value: bool) -> Value {
    Value::new_bool(value)
}

fn uid(type_name: &str, id: &str) -> Result<EntityUid, SliceError> {
    let type_name = TYPES.get(type_name).ok_or_else(|| format!("no type is called {type_name}"))?;
    Ok(EntityUid::from_type_name_and_id(type_name.clone(), EntityId::new(id)))
}

fn entity(type_name: &str, id: &str, attributes: Vec<(&str, Value)>) -> Result<Entity, SliceError> {
    let attributes: HashMap<_, _> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Entity::new(uid(type_name, id)?, attributes, HashSet::new())?)
}
