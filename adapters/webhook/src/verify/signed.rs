//! Signatures, each as its platform documents it. All are HMAC with SHA-256; what differs is what
//! is signed and where the signature stands.

use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Proof, Refused, SIGNATURES_MAX, Scheme, Secret, Verifier, one, seconds};

const GITHUB_SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
const GITHUB_DELIVERY: HeaderName = HeaderName::from_static("x-github-delivery");
const STANDARD_ID: HeaderName = HeaderName::from_static("webhook-id");
const STANDARD_TIME: HeaderName = HeaderName::from_static("webhook-timestamp");
const STANDARD_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const STRIPE_SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");
const SLACK_SIGNATURE: HeaderName = HeaderName::from_static("x-slack-signature");
const SLACK_TIME: HeaderName = HeaderName::from_static("x-slack-request-timestamp");

/// Headers that carry proofs: no text that goes to an agent is made from them.
pub(crate) const PROOFS: [HeaderName; 4] =
    [GITHUB_SIGNATURE, STANDARD_SIGNATURE, STRIPE_SIGNATURE, SLACK_SIGNATURE];

/// `X-Hub-Signature-256: sha256=<hex>` over the body. There is no time in it.
pub(super) fn github(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Proof, Refused> {
    let shown = one(headers, GITHUB_SIGNATURE.as_str())?;
    let signature = shown.strip_prefix("sha256=").and_then(from_hex);
    let signature =
        signature.ok_or(Refused::Malformed("`X-Hub-Signature-256` is not `sha256=` with hex"))?;
    verifier.is_signed(&[body], &[signature])?;
    let delivery_id = match headers.contains_key(GITHUB_DELIVERY) {
        true => Some(one(headers, GITHUB_DELIVERY.as_str())?),
        false => None,
    };
    Ok(Proof::of(delivery_id, &[body]))
}

/// `webhook-signature: v1,<base64> v1,<base64>` over id, time and body.
pub(super) fn standard(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<Proof, Refused> {
    let id = one(headers, STANDARD_ID.as_str())?;
    let time = one(headers, STANDARD_TIME.as_str())?;
    let shown = one(headers, STANDARD_SIGNATURE.as_str())?;
    let signed_at_s = seconds(time)?;
    // Signatures of other versions stand beside ours while a sender changes over.
    let ours = shown.split(' ').filter_map(|each| each.strip_prefix("v1,"));
    let signatures: Vec<_> = ours.filter_map(from_base64).take(SIGNATURES_MAX).collect();
    if signatures.is_empty() {
        return Err(Refused::Malformed("`webhook-signature` has no `v1,` with base64"));
    }
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", body];
    verifier.is_signed(&signed, &signatures)?;
    verifier.is_fresh(signed_at_s, now_s)?;
    Ok(Proof::of(Some(id), &signed))
}

/// `Stripe-Signature: t=<time>,v1=<hex>,v1=<hex>` over time and body. The id of the event stands
/// in the body.
pub(super) fn stripe(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<Proof, Refused> {
    let shown = one(headers, STRIPE_SIGNATURE.as_str())?;
    let mut time = None;
    let mut signatures = Vec::new();
    for (name, value) in shown.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" if time.is_none() => time = Some(value),
            "t" => return Err(Refused::Malformed("`Stripe-Signature` has two times")),
            "v1" if signatures.len() < SIGNATURES_MAX => signatures.extend(from_hex(value)),
            // `v0` and whatever comes later.
            _ => {}
        }
    }
    let time = time.ok_or(Refused::Malformed("`Stripe-Signature` has no `t=`"))?;
    let signed_at_s = seconds(time)?;
    if signatures.is_empty() {
        return Err(Refused::Malformed("`Stripe-Signature` has no `v1=` with hex"));
    }
    let signed = [time.as_bytes(), b".", body];
    verifier.is_signed(&signed, &signatures)?;
    verifier.is_fresh(signed_at_s, now_s)?;
    Ok(Proof::of(None, &signed))
}

/// `X-Slack-Signature: v0=<hex>` over `v0:<time>:<body>`. The id of the event stands in the body.
pub(super) fn slack(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<Proof, Refused> {
    let time = one(headers, SLACK_TIME.as_str())?;
    let shown = one(headers, SLACK_SIGNATURE.as_str())?;
    let signed_at_s = seconds(time)?;
    let signature = shown.strip_prefix("v0=").and_then(from_hex);
    let signature =
        signature.ok_or(Refused::Malformed("`X-Slack-Signature` is not `v0=` with hex"))?;
    let signed = [b"v0:".as_slice(), time.as_bytes(), b":", body];
    verifier.is_signed(&signed, &[signature])?;
    verifier.is_fresh(signed_at_s, now_s)?;
    Ok(Proof::of(None, &signed))
}

pub(super) fn prove(
    scheme: Scheme,
    secret: &Secret,
    delivery_id: &str,
    body: &[u8],
    now_s: i64,
) -> Vec<(HeaderName, String)> {
    let time = now_s.to_string();
    let in_hex = |parts: &[&[u8]]| hex::encode(secret.sign(parts));
    match scheme {
        Scheme::Github => vec![
            (GITHUB_SIGNATURE, format!("sha256={}", in_hex(&[body]))),
            (GITHUB_DELIVERY, delivery_id.to_owned()),
        ],
        Scheme::Standard => {
            let signed = [delivery_id.as_bytes(), b".", time.as_bytes(), b".", body];
            let signature = format!("v1,{}", STANDARD.encode(secret.sign(&signed)));
            vec![
                (STANDARD_ID, delivery_id.to_owned()),
                (STANDARD_TIME, time),
                (STANDARD_SIGNATURE, signature),
            ]
        }
        Scheme::Stripe => {
            let signature = in_hex(&[time.as_bytes(), b".", body]);
            vec![(STRIPE_SIGNATURE, format!("t={time},v1={signature}"))]
        }
        Scheme::Slack => {
            let signature = in_hex(&[b"v0:", time.as_bytes(), b":", body]);
            vec![(SLACK_TIME, time), (SLACK_SIGNATURE, format!("v0={signature}"))]
        }
        Scheme::Bearer | Scheme::Header => Vec::new(),
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

fn from_base64(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
