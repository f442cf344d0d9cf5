use axum::http::HeaderValue;
use proptest::prelude::*;

use super::*;

const NOW_S: i64 = 1_700_000_000;

fn verifier(scheme: Scheme, secrets: &[&str]) -> Verifier {
    let secrets = secrets.iter().map(|text| Secret::read(scheme, text).unwrap()).collect();
    let header = (scheme == Scheme::Header).then(|| HeaderName::from_static("x-gitlab-token"));
    Verifier { scheme, header, secrets, tolerance_s: 300 }
}

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn proved(verifier: &Verifier, id: &str, body: &[u8], at_s: i64) -> HeaderMap {
    verifier
        .prove(id, body, at_s)
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_str(&value).unwrap()))
        .collect()
}

/// Secrets in the form each scheme hands them out.
fn secret_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Standard => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Scheme::Stripe => "whsec_test_secret",
        Scheme::Slack => "8f742231b10e8888abcd99yyyzzz85a5",
        _ => "It's a Secret to Everybody",
    }
}

/// From GitHub's "Validating webhook deliveries".
#[test]
fn the_vector_of_github_holds() {
    let github = verifier(Scheme::Github, &["It's a Secret to Everybody"]);
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let fields = [("X-Hub-Signature-256", signature), ("X-GitHub-Delivery", "72d3162e-cc78")];
    let proof = github.check(&headers(&fields), b"Hello, World!", NOW_S).unwrap();
    assert_eq!(proof.delivery_id.as_deref(), Some("72d3162e-cc78"));
    let altered = github.check(&headers(&fields), b"Hello, World?", NOW_S);
    assert_eq!(altered, Err(Refused::Wrong));
}

