//! How the daemon is, for probes and scrapers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Response, StatusCode};
use nexus_protocol::health::HealthStatus;
use nexus_protocol::routes::BriefHealth;

use super::Peer;
use super::answer;
use super::door::{Shared, Visitor};

/// `GET /health`: everything for whoever is known, the least for everybody else.
pub(super) async fn health(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    match shared.visitor(&headers, &peer).await {
        Visitor::Known(..) => answer::json(StatusCode::OK, &shared.context.health_result()),
        visitor => {
            if matches!(visitor, Visitor::Wrong) {
                shared.refuse_login(peer.address.ip(), "/health").await;
            }
            answer::json(StatusCode::OK, &brief(shared.context.health.summary()))
        }
    }
}

/// `GET /ready`: 200 when work is taken, 503 otherwise.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let status = shared.context.health.summary();
    let can_work = matches!(status, HealthStatus::Healthy | HealthStatus::Degraded);
    let is_ready = can_work && !shared.context.shutdown.has_begun();
    let code = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::json(code, &brief(status))
}

/// What anybody may know.
fn brief(status: HealthStatus) -> BriefHealth {
    BriefHealth { status, version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// `GET /metrics`: figures for Prometheus.
pub(super) async fn metrics(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(failure) = shared.known(&headers, &peer, "/metrics").await {
        return answer::failure(&failure);
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer::with_type(StatusCode::OK, content_type, shared.metrics.render())
}
