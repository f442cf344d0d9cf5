//! Making, changing and removing agents. The book, the policies and the ledger change together,
//! one change at a time.

use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::made::MadeAgent;
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, Effect, Facts, Preset, Query};
use nexus_ledger::{LedgerError, Tx};

use super::book::{Agent, Book};
use super::order::{self, Alteration, Order};
use super::{Roll, seat};
use crate::context::Context;
use crate::engine;

/// Most made agents at one time.
const MADE_MAX: usize = 500;

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The agents, those beneath first.
    pub agents: Vec<AgentId>,
    /// Runs that were stopped for it.
    pub n_stopped: u64,
}

/// Makes an agent.
///
/// # Errors
/// `Invalid` for what does not fit, `Denied` for what goes further than it may, `Conflict` for a
/// name that is taken.
pub async fn create(context: &Context, order: Order) -> Result<Arc<Agent>, Failure> {
    let preset = order::preset(order.preset.as_deref().unwrap_or(Preset::Sandboxed.name()))?;
    order::check_tools(&order.disabled_tools)?;
    order::check_write_paths(&order.write_paths)?;
    order::check_prompt(order.system_prompt.as_deref())?;
    check_model(context, order.model.as_deref())?;
    let mut roll = context.agents.made.lock().await;
    let book = context.agents.book();
    check_parent(context, &book, &order)?;
    if roll.made.len() >= MADE_MAX {
        return Err(Failure::unavailable(format!("there are {MADE_MAX} made agents already"))
            .hint("remove some: nexus agent delete NAME"));
    }
    let id = name(context, &mut roll, &book, &order)?;
    let seat = seat::find(context, &order)?;
    let now = context.clock.now();
    let made = MadeAgent {
        session_key: free_session(context, &id).await?,
        id,
        parent: order.parent,
        preset: preset.name().to_owned(),
        cwd: seat.cwd,
        base: seat.base,
        write_paths: seat.write_paths,
        disabled_tools: order.disabled_tools,
        model: order.model,
        system_prompt: order.system_prompt.filter(|prompt| !prompt.trim().is_empty()),
        creator: order.creator,
        origin: order.origin,
        created_at: now,
        updated_at: now,
    };
    order::check_ceiling(&context.config.current(), &roll.made, &made)?;
    let event = Event::AgentCreated {
        agent_id: made.id.clone(),
        parent: made.parent.clone(),
        preset: made.preset.clone(),
        creator: made.creator.clone(),
    };
    let id = made.id.clone();
    let all = roll.made.iter().cloned().chain([made.clone()]).collect();
    apply(context, &mut roll, all, move |tx| {
        if !made.is_temp() {
            tx.agents().put(&made)?;
        }
        tx.events().record(now, &event).map(|_| ())
    })
    .await?;
    context.agents.book().find(&id).cloned()
}

/// Changes a made agent. Those beneath it stay as they are; what goes further than it does now
/// comes to nothing.
///
/// # Errors
/// As for [`create`]; `NotFound`; `Conflict` for an agent of the configuration.
pub async fn update(
    context: &Context,
    id: &AgentId,
    by: &Principal,
    change: Alteration,
) -> Result<Arc<Agent>, Failure> {
    let mut roll = context.agents.made.lock().await;
    let book = context.agents.book();
    let mut made = own(&book, id, by)?.clone();
    if let Some(name) = &change.preset {
        made.preset = order::preset(name)?.name().to_owned();
    }
    if let Some(paths) = change.write_paths {
        order::check_write_paths(&paths)?;
        let root = book.workspace(&context.home, id);
        made.write_paths = seat::paths_within(&root, &paths)?;
    }
    if let Some(tools) = change.disabled_tools {
        order::check_tools(&tools)?;
        made.disabled_tools = tools;
    }
    if let Some(model) = change.model {
        made.model = Some(model).filter(|model| !model.is_empty());
        check_model(context, made.model.as_deref())?;
    }
    if let Some(prompt) = change.system_prompt {
        order::check_prompt(Some(&prompt))?;
        made.system_prompt = Some(prompt).filter(|prompt| !prompt.trim().is_empty());
    }
    let now = context.clock.now();
    made.updated_at = now;
    order::check_ceiling(&context.config.current(), &roll.made, &made)?;
    let event = Event::AgentUpdated { agent_id: id.clone(), preset: made.preset.clone() };
    let replaced = |one: &MadeAgent| if one.id == made.id { made.clone() } else { one.clone() };
    let all = roll.made.iter().map(replaced).collect();
    let kept = made.clone();
    apply(context, &mut roll, all, move |tx| {
        if !kept.is_temp() {
            tx.agents().put(&kept)?;
        }
        tx.events().record(now, &event).map(|_| ())
    })
    .await?;
    context.agents.book().find(id).cloned()
}

/// Removes a made agent with everything beneath it, and stops what they were at. What they did
/// stays on record.
///
/// # Errors
/// `NotFound`; `Conflict` for an agent of the configuration; `Denied` for one of somebody else.
pub async fn delete(context: &Context, id: &AgentId, by: &Principal) -> Result<Deleted, Failure> {
    let mut roll = context.agents.made.lock().await;
    let book = context.agents.book();
    own(&book, id, by)?;
    let mut doomed = book.beneath(id);
    doomed.push(id.clone());
    let now = context.clock.now();
    let gone = doomed.clone();
    let all = roll.made.iter().filter(|made| !gone.contains(&made.id)).cloned().collect();
    apply(context, &mut roll, all, move |tx| {
        for agent_id in gone {
            tx.agents().remove(&agent_id)?;
            tx.events().record(now, &Event::AgentDeleted { agent_id })?;
        }
        Ok(())
    })
    .await?;
    drop(roll);
    let n_stopped = engine::stop_agents(context, &doomed).await?;
    Ok(Deleted { agents: doomed, n_stopped })
}

