//! Whatever a platform sends is refused with words or becomes a message; a signature is believed
//! only if it is ours, and what came is never read as a template.
//!
//! The input is a line with what stands in the headers, a line with a template, and a body.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use nexus_adapter_webhook::Hook;
use nexus_adapter_webhook::delivery::{Fate, decide};
use nexus_adapter_webhook::payload::Form;
use nexus_adapter_webhook::template::{RENDERED_BYTES_MAX, Template};
use nexus_adapter_webhook::verify::{Proof, Scheme};
use serde_json::json;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_S: i64 = 1_700_000_000;
/// Headers that prove something, or say what came.
const NAMES: [&str; 10] = [
    "authorization",
    "x-hub-signature-256",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "stripe-signature",
    "x-slack-signature",
    "x-slack-request-timestamp",
    "x-github-event",
    "idempotency-key",
];

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == b'\n');
    let (shown, template, body) = (parts.next(), parts.next(), parts.next());
    let (Some(shown), Some(template), Some(body)) = (shown, template, body) else { return };
    let shown = String::from_utf8_lossy(shown);
    let headers = NAMES.iter().zip(shown.split('\t'));
    let headers = headers.filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
    let headers = headers.collect();
    let template = String::from_utf8_lossy(template);
    let is_read = Template::parse(&template).is_ok();
    for scheme in Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::Header) {
        let table = match is_read {
            true => json!({ "verify": scheme.name(), "text": template, "session": template }),
            false => json!({ "verify": scheme.name() }),
        };
        let secrets = BTreeMap::from([("x".to_owned(), SECRET.to_owned())]);
        let Ok(hook) = Hook::read("x", table, &secrets) else { continue };
        let proof = match hook.verifier.check(&headers, body, NOW_S) {
            Ok(proof) => proof,
            Err(refused) => {
                assert!(!refused.to_string().is_empty(), "refused without a word");
                Proof { delivery_id: None, digest: "d".to_owned() }
            }
        };
        for form in [Form::Json, Form::Urlencoded, Form::Text] {
            match form.read(body).and_then(|body| decide(&hook, &headers, body, &proof)) {
                Ok(Fate::Run(wanted)) => {
                    assert!(!wanted.content.trim().is_empty(), "there is nothing to answer");
                    assert!(wanted.content.len() <= RENDERED_BYTES_MAX);
                    assert!(wanted.id.is_none_or(|id| id.len() <= 200));
                    assert!(wanted.session.is_none_or(|key| key.chars().count() <= 120));
                }
                Ok(_) => {}
                Err(problem) => assert!(!problem.message.is_empty(), "refused without a word"),
            }
        }
    }
});
