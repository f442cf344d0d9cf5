//! Rows a second through the ledger and through bare SQLite, with the same promise of durability,
//! and what paying for a model call takes.
//! `cargo xtask bench` reads the figures, one JSON object on standard output.

#![allow(clippy::disallowed_methods, reason = "measuring reads the clock")]

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use nexus_domain::budget::{Amounts, Claim, Limits, Payer, WorkClass};
use nexus_domain::event::Event;
use nexus_domain::id::ReservationId;
use nexus_domain::message::Usage;
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::time::Timestamp;
use nexus_ledger::{
    AuditEntry, Durability, Ledger, LedgerOptions, Spent, UsageBasis, UsageRow, Wanted,
};
use rusqlite::Connection;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Rows written one after the other.
const N_ALONE: u32 = 2_000;
/// Model calls that are paid for, one after the other.
const N_CALLS: u32 = 1_000;
/// Writers side by side, and rows of one bare transaction.
const N_WRITERS: u32 = 64;
/// Rows of each writer, and bare transactions.
const N_EACH: u32 = 100;
/// How often effects are measured with and without their audit, in turn.
const N_ROUNDS: u32 = 3;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (one, group) = runtime.block_on(ledger(&folder.path().join("ledger.db")))?;
    let calls = runtime.block_on(calls(&folder.path().join("budgets.db")))?;
    let (raw_one, raw_group) = raw(&folder.path().join("raw.db"))?;
    let audit = runtime.block_on(audit(&folder.path().join("audit.db")))?;
    let figures = json!({
        "one": one, "group": group, "raw_one": raw_one, "raw_group": raw_group, "calls": calls,
        "audit_us": audit.cost_us, "audit_verify": audit.verify_rate,
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

fn open(path: &Path) -> Outcome<Ledger> {
    let durability = Durability::Power;
    let options =
        LedgerOptions { path: path.to_owned(), durability, n_readers: 1, on_commit: None };
    Ok(Ledger::open(options)?)
}

async fn ledger(path: &Path) -> Outcome<(f64, f64)> {
    let ledger = open(path)?;
    let start = Instant::now();
    for _ in 0..N_ALONE {
        record(&ledger).await?;
    }
    let one = rate(N_ALONE, start);
    let start = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..N_WRITERS {
        let ledger = ledger.clone();
        writers.spawn(async move {
            for _ in 0..N_EACH {
                record(&ledger).await?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer??;
    }
    let group = rate(N_WRITERS * N_EACH, start);
    ledger.close().await;
    Ok((one, group))
}

/// Model calls a second that are set aside in three budgets and settled with the sums of the day,
/// one after the other: two commits each.
async fn calls(path: &Path) -> Outcome<f64> {
    let ledger = open(path)?;
    let start = Instant::now();
    for n in 0..N_CALLS {
        let (wanted, row) = (wanted(n), row());
        let id = wanted.id;
        ledger.write(move |tx| tx.budgets().reserve(&wanted)).await?;
        let settle = ledger.write(move |tx| {
            let amounts = Amounts { tokens: 900, micro_usd: 1_200, ..Amounts::default() };
            tx.budgets().settle(id, Spent { amounts, is_priced: true })?;
            tx.usage().add(&row)
        });
        settle.await?;
    }
    let calls = rate(N_CALLS, start);
    ledger.close().await;
    Ok(calls)
}

fn wanted(n: u32) -> Wanted {
    let at = Timestamp(1_800_000_000_000 + i64::from(n));
    let claim = |budget: &str, holder: &str| Claim {
        budget: budget.to_owned(),
        holder: holder.to_owned(),
        window: "2026-11-21".to_owned(),
        resets_at: None,
        limits: Limits { micro_usd: Some(u64::MAX), tokens: Some(u64::MAX), ..Limits::default() },
        warn_percent: 80,
    };
    Wanted {
        id: ReservationId::from_parts(at, u128::from(n)),
        turn_id: None,
        model: "acme/one".to_owned(),
        is_priced: true,
        payer: Payer::default(),
        claims: vec![
            claim("day", "owner"),
            claim("agents", "agent:main"),
            claim("sessions", "session:main"),
        ],
        cases: vec![Amounts { tokens: 9_000, micro_usd: 12_000, ..Amounts::default() }],
        model_ms_min: 0,
        at,
    }
}

fn row() -> UsageRow {
    UsageRow {
        day: "2026-11-21".to_owned(),
        agent_id: "main".to_owned(),
        session_key: "main".to_owned(),
        model: "acme/one".to_owned(),
        api_key: String::new(),
        class: WorkClass::Interactive,
        basis: UsageBasis::Priced,
        n_calls: 1,
        n_tool_calls: 0,
        usage: Usage { input_tokens: 800, output_tokens: 100, ..Usage::default() },
        micro_usd: 1_200,
        model_ms: 900,
    }
}

async fn record(ledger: &Ledger) -> Outcome<()> {
    let event = Event::SystemStarted { version: "0.1.0".to_owned() };
    ledger.write(move |tx| tx.events().record(Timestamp(1), &event).map(|_| ())).await?;
    Ok(())
}

/// What the record of decisions costs.
struct Audit {
    /// What a decision and its outcome add to an effect that is committed anyway, in microseconds.
    cost_us: f64,
    /// Rows verified in a second.
    verify_rate: f64,
}

/// The same effects with and without their rows, by many writers, so that the disk counts little.
async fn audit(path: &Path) -> Outcome<Audit> {
    let ledger = open(path)?;
    let (mut without, mut with) = (0.0, 0.0);
    for round in 0..N_ROUNDS {
        without += effects(&ledger, round, false).await?;
        with += effects(&ledger, round, true).await?;
    }
    let n_effects = f64::from(N_ROUNDS * N_WRITERS * N_EACH);
    let start = Instant::now();
    let whole = ledger.read(|r| r.audit().verify()).await?;
    let n_rows = whole.map_err(|broken| broken.reason)?.n_rows;
    let verify_rate = rate(u32::try_from(n_rows)?, start);
    ledger.close().await;
    Ok(Audit { cost_us: (with - without) * 1e6 / n_effects, verify_rate })
}

/// Seconds that it takes: an effect is one commit before it and one after it.
async fn effects(ledger: &Ledger, round: u32, is_audited: bool) -> Outcome<f64> {
    let start = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..N_WRITERS {
        let ledger = ledger.clone();
        writers.spawn(async move {
            for n in 0..N_EACH {
                let subject = format!("call:{round}:{writer}:{n}");
                for is_after in [false, true] {
                    let subject = subject.clone();
                    let step = ledger.write(move |tx| {
                        let event = Event::SystemStarted { version: "0.1.0".to_owned() };
                        tx.events().record(Timestamp(1), &event)?;
                        if is_audited && is_after {
                            tx.audit().end(&subject, Timestamp(1), "completed")?;
                        } else if is_audited {
                            tx.audit().begin(&decision(), Some(&subject))?;
                        }
                        Ok(())
                    });
                    step.await?;
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer??;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn decision() -> AuditEntry {
    let chain = Chain::of(Principal::Owner);
    let reason = "allowed by owner-workspace: the owner's agents may read and write the workspace";
    AuditEntry::fact(Timestamp(1), chain, "tool.edit_file", "notes/today.md", reason)
}

fn raw(path: &Path) -> Outcome<(f64, f64)> {
    const INSERT: &str = "INSERT INTO event (at, type, properties) VALUES (?1, ?2, ?3)";
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE event (position INTEGER PRIMARY KEY, at INTEGER, type TEXT, properties TEXT);",
    )?;
    let insert = |connection: &Connection| {
        let mut statement = connection.prepare_cached(INSERT)?;
        statement.execute((1, "system.started", r#"{"version":"0.1.0"}"#))
    };
    let start = Instant::now();
    for _ in 0..N_ALONE {
        insert(&connection)?;
    }
    let one = rate(N_ALONE, start);
    let start = Instant::now();
    for _ in 0..N_EACH {
        let transaction = connection.unchecked_transaction()?;
        for _ in 0..N_WRITERS {
            insert(&transaction)?;
        }
        transaction.commit()?;
    }
    Ok((one, rate(N_WRITERS * N_EACH, start)))
}

fn rate(n_rows: u32, start: Instant) -> f64 {
    f64::from(n_rows) / start.elapsed().as_secs_f64()
}