/// Puts a new roll in force: first whatever can fail, then the ledger, then the book and the
/// policies.
async fn apply(
    context: &Context,
    roll: &mut Roll,
    all: Vec<MadeAgent>,
    write: impl FnOnce(&mut Tx<'_>) -> Result<(), LedgerError> + Send + 'static,
) -> Result<(), Failure> {
    let config = context.config.current();
    let book = Book::new(&config, &all);
    // Rules name places in the folder of each agent, so they have to be worked out again.
    let fresh = match config.pins.is_empty() {
        true => None,
        false => Some(context.policies.read_again(&config, &book, &context.health).await?),
    };
    context.ledger.write(write).await?;
    roll.made = all;
    match fresh {
        Some(fresh) => context.policies.put_in_force(fresh, &book, &context.health).await,
        None => context.policies.agents_changed(&book).await,
    }
    context.agents.put(book);
    Ok(())
}

/// The agent, if it was made and is this one's to change.
fn own<'a>(book: &'a Book, id: &AgentId, by: &Principal) -> Result<&'a MadeAgent, Failure> {
    let agent = book.find(id)?;
    let Some(made) = &agent.made else {
        return Err(Failure::conflict(format!("agent `{id}` stands in nexus.toml"))
            .hint(format!("change [agents.{id}] there, then: nexus daemon reload")));
    };
    match *by == Principal::Owner || *by == made.creator {
        true => Ok(made),
        false => {
            Err(Failure::denied(format!("agent `{id}` works for {}, not for {by}", made.creator)))
        }
    }
}

/// Whoever makes an agent beneath another must be let to have that one work.
fn check_parent(context: &Context, book: &Book, order: &Order) -> Result<(), Failure> {
    let Some(parent) = &order.parent else { return Ok(()) };
    let above = book.find(parent)?;
    if above.id().is_temp() && !order.is_temp {
        return Err(Failure::invalid(format!("agent `{parent}` ends with the daemon"))
            .hint("what stands beneath it has to be temporary, too"));
    }
    book.check_invoker(&order.creator, parent)?;
    let query = Query {
        chain: Chain::of(order.creator.clone()),
        action: Action::StartRun {
            agent: parent.clone(),
            channel: nexus_domain::pipeline::CONTROL_CHANNEL.to_owned(),
            peer_kind: nexus_domain::arrival::PeerKind::Dm,
        },
        facts: Facts::default(),
    };
    let verdict = context.iam.decide(&query);
    match verdict.effect {
        Effect::Allow => Ok(()),
        Effect::Ask | Effect::Deny => {
            Err(Failure::denied(format!("may not make an agent beneath `{parent}`: {verdict}")))
        }
    }
}

/// Makes sure that a model can be asked at all.
///
/// # Errors
/// `Invalid`, with the nearest name there is.
pub fn check_model(context: &Context, model: Option<&str>) -> Result<(), Failure> {
    let Some(model) = model else { return Ok(()) };
    let known = context.engine.models().models(context.clock.now());
    if known.iter().any(|facts| facts.id == model) {
        return Ok(());
    }
    let near = crate::suggest::closest(model, known.iter().map(|facts| facts.id.as_str()));
    let hint = near.map_or_else(
        || "see the models: nexus models list".to_owned(),
        |near| format!("did you mean `{near}`? See the models: nexus models list"),
    );
    Err(Failure::invalid(format!("there is no model `{}`", model.escape_debug()))
        .hint(hint)
        .details(serde_json::json!({ "path": "params.model" })))
}

fn name(
    context: &Context,
    roll: &mut Roll,
    book: &Book,
    order: &Order,
) -> Result<AgentId, Failure> {
    let Some(id) = order.id.clone() else {
        return match order.is_temp {
            true => {
                roll.n_temp += 1;
                AgentId::parse(&format!(".{}", roll.n_temp))
            }
            false => AgentId::parse(&digits(context)),
        };
    };
    if order.is_temp || id.is_temp() {
        return Err(Failure::invalid("names that begin with a dot are given, not chosen")
            .hint("leave the name out and ask for a temporary agent, or choose another name"));
    }
    // Folders carry the names, and not every file system tells capitals apart.
    let same = |agent: &&Arc<Agent>| agent.id().as_str().eq_ignore_ascii_case(id.as_str());
    match book.all().find(same) {
        Some(taken) => Err(Failure::conflict(format!("there is an agent `{}`", taken.id()))
            .hint("choose another name, or change that one: agents.update")),
        None => Ok(id),
    }
}

/// A conversation that nobody has used: an agent of a name that was used before begins anew.
async fn free_session(context: &Context, id: &AgentId) -> Result<SessionKey, Failure> {
    let plain = SessionKey::parse(&format!("agent:{id}"))?;
    let key = plain.clone();
    let is_taken = context.ledger.read(move |r| Ok(r.sessions().get(&key)?.is_some())).await?;
    match is_taken || id.is_temp() {
        true => SessionKey::parse(&format!("agent:{id}:{}", digits(context))),
        false => Ok(plain),
    }
}

fn digits(context: &Context) -> String {
    format!("{:08x}", context.clock.entropy() & 0xffff_ffff)
}
