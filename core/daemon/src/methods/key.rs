//! Keys of programs, and signed tokens. Nobody hands on more than they have.

use std::sync::Arc;

use nexus_domain::access::ApiKey;
use nexus_domain::failure::Failure;
use nexus_domain::id::KeyId;
use nexus_domain::principal::Principal;
use nexus_iam::Permit;
use nexus_protocol::Scope;
use nexus_protocol::key::{
    ChangeResult, CreateParams, CreateResult, ListParams, ListResult, RevokeParams, RotateParams,
    RotateResult, TokenParams, TokenResult,
};
use secrecy::ExposeSecret as _;

use super::person;
use crate::authorize::Caller;
use crate::context::Context;
use crate::ways::{KEYS_MAX, SIGNED_MS_DEFAULT, new_key};

/// Most keys that one list shows.
const LIST_MAX: u32 = 1_000;
/// Longest label, in characters.
const LABEL_CHARS_MAX: usize = 100;
/// Most agents that a key may be limited to.
const AGENTS_MAX: usize = 100;
/// Longest life of a key that ends by itself, in milliseconds: ten years.
const LIFETIME_MS_MAX: u64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// Issues a key. Its value is in the answer and nowhere else.
pub async fn create(
    context: &Arc<Context>,
    caller: &Caller,
    permit: Permit,
    params: CreateParams,
) -> Result<CreateResult, Failure> {
    let created_by = issuer(&permit, "issue keys")?;
    let label = label(&params.label)?;
    let scopes = names(&within(caller, params.scopes)?);
    if let Some(agents) = &params.agents
        && !(1..=AGENTS_MAX).contains(&agents.len())
    {
        return Err(Failure::invalid(format!("`agents` names 1 to {AGENTS_MAX} agents")));
    }
    if params.budget.is_some_and(|budget| budget.limits.is_empty()) {
        return Err(Failure::invalid("the budget of the key limits nothing")
            .hint("name at least one of micro_usd, tokens, tool_calls and model_ms"));
    }
    if params.lifetime_ms.is_some_and(|ms| !(1_000..=LIFETIME_MS_MAX).contains(&ms)) {
        return Err(Failure::invalid("a key holds from one second to ten years")
            .hint("leave the time out for one that holds until it is revoked"));
    }
    let now = context.clock.now();
    let new = new_key()?;
    context.credentials.redactor().learn(&new.value);
    let key = ApiKey {
        id: KeyId::from_parts(now, context.clock.entropy()),
        label,
        scopes,
        agents: params.agents,
        budget: params.budget,
        created_by,
        created_at: now,
        expires_at: params.lifetime_ms.map(|ms| now.plus_ms(ms)),
        last_used_at: None,
        revoked_at: None,
        revoked_by: None,
    };
    let (row, digest) = (key.clone(), new.digest);
    context
        .ledger
        .write(move |tx| {
            let open = tx.access().keys(false, LIST_MAX)?;
            if open.iter().filter(|key| key.is_in_force(now)).count() >= KEYS_MAX {
                let message = format!("there are {KEYS_MAX} keys in force; revoke one first");
                return Err(nexus_ledger::LedgerError::Conflict { message });
            }
            tx.access().create_key(&row, &digest)
        })
        .await?;
    refresh(context).await?;
    Ok(CreateResult { key, value: new.value.expose_secret().to_owned() })
}

/// Lists keys.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let keys =
        context.ledger.read(move |r| r.access().keys(params.include_ended, LIST_MAX)).await?;
    Ok(ListResult { keys })
}

/// Takes a key back; whoever is connected with it is cut off.
pub async fn revoke(
    context: &Arc<Context>,
    _caller: &Caller,
    permit: Permit,
    params: RevokeParams,
) -> Result<ChangeResult, Failure> {
    let by = issuer(&permit, "revoke keys")?;
    let now = context.clock.now();
    let write = move |tx: &mut nexus_ledger::Tx<'_>| {
        let id = tx.access().find_key(&params.id)?;
        tx.access().revoke_key(id, &by, now)
    };
    let key = context.ledger.write(write).await?;
    refresh(context).await?;
    Ok(ChangeResult { key })
}

/// Makes a signed token for the caller, with at most what the caller has.
pub async fn token(
    context: &Arc<Context>,
    caller: &Caller,
    _permit: Permit,
    params: TokenParams,
) -> Result<TokenResult, Failure> {
    let scopes = match params.scopes {
        Some(scopes) => within(caller, scopes)?,
        None => caller.scopes.clone(),
    };
    let minted = context.ways.mint(
        &caller.principal.to_string(),
        names(&scopes),
        &caller.authority,
        params.lifetime_ms.unwrap_or(SIGNED_MS_DEFAULT),
        context.clock.now(),
    )?;
    context.credentials.redactor().learn(&minted.token);
    Ok(TokenResult {
        token: minted.token.expose_secret().to_owned(),
        principal: caller.principal.clone(),
        scopes,
        expires_at: minted.expires_at,
    })
}

/// Replaces the secret that signs tokens; whoever is connected with one is cut off.
pub async fn rotate(
    context: &Arc<Context>,
    _caller: &Caller,
    permit: Permit,
    _params: RotateParams,
) -> Result<RotateResult, Failure> {
    issuer(&permit, "replace the secret of signed tokens")?;
    let ways = context.ways.clone();
    let rotated = tokio::task::spawn_blocking(move || ways.rotate_signer()).await;
    rotated.map_err(Failure::internal)??;
    refresh(context).await?;
    Ok(RotateResult { at: context.clock.now() })
}

/// Who may let others in: people and their devices, and no program with a key.
pub(super) fn issuer(permit: &Permit, what: &str) -> Result<Principal, Failure> {
    match person(permit, what)? {
        Principal::ApiKey(_) => Err(Failure::denied(format!("a key cannot {what}"))
            .hint("do it as the owner, in a terminal on the machine where Nexus runs")),
        by => Ok(by),
    }
}

/// The scopes to hand on, with the one that everybody needs who comes in.
///
/// # Errors
/// `Denied` when the caller lacks one.
pub(super) fn within(caller: &Caller, wanted: Vec<Scope>) -> Result<Vec<Scope>, Failure> {
    let lacking = wanted.iter().find(|scope| !caller.has(**scope));
    if let Some(scope) = lacking {
        return Err(Failure::denied(format!(
            "you do not have the scope `{}` and cannot hand it on",
            scope.name()
        )));
    }
    let is_wanted = |scope: &Scope| wanted.contains(scope) || *scope == Scope::RuntimeRead;
    Ok(Scope::ALL.into_iter().filter(is_wanted).collect())
}

pub(super) fn names(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.name().to_owned()).collect()
}

/// A name that people gave something.
pub(super) fn label(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let n_chars = text.chars().count();
    if n_chars == 0 || n_chars > LABEL_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Failure::invalid(format!(
            "a label has 1 to {LABEL_CHARS_MAX} characters and no line breaks"
        )));
    }
    Ok(text.to_owned())
}

/// Puts a change in force, for the door and for those who are in.
pub(super) async fn refresh(context: &Context) -> Result<(), Failure> {
    context.ways.refresh(&context.ledger, &context.policies, context.clock.now()).await
}
