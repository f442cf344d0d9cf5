//! Verdicts against the number of grants, in this process: what a decision takes, and what it takes
//! to make a grant or take it back while so many are in force.

use std::time::Instant;

use anyhow::{Result, ensure};
use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::{AgentId, GrantId};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, Effect, Engine, Facts, Grants, Query, canonical_action};
use serde_json::json;

use crate::table::{Row, percentile};

/// The instant of all decisions.
const NOW: Timestamp = Timestamp(1_000);
/// Rounds, of which the best counts: whatever else the machine does only makes one slower.
const N_ROUNDS: usize = 7;
/// How often each question is asked in a round.
const N_ASKED: usize = 400;
/// Grants that are made and taken back in a round.
const N_CHANGES: usize = 50;

/// Grants in force, with the names of the rows.
const SIZES: [(usize, [Name; 4]); 3] = [
    (
        10,
        [
            ("verdict.10.p50", "verdict, 10 grants, p50"),
            ("verdict.10.p99", "verdict, 10 grants, p99"),
            ("verdict.10.worst", "verdict, 10 grants, slowest question, p50"),
            ("grant.10", "a grant made or revoked among 10, in the engine"),
        ],
    ),
    (
        1_000,
        [
            ("verdict.1000.p50", "verdict, 1,000 grants, p50"),
            ("verdict.1000.p99", "verdict, 1,000 grants, p99"),
            ("verdict.1000.worst", "verdict, 1,000 grants, slowest question, p50"),
            ("grant.1000", "a grant made or revoked among 1,000, in the engine"),
        ],
    ),
    (
        100_000,
        [
            ("verdict.100000.p50", "verdict, 100,000 grants, p50"),
            ("verdict.100000.p99", "verdict, 100,000 grants, p99"),
            ("verdict.100000.worst", "verdict, 100,000 grants, slowest question, p50"),
            ("grant.100000", "a grant made or revoked among 100,000, in the engine"),
        ],
    ),
];

type Name = (&'static str, &'static str);

/// Best figures of all rounds, in microseconds.
struct Figures {
    p50: f64,
    p99: f64,
    worst: f64,
    change: f64,
    /// Taking over all grants at the start, in milliseconds.
    sort_ms: f64,
}

/// Measures all sizes.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let (mut rows, mut sort_ms) = (Vec::new(), f64::NAN);
    for (n_grants, [p50, p99, worst, change]) in SIZES {
        let figures = at(n_grants)?;
        let row = |(id, what): Name, figure| Row::new(id, what, figure, "us");
        rows.push(row(p50, figures.p50));
        rows.push(row(p99, figures.p99).aim("<= 100 us"));
        rows.push(row(worst, figures.worst));
        rows.push(row(change, figures.change));
        sort_ms = figures.sort_ms;
    }
    rows.push(Row::new("grant.sort", "100,000 grants, sorted at the start", sort_ms, "ms"));
    Ok(rows)
}

