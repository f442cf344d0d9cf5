//! The agents that a key may speak to, as models: `GET /v1/models`.

use std::net::IpAddr;

use axum::Json;
use axum::http::HeaderMap;
use nexus_adapter::{AgentId, CallerAgent};
use serde_json::{Value, json};

use crate::http;
use crate::ingress::Ingress;
use crate::problem::Problem;

/// What stands before the name of an agent.
const PREFIX: &str = "nexus/";

/// An agent's name as a model.
#[must_use]
pub fn name(agent_id: &AgentId) -> String {
    format!("{PREFIX}{agent_id}")
}

/// The agent that a model names: `nexus/<agent>`, or the agent's name alone.
///
/// # Errors
/// When there can be no such agent.
pub fn agent(model: &str) -> Result<AgentId, Problem> {
    let id = model.strip_prefix(PREFIX).unwrap_or(model);
    AgentId::parse(id).map_err(|_| Problem::no_model(model))
}

/// Lists them.
///
/// # Errors
/// When the credential is not good, or there is no place.
pub async fn list(
    ingress: &Ingress,
    remote: IpAddr,
    headers: &HeaderMap,
) -> Result<Json<Value>, Problem> {
    let agents = agents(ingress, remote, headers).await?;
    let data: Vec<Value> = agents.iter().map(model).collect();
    Ok(Json(json!({ "object": "list", "data": data })))
}

/// Shows one of them.
///
/// # Errors
/// When there is none of that name for this key; otherwise as [`list`].
pub async fn show(
    ingress: &Ingress,
    remote: IpAddr,
    headers: &HeaderMap,
    name: &str,
) -> Result<Json<Value>, Problem> {
    let agents = agents(ingress, remote, headers).await?;
    let wanted = agent(name)?;
    let found = agents.iter().find(|agent| agent.id == wanted);
    found.map(|agent| Json(model(agent))).ok_or_else(|| Problem::no_model(name))
}

async fn agents(
    ingress: &Ingress,
    remote: IpAddr,
    headers: &HeaderMap,
) -> Result<Vec<CallerAgent>, Problem> {
    let caller = http::caller(headers, remote)?;
    let _place = ingress.place()?;
    Ok(ingress.daemon.caller(&caller).await?.agents)
}

fn model(agent: &CallerAgent) -> Value {
    json!({
        "id": name(&agent.id),
        "object": "model",
        "created": agent.created_at.0 / 1_000,
        "owned_by": "nexus",
    })
}
