//! Handlers of the method table, one file per resource. Each takes the context, the permit that
//! proves the decision, and its params.

pub mod acl;
pub mod adapter;
pub mod agent;
pub mod agent_file;
pub mod audit;
pub mod blob;
pub mod budget;
pub mod config;
pub mod contact;
pub mod credential;
pub mod device;
pub mod expose;
pub mod grant;
pub mod health;
pub mod heartbeat;
pub mod hook;
pub mod key;
pub mod login;
pub mod logs;
pub mod message;
pub mod model;
pub mod outbox;
pub mod policy;
pub mod presence;
pub mod request;
pub mod runtime;
pub mod schedule;
pub mod session;
pub mod tool;
pub mod usage;

use nexus_domain::Failure;
use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;
use nexus_iam::Permit;

use crate::context::Context;

/// Whether whoever calls may use this agent and see its conversations.
fn sees_agent(context: &Context, permit: &Permit, agent: &AgentId) -> bool {
    let of_caller = |caller| context.ways.agents_of(caller);
    permit.chain().invoker().and_then(of_caller).is_none_or(|agents| agents.contains(agent))
}

/// Who does what only people may. An agent never may, whatever a policy says.
fn person(permit: &Permit, what: &str) -> Result<Principal, Failure> {
    match permit.chain().actor() {
        Some(Principal::Agent(_)) | None => Err(Failure::denied(format!("an agent cannot {what}"))),
        Some(actor) => Ok(actor.clone()),
    }
}
