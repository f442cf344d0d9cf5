//! How the daemon is.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::health::{HealthParams, HealthResult};

use crate::context::Context;

/// Says how the daemon and its parts are.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    _params: HealthParams,
) -> Result<HealthResult, Failure> {
    Ok(context.health_result())
}
