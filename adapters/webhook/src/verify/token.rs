//! Tokens: they say who sends, and nothing about what is sent.

use axum::http::{HeaderMap, HeaderName, header};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Proof, Refused, Secret, Verifier, one};

pub(super) fn bearer(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Proof, Refused> {
    let shown = one(headers, header::AUTHORIZATION.as_str())?;
    let token = shown
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(Refused::Malformed("`Authorization` is not `Bearer` with a token"))?;
    is_ours(verifier, token)?;
    Ok(Proof::of(None, &[body]))
}

pub(super) fn header(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Proof, Refused> {
    let name = verifier.header.as_ref().ok_or(Refused::Malformed("the hook names no header"))?;
    is_ours(verifier, one(headers, name.as_str())?.trim())?;
    Ok(Proof::of(None, &[body]))
}

/// Digests are compared, so that not even the length of a secret shows.
fn is_ours(verifier: &Verifier, shown: &str) -> Result<(), Refused> {
    let shown = Sha256::digest(shown.as_bytes());
    let fits = |secret: &Secret| Sha256::digest(&*secret.0).ct_eq(&shown);
    let is_one = verifier
        .secrets
        .iter()
        .fold(subtle::Choice::from(0), |is_one, secret| is_one | fits(secret));
    bool::from(is_one).then_some(()).ok_or(Refused::Wrong)
}

pub(super) fn prove(verifier: &Verifier, secret: &Secret) -> Vec<(HeaderName, String)> {
    let token = String::from_utf8_lossy(&secret.0);
    match &verifier.header {
        Some(name) => vec![(name.clone(), token.into_owned())],
        None => vec![(header::AUTHORIZATION, format!("Bearer {token}"))],
    }
}
