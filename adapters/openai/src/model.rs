//! `GET /v1/models`: the agents that a key may speak to, as models.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::http::HeaderMap;
use nexus_adapter::{AgentId, CallerAgent};
use serde_json::{Value, json};

use crate::app::App;
use crate::error::ApiError;
use crate::http;

/// What stands before the name of an agent.
const PREFIX: &str = "nexus/";

/// An agent's name as a model.
pub(crate) fn name(agent_id: &AgentId) -> String {
    format!("{PREFIX}{agent_id}")
}

/// The agent that a model names: `nexus/<agent>`, or the agent's name alone.
pub(crate) fn agent(model: &str) -> Result<AgentId, ApiError> {
    let id = model.strip_prefix(PREFIX).unwrap_or(model);
    AgentId::parse(id).map_err(|_| ApiError::no_model(model))
}

/// Lists them.
pub(crate) async fn list(
    app: Arc<App>,
    remote: IpAddr,
    headers: &HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let agents = agents(&app, remote, headers).await?;
    let data: Vec<Value> = agents.iter().map(model).collect();
    Ok(Json(json!({ "object": "list", "data": data })))
}

/// Shows one of them.
pub(crate) async fn show(
    app: Arc<App>,
    remote: IpAddr,
    headers: &HeaderMap,
    name: &str,
) -> Result<Json<Value>, ApiError> {
    let agents = agents(&app, remote, headers).await?;
    let wanted = agent(name)?;
    let found = agents.iter().find(|agent| agent.id == wanted);
    found.map(|agent| Json(model(agent))).ok_or_else(|| ApiError::no_model(name))
}

async fn agents(
    app: &App,
    remote: IpAddr,
    headers: &HeaderMap,
) -> Result<Vec<CallerAgent>, ApiError> {
    let caller = http::caller(headers, remote)?;
    let _place = http::place(app)?;
    Ok(app.daemon.caller(&caller).await?.agents)
}

fn model(agent: &CallerAgent) -> Value {
    json!({
        "id": name(&agent.id),
        "object": "model",
        "created": agent.created_at.0 / 1_000,
        "owned_by": "nexus",
    })
}