/// From the reference libraries of Standard Webhooks.
#[test]
fn the_vector_of_standard_webhooks_holds() {
    let standard = verifier(Scheme::Standard, &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
    let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let bad = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    let (id, time, body) =
        ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    let shown = |signature: &str| {
        let time = time.to_string();
        headers(&[
            ("webhook-id", id),
            ("webhook-timestamp", &time),
            ("webhook-signature", signature),
        ])
    };
    let several = format!("{bad} {good} v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,x");
    for signature in [good, &several] {
        let proof = standard.check(&shown(signature), body, time + 299).unwrap();
        assert_eq!(proof.delivery_id.as_deref(), Some(id));
    }
    assert_eq!(standard.check(&shown(bad), body, time), Err(Refused::Wrong));
    assert_eq!(standard.check(&shown(good), b"{}", time), Err(Refused::Wrong));
    let renamed = {
        let mut headers = shown(good);
        headers.insert("webhook-id", HeaderValue::from_static("msg_other"));
        headers
    };
    assert_eq!(standard.check(&renamed, body, time), Err(Refused::Wrong), "the id is signed, too");
    for off_s in [-301, 301] {
        let stale = Err(Refused::Stale { off_s: 301, tolerance_s: 300 });
        assert_eq!(standard.check(&shown(good), body, time + off_s), stale);
    }
}

/// From Slack's "Verifying requests from Slack".
#[test]
fn the_vector_of_slack_holds() {
    let slack = verifier(Scheme::Slack, &["8f742231b10e8888abcd99yyyzzz85a5"]);
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
        channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&\
        command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F\
        T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.\
        803a0bc887a14d10d2c447fce8b6703c";
    let fields = [
        ("X-Slack-Request-Timestamp", "1531420618"),
        (
            "X-Slack-Signature",
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ),
    ];
    slack.check(&headers(&fields), body, 1_531_420_618 + 300).unwrap();
    let stale = slack.check(&headers(&fields), body, 1_531_420_618 + 301);
    assert_eq!(stale, Err(Refused::Stale { off_s: 301, tolerance_s: 300 }));
    assert_eq!(slack.check(&headers(&fields), &body[1..], 1_531_420_618), Err(Refused::Wrong));
}

/// Stripe publishes no vector; this one was made with `openssl dgst -sha256 -hmac`.
#[test]
fn the_header_of_stripe_is_read_as_it_is_documented() {
    let stripe = verifier(Scheme::Stripe, &["whsec_test_secret"]);
    let body = br#"{"id": "evt_1", "object": "event"}"#;
    let good = "86d195bdf7fa8d2a41b621d0367baa5f34b0c4861d35227c2012edbaf25cf1a2";
    let other = "6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";
    let check =
        |shown: String, now_s| stripe.check(&headers(&[("stripe-signature", &shown)]), body, now_s);
    for shown in [
        format!("t={NOW_S},v1={good}"),
        format!("t={NOW_S},v1={other},v1={good},v0={other}"),
        format!("v1={good}, t={NOW_S}"),
    ] {
        check(shown, NOW_S).unwrap();
    }
    let refused = |shown: String| check(shown, NOW_S).unwrap_err();
    assert_eq!(refused(format!("t={NOW_S},v1={other}")), Refused::Wrong);
    assert_eq!(refused(format!("t={},v1={good}", NOW_S + 1)), Refused::Wrong, "the time is signed");
    for malformed in [
        format!("v1={good}"),
        format!("t={NOW_S}"),
        format!("t={NOW_S},v0={good}"),
        format!("t={NOW_S},t={NOW_S},v1={good}"),
        format!("t=-1,v1={good}"),
        "gibberish".to_owned(),
    ] {
        assert!(matches!(refused(malformed), Refused::Malformed(_)));
    }
    let stale = check(format!("t={NOW_S},v1={good}"), NOW_S + 301);
    assert_eq!(stale, Err(Refused::Stale { off_s: 301, tolerance_s: 300 }));
}

#[test]
fn tokens_are_taken_whole_and_from_their_header_only() {
    let bearer = verifier(Scheme::Bearer, &["0123456789abcdef", "fedcba9876543210"]);
    for good in ["Bearer 0123456789abcdef", "bearer  fedcba9876543210"] {
        bearer.check(&headers(&[("authorization", good)]), b"", NOW_S).unwrap();
    }
    for wrong in ["Bearer 0123456789abcde", "Bearer 0123456789abcdeff", "Bearer "] {
        let refused = bearer.check(&headers(&[("authorization", wrong)]), b"", NOW_S);
        assert_eq!(refused, Err(Refused::Wrong), "{wrong}");
    }
    let basic = bearer.check(&headers(&[("authorization", "Basic 0123456789abcdef")]), b"", NOW_S);
    assert!(matches!(basic, Err(Refused::Malformed(_))));
    let header = verifier(Scheme::Header, &["0123456789abcdef"]);
    header.check(&headers(&[("x-gitlab-token", "0123456789abcdef")]), b"", NOW_S).unwrap();
    let elsewhere = headers(&[("authorization", "Bearer 0123456789abcdef")]);
    assert!(matches!(header.check(&elsewhere, b"", NOW_S), Err(Refused::Missing(_))));
}

#[test]
fn every_scheme_refuses_what_is_missing_double_altered_or_of_another_secret() {
    for scheme in Scheme::ALL {
        let ours = verifier(scheme, &[secret_of(scheme)]);
        let body = b"{\"n\": 1}";
        let good = proved(&ours, "d-1", body, NOW_S);
        let proof = ours.check(&good, body, NOW_S).unwrap();
        assert_eq!(ours.check(&good, body, NOW_S).unwrap(), proof, "a repetition is the same");
        assert!(matches!(ours.check(&HeaderMap::new(), body, NOW_S), Err(Refused::Missing(_))));
        let mut double = good.clone();
        good.iter().for_each(|(name, value)| {
            let _ = double.append(name, value.clone());
        });
        assert!(matches!(ours.check(&double, body, NOW_S), Err(Refused::Malformed(_))));
        let altered = ours.check(&good, b"{\"n\": 2}", NOW_S);
        assert_eq!(altered.is_err(), scheme.is_signed(), "{scheme:?}");
        let other = match scheme {
            Scheme::Standard => "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            _ => "another secret altogether",
        };
        let theirs = verifier(scheme, &[other]);
        assert_eq!(theirs.check(&good, body, NOW_S), Err(Refused::Wrong), "{scheme:?}");
        // While a secret is being replaced, both hold.
        verifier(scheme, &[other, secret_of(scheme)]).check(&good, body, NOW_S).unwrap();
    }
}

proptest! {
    #[test]
    fn whatever_is_shown_is_refused_in_words(shown in "[ -~]{0,120}", time in "[ -~]{0,14}") {
        for scheme in Scheme::ALL {
            let ours = verifier(scheme, &[secret_of(scheme)]);
            let names = ["authorization", "x-gitlab-token", "x-hub-signature-256",
                "webhook-signature", "stripe-signature", "x-slack-signature"];
            let mut fields: Vec<_> = names.iter().map(|name| (*name, shown.as_str())).collect();
            fields.extend([("webhook-timestamp", time.as_str()), ("webhook-id", "x"),
                ("x-slack-request-timestamp", time.as_str())]);
            let refused = ours.check(&headers(&fields), b"x", NOW_S).unwrap_err();
            prop_assert!(!refused.to_string().is_empty());
        }
    }

    #[test]
    fn what_is_signed_is_believed_and_one_bit_less_is_not(
        body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(),
    ) {
        for scheme in Scheme::ALL.into_iter().filter(|scheme| scheme.is_signed()) {
            let ours = verifier(scheme, &[secret_of(scheme)]);
            let good = proved(&ours, "id", &body, NOW_S);
            prop_assert!(ours.check(&good, &body, NOW_S).is_ok());
            let mut altered = body.clone();
            altered[at.index(body.len())] ^= 1;
            prop_assert_eq!(ours.check(&good, &altered, NOW_S), Err(Refused::Wrong));
        }
    }
}
