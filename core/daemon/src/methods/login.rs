//! The password.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::login::{PasswordParams, PasswordResult};
use secrecy::SecretString;

use super::key::{issuer, refresh};
use crate::context::Context;

/// Sets the password, or forgets it; who came in by the old one is cut off.
pub async fn password(
    context: &Arc<Context>,
    permit: Permit,
    params: PasswordParams,
) -> Result<PasswordResult, Failure> {
    issuer(&permit, "set the password")?;
    let password = params.password.map(SecretString::from);
    if let Some(password) = &password {
        context.credentials.redactor().learn(password);
    }
    let (ways, is_set) = (context.ways.clone(), password.is_some());
    let set = tokio::task::spawn_blocking(move || ways.set_password(password.as_ref())).await;
    set.map_err(Failure::internal)??;
    refresh(context).await?;
    Ok(PasswordResult { is_set })
}
