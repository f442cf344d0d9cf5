//! People at the door: the password, and browsers that are signed in.

use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::login::{
    Browser, BrowsersParams, BrowsersResult, EndParams, EndResult, PasswordParams, PasswordResult,
};
use secrecy::SecretString;

use super::key::{issuer, refresh};
use crate::context::Context;
use crate::ways::Basis;

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

/// Lists the browsers that are signed in.
pub async fn browsers(
    context: &Arc<Context>,
    _permit: Permit,
    _params: BrowsersParams,
) -> Result<BrowsersResult, Failure> {
    Ok(BrowsersResult { browsers: signed_in(context) })
}

/// Signs a browser out; it is cut off.
pub async fn end(
    context: &Arc<Context>,
    permit: Permit,
    params: EndParams,
) -> Result<EndResult, Failure> {
    issuer(&permit, "sign browsers out")?;
    let wanted = params.browser.to_ascii_lowercase();
    let mut meant = signed_in(context).into_iter().filter(|it| it.id.starts_with(&wanted));
    let browser = match (meant.next(), meant.next()) {
        (Some(browser), None) => browser,
        (Some(_), Some(_)) => {
            return Err(Failure::conflict(
                "several browsers are meant; name one by more of its id",
            )
            .hint("see them: nexus login list"));
        }
        (None, _) => {
            let shown = params.browser.escape_debug();
            return Err(Failure::not_found(format!("no browser is signed in as `{shown}`"))
                .hint("see those that are: nexus login list"));
        }
    };
    let (logins, digest) = (context.logins.clone(), browser.id.clone());
    let ended = tokio::task::spawn_blocking(move || logins.sign_out(&digest)).await;
    // Cut off first: what the disk says can be mended later.
    refresh(context).await?;
    ended.map_err(Failure::internal)??;
    Ok(EndResult { browser })
}

/// A browser whose maker lost its authority is as good as signed out, and not shown.
fn signed_in(context: &Context) -> Vec<Browser> {
    let now = context.clock.now();
    let all = context.logins.signed_in(now).into_iter().filter_map(|it| {
        let standing = context.ways.standing(&Basis::Browser(it.digest.clone()), now)?;
        Some(Browser {
            id: it.digest,
            principal: standing.principal,
            platform: it.platform,
            signed_in_at: it.created_at,
            seen_at: it.seen_at,
            bound_at: it.bound_at,
        })
    });
    all.collect()
}
