//! What is published, what the parser takes and what the running daemon answers are the same
//! thing, for whatever fits a schema and whatever does not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use anyhow::{Context as _, Result, ensure};
use nexus_protocol::jsonrpc::{INTERNAL_ERROR, INVALID_PARAMS};
use nexus_protocol::methods::Method;
use nexus_protocol::parse;
use nexus_protocol::schema::{self, Dialect};
use nexus_tests::fitting::{damage, fitting};
use nexus_tests::{DaemonProcess, TestHome};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const CASES_PER_SCHEMA: usize = 200;
/// Calls of each method on the running daemon, of each sort.
const CALLS_PER_METHOD: usize = 8;

fn parses(method: Method, value: Value) -> Result<(), String> {
    parse::check(method, value).map_err(|failure| failure.message)
}

/// The same values in every run.
fn runner() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config::default(), rng)
}

fn check(name: &str, schema: &Value, parse: impl Fn(Value) -> Result<(), String>) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let mut runner = runner();
    let strategy = (fitting(schema, schema), any::<u64>());
    let mut n_refused = 0;
    for _ in 0..CASES_PER_SCHEMA {
        let (value, choice) = strategy.new_tree(&mut runner).unwrap().current();
        assert!(validator.is_valid(&value), "{name}: the schema refuses {value}");
        parse(value.clone()).unwrap_or_else(|error| panic!("{name}: {error} in {value}"));
        let mut damaged = value;
        damage(&mut damaged, choice);
        let (is_valid, parsed) = (validator.is_valid(&damaged), parse(damaged.clone()));
        assert_eq!(
            is_valid,
            parsed.is_ok(),
            "{name}: schema and parser differ on {damaged}: {parsed:?}"
        );
        n_refused += usize::from(!is_valid);
    }
    assert!(n_refused > CASES_PER_SCHEMA / 10, "{name}: only {n_refused} damaged values");
}

#[test]
fn the_parser_takes_what_the_schema_of_every_method_allows() {
    for method in Method::ALL {
        let schema = schema::params(*method, Dialect::Published);
        check(method.name(), &schema, |value| parses(*method, value));
    }
}

#[test]
fn the_parser_takes_what_the_schema_of_frames_allows() {
    let schema = schema::client_frame(Dialect::Published);
    check("client frame", &schema, |value| {
        parse::client_frame(&value.to_string()).map(|_| ()).map_err(|failure| failure.message)
    });
}

/// Calls that end the daemon, or that wait for something outside.
const NOT_CALLED: &[Method] = &[Method::RuntimeShutdown];

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_answers_whatever_fits_and_refuses_what_does_not() -> Result<()> {
    let home = TestHome::offline()?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = reqwest::Client::new();
    let mut runner = runner();
    let mut wrong = Vec::new();
    for method in Method::ALL.iter().filter(|method| !NOT_CALLED.contains(method)) {
        let schema = schema::params(*method, Dialect::Published);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let strategy = (fitting(&schema, &schema), any::<u64>());
        let mut calls = Vec::new();
        for _ in 0..CALLS_PER_METHOD {
            let (value, choice) = strategy.new_tree(&mut runner).unwrap().current();
            let mut damaged = value.clone();
            damage(&mut damaged, choice);
            calls.push(value);
            calls.push(damaged);
        }
        for params in calls {
            let is_valid = validator.is_valid(&params);
            let error = call(&client, &daemon, *method, &params).await?;
            let code = error["code"].as_i64();
            let path = error["data"]["details"]["path"].as_str();
            let is_right = match is_valid {
                true => code != Some(INTERNAL_ERROR),
                false => code == Some(INVALID_PARAMS) && path.is_some(),
            };
            if !is_right {
                wrong.push(format!("{} {params}: {error}", method.name()));
            }
        }
    }
    ensure!(wrong.is_empty(), "{} calls:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// The error that a call is answered with; null when there is none.
async fn call(
    client: &reqwest::Client,
    daemon: &DaemonProcess,
    method: Method,
    params: &Value,
) -> Result<Value> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method.name(), "params": params });
    let answer = client
        .post(format!("http://{}/rpc", daemon.address()))
        .bearer_auth(daemon.token()?.reveal())
        .json(&body)
        .send()
        .await
        .with_context(|| format!("{} {params}", method.name()))?;
    let mut answer: Value = answer.json().await?;
    Ok(answer["error"].take())
}