fn at(n_grants: usize) -> Result<Figures> {
    let agent = AgentId::parse("main")?;
    let grants: Vec<_> = (0..n_grants).map(|n| grant(&agent, n)).collect();
    let start = Instant::now();
    let sorted = Grants::new(grants);
    let sort_ms = start.elapsed().as_secs_f64() * 1e3;
    let mut engine = Engine::built_in()?.with_grants(sorted);
    let queries = queries(&agent);
    let (p50, p99, worst, change) = (f64::MAX, f64::MAX, f64::MAX, f64::MAX);
    let mut best = Figures { p50, p99, worst, change, sort_ms };
    for _ in 0..N_ROUNDS {
        let mut all = Vec::new();
        let mut slowest = 0.0_f64;
        for (query, expected) in &queries {
            let mut times = Vec::with_capacity(N_ASKED);
            for _ in 0..N_ASKED {
                let start = Instant::now();
                let verdict = engine.decide_at(query, Some(NOW));
                times.push(start.elapsed().as_secs_f64() * 1e6);
                ensure!(verdict.effect == *expected, "{query:?}: {verdict}");
            }
            slowest = slowest.max(percentile(&times, 0.5));
            all.extend(times);
        }
        best.p50 = best.p50.min(percentile(&all, 0.5));
        best.p99 = best.p99.min(percentile(&all, 0.99));
        best.worst = best.worst.min(slowest);
        let start = Instant::now();
        for n in 0..N_CHANGES {
            engine = changed(&engine, |grants| grants.insert(grant(&agent, n_grants + n)));
            engine = changed(&engine, |grants| grants.remove(grant(&agent, n_grants + n).id));
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / (2 * N_CHANGES) as f64;
        best.change = best.change.min(each);
    }
    Ok(best)
}

/// What the daemon does when a grant was made or taken back: a new engine beside the old one.
fn changed(engine: &Engine, change: impl FnOnce(&mut Grants)) -> Engine {
    let mut grants = engine.grants().clone();
    change(&mut grants);
    engine.with_grants(grants)
}

/// Every kind of grant; half of them are about the one agent that asks.
fn grant(agent: &AgentId, n: usize) -> Grant {
    let tool = |name: &str| GrantScope { resource: Some(name.to_owned()), ..GrantScope::default() };
    let scope = match n % 5 {
        0 => GrantScope { host: Some(format!("host{n}.example.org")), ..tool("http_fetch") },
        1 => GrantScope { path: Some(format!("project{n}/notes/")), ..tool("write_file") },
        2 => GrantScope { path: Some(format!("/srv/data{n}/report.txt")), ..tool("read_file") },
        3 => GrantScope {
            command: Some(vec!["make".to_owned(), format!("target{n}")]),
            ..tool("exec")
        },
        _ => GrantScope { digest: Some(format!("{n:064x}")), ..tool("exec") },
    };
    let principal = match n % 2 {
        0 => Principal::Agent(agent.clone()),
        _ => Principal::Known(format!("person{n}")),
    };
    Grant {
        id: GrantId::from_parts(Timestamp(1), n as u128),
        principal,
        verb: GrantVerb::UseTool,
        effect: GrantEffect::Allow,
        scope,
        reason: "because the work needs it".to_owned(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: Timestamp(1),
        expires_at: None,
        revoked_at: None,
        revoked_by: None,
    }
}

/// What is asked, with what has to come out: with grants and without, through an agent and not.
fn queries(agent: &AgentId) -> Vec<(Query, Effect)> {
    let owner = Chain::of(Principal::Owner);
    let chain = owner.through(agent.clone());
    let through = |tool: &str, effect, targets| {
        let action = canonical_action(tool, String::new(), json!({}), targets);
        let action = Action::UseTool { action, effect };
        Query { chain: chain.clone(), action, facts: Facts::default() }
    };
    let path = |path: &str, access| Target::Path { path: path.to_owned(), access, content: None };
    let host = |name: &str| Target::Host { host: name.to_owned(), port: 443 };
    let make = Target::Command {
        argv: ["make", "all"].map(str::to_owned).to_vec(),
        program: "/usr/bin/make".to_owned(),
        cwd: ".".to_owned(),
        env: vec!["PATH".to_owned()],
        content: None,
        network: false,
    };
    let status = Action::Method {
        name: "status".to_owned(),
        scope: "runtime.read".to_owned(),
        kind: "query".to_owned(),
    };
    vec![
        (Query { chain: owner.clone(), action: status, facts: Facts::default() }, Effect::Allow),
        (
            through("read_file", ToolEffect::Read, vec![path("src/a.rs", PathAccess::Read)]),
            Effect::Allow,
        ),
        (
            through("write_file", ToolEffect::Write, vec![path("src/a.rs", PathAccess::Write)]),
            Effect::Allow,
        ),
        (
            through("http_fetch", ToolEffect::Network, vec![host("host0.example.org")]),
            Effect::Allow,
        ),
        (
            through("http_fetch", ToolEffect::Network, vec![host("elsewhere.example.org")]),
            Effect::Ask,
        ),
        (through("exec", ToolEffect::Execute, vec![make]), Effect::Ask),
    ]
}
