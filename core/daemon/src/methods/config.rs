//! The configuration in force.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::config::{GetParams, GetResult};

use crate::context::Context;

/// Shows the configuration in force, with the source of each value.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let config = context.config.current();
    let is_wanted = |key: &str| match &params.key {
        None => true,
        Some(wanted) => {
            key == wanted || key.strip_prefix(wanted).is_some_and(|r| r.starts_with('.'))
        }
    };
    let values: Vec<_> = config.values.iter().filter(|v| is_wanted(&v.key)).cloned().collect();
    if let (true, Some(key)) = (values.is_empty(), &params.key) {
        return Err(Failure::not_found(format!("`{key}` is not a setting"))
            .hint("see all of them: nexus config list"));
    }
    Ok(GetResult { path: config.path.display().to_string(), values })
}
