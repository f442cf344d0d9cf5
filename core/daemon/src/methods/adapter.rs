//! Adapters: what runs, why, and what it may.

use std::sync::Arc;

use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::RequestId;
use nexus_iam::Permit;
use nexus_ledger::Admission;
use nexus_protocol::adapters::{
    AccountAddParams, AccountsResult, AddParams, BackfillParams, BackfillResult, HealthResult,
    InfoResult, ListParams, ListResult, LogsParams, LogsResult, NameParams, OrderParams,
    OrderResult, RemoveResult,
};
use nexus_protocol::bridge::{self, AccountParams, BACKFILL_LEN_MAX};
use nexus_protocol::logs::LINES_DEFAULT;
use serde_json::{Value, json};

use super::logs::end_of;
use super::person;
use crate::config::Edit;
use crate::context::Context;
use crate::reconfigure;

/// Old messages that are recorded when nobody says how many.
const BACKFILL_DEFAULT: u32 = 500;
/// Longest wait for an adapter that was started, in milliseconds; how it goes on is for its state
/// to say.
const START_MS_MAX: u64 = 3_000;

/// Lists the adapters.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: ListParams,
) -> Result<ListResult, Failure> {
    Ok(ListResult { adapters: context.adapters.all() })
}

/// Shows one adapter.
pub async fn info(
    context: &Arc<Context>,
    _permit: Permit,
    params: NameParams,
) -> Result<InfoResult, Failure> {
    let shown = context.adapters.find(&params.name)?;
    let (child, config) = (shown.child.as_ref(), &shown.config);
    let redactor = context.credentials.redactor();
    let stderr = child.map(nexus_supervisor::Child::last_stderr).unwrap_or_default();
    Ok(InfoResult {
        command: config.command.clone(),
        folder: context.home.adapters().join(&config.name).display().to_string(),
        log: shown.log.display().to_string(),
        credential: config.credential.clone(),
        facts: child.and_then(nexus_supervisor::Child::facts),
        manifest: shown.manifest,
        confinement: shown.confinement,
        stderr: stderr.iter().map(|line| redactor.clean(line).into_owned()).collect(),
        adapter: shown.view,
    })
}

/// Writes an adapter into nexus.toml, which starts it.
pub async fn add(
    context: &Arc<Context>,
    permit: Permit,
    params: AddParams,
) -> Result<OrderResult, Failure> {
    person(&permit, "add an adapter")?;
    let name = params.name;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.chars().all(is_plain) {
        return Err(Failure::invalid(format!("`{}` cannot be a name", name.escape_debug()))
            .hint("letters, digits, - and _"));
    }
    if context.config.current().adapters.iter().any(|adapter| adapter.name == name) {
        return Err(Failure::conflict(format!("there is an adapter `{name}` already"))
            .hint("take another name, or: nexus adapter remove NAME"));
    }
    let mut table = json!({ "command": params.command });
    let texts = [("account", params.account), ("credential", params.credential)];
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        table[key] = text.into();
    }
    if !params.settings.is_empty() {
        table["settings"] = Value::Object(params.settings);
    }
    edit(context, &name, table).await?;
    settled(context, &name).await
}

/// Takes an adapter out of nexus.toml, which drains it.
pub async fn remove(
    context: &Arc<Context>,
    permit: Permit,
    params: OrderParams,
) -> Result<RemoveResult, Failure> {
    person(&permit, "remove an adapter")?;
    context.adapters.find(&params.name)?;
    edit(context, &params.name, Value::Null).await?;
    let folder = context.home.adapters().join(&params.name);
    Ok(RemoveResult { folder: folder.display().to_string() })
}

async fn edit(context: &Arc<Context>, name: &str, table: Value) -> Result<(), Failure> {
    let patch = json!({ "adapters": { name: table } });
    let Value::Object(patch) = patch else { return Ok(()) };
    reconfigure::change(context, Edit::Patch(&patch), None, false).await.map(drop)
}

/// Starts an adapter, also one that was given up.
pub async fn start(
    context: &Arc<Context>,
    _permit: Permit,
    params: OrderParams,
) -> Result<OrderResult, Failure> {
    context.adapters.find(&params.name)?.kept()?.start();
    settled(context, &params.name).await
}

/// Drains an adapter and leaves it stopped.
pub async fn stop(
    context: &Arc<Context>,
    _permit: Permit,
    params: OrderParams,
) -> Result<OrderResult, Failure> {
    context.adapters.find(&params.name)?.kept()?.stop().await;
    Ok(OrderResult { adapter: context.adapters.find(&params.name)?.view })
}

/// Drains an adapter and starts it again.
pub async fn restart(
    context: &Arc<Context>,
    _permit: Permit,
    params: OrderParams,
) -> Result<OrderResult, Failure> {
    let shown = context.adapters.find(&params.name)?;
    shown.kept()?.stop().await;
    shown.kept()?.start();
    settled(context, &params.name).await
}

/// How it stands once it has said hello, or has failed to; or after a moment.
pub(super) async fn settled(context: &Arc<Context>, name: &str) -> Result<OrderResult, Failure> {
    use nexus_supervisor::State;
    if let Some(child) = context.adapters.find(name)?.child {
        let mut status = child.status();
        let is_settled = |state| !matches!(state, State::Starting | State::Stopped);
        tokio::select! {
            _ = status.wait_for(|status| is_settled(status.state)) => {}
            () = context.clock.sleep(START_MS_MAX) => {}
        }
    }
    Ok(OrderResult { adapter: context.adapters.find(name)?.view })
}

/// Reads the last lines of an adapter's log.
pub async fn logs(
    context: &Arc<Context>,
    _permit: Permit,
    params: LogsParams,
) -> Result<LogsResult, Failure> {
    let path = context.adapters.find(&params.name)?.log;
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || end_of(&path)).await;
    let text = read.map_err(Failure::internal)?.map_err(|error| {
        Failure::unavailable(format!("the log cannot be read: {error}")).hint(shown.clone())
    })?;
    let text = context.credentials.redactor().clean(&text);
    let n_lines = usize::try_from(params.lines.unwrap_or(LINES_DEFAULT)).unwrap_or_default();
    let mut lines: Vec<_> = text.lines().rev().take(n_lines).map(str::to_owned).collect();
    lines.reverse();
    Ok(LogsResult { lines, path: shown })
}

/// Asks an adapter how it is.
pub async fn health(
    context: &Arc<Context>,
    _permit: Permit,
    params: NameParams,
) -> Result<HealthResult, Failure> {
    let shown = context.adapters.find(&params.name)?;
    let asked_us = context.clock.monotonic_us();
    let answer = match shown.kept() {
        Ok(child) => child.health().await,
        Err(failure) => Err(failure),
    };
    let took_ms = context.clock.monotonic_us().saturating_sub(asked_us) / 1_000;
    let (is_healthy, detail) = match answer {
        Ok(answer) => (answer.is_healthy, answer.detail.unwrap_or_default()),
        Err(failure) => (false, failure.message),
    };
    Ok(HealthResult { name: params.name, is_healthy, detail, took_ms })
}

/// Asks an adapter which accounts it has.
pub async fn accounts(
    context: &Arc<Context>,
    _permit: Permit,
    params: NameParams,
) -> Result<AccountsResult, Failure> {
    let answer = context.adapters.find(&params.name)?.kept()?.accounts().await?;
    Ok(AccountsResult { accounts: answer.accounts })
}

/// Has an adapter link an account.
pub async fn add_account(
    context: &Arc<Context>,
    permit: Permit,
    params: AccountAddParams,
) -> Result<AccountsResult, Failure> {
    person(&permit, "link an account")?;
    let shown = context.adapters.find(&params.name)?;
    let wanted = AccountParams { account_id: params.account };
    let answer = shown.kept()?.add_account(&wanted).await?;
    Ok(AccountsResult { accounts: vec![answer.account] })
}

/// Records old messages, page by page. They count as admitted: should one come again as an event,
/// it is a duplicate, and nothing runs.
pub async fn backfill(
    context: &Arc<Context>,
    _permit: Permit,
    params: BackfillParams,
) -> Result<BackfillResult, Failure> {
    let shown = context.adapters.find(&params.name)?;
    let child = shown.kept()?;
    let facts = child.facts().ok_or_else(|| {
        Failure::unavailable(format!("adapter `{}` is {}", params.name, shown.view.state))
    })?;
    let mut left = usize::try_from(params.limit.unwrap_or(BACKFILL_DEFAULT)).unwrap_or_default();
    let mut result = BackfillResult::default();
    let mut cursor = None;
    while left > 0 {
        let limit = left.min(BACKFILL_LEN_MAX);
        let (peer_id, since) = (params.peer.clone(), params.since);
        let page = bridge::BackfillParams { peer_id, since, cursor, limit };
        let answer = child.backfill(&page).await?;
        let n_events = answer.events.len().min(limit);
        let is_own = |event: &Arrival| {
            event.channel == facts.channel
                && event.account_id == shown.config.account
                && event.check().is_ok()
        };
        let (own, foreign): (Vec<_>, Vec<_>) =
            answer.events.into_iter().take(limit).partition(is_own);
        let (n_recorded, n_known) = keep(context, own).await?;
        result.n_recorded += n_recorded;
        result.n_known += n_known;
        result.n_refused += u32::try_from(foreign.len()).unwrap_or(u32::MAX);
        left -= n_events;
        cursor = answer.cursor;
        if cursor.is_none() || n_events == 0 {
            break;
        }
    }
    result.has_more = cursor.is_some();
    let (adapter, BackfillResult { n_recorded, n_known, .. }) = (params.name, result.clone());
    let (at, event) =
        (context.clock.now(), Event::AdapterBackfilled { adapter, n_recorded, n_known });
    context.ledger.write(move |tx| tx.events().record(at, &event).map(drop)).await?;
    Ok(result)
}

/// How many were new, and how many were known.
async fn keep(context: &Context, events: Vec<Arrival>) -> Result<(u32, u32), Failure> {
    let now = context.clock.now();
    let ids: Vec<_> =
        events.iter().map(|_| RequestId::from_parts(now, context.clock.entropy())).collect();
    let counts = context.ledger.write(move |tx| {
        let (mut n_recorded, mut n_known) = (0, 0);
        for (event, id) in events.iter().zip(ids) {
            // The id names no request: there is none, and there will be none.
            match tx.arrivals().insert(event, id, now)? {
                Admission::New => n_recorded += 1,
                Admission::Duplicate(_) => n_known += 1,
            }
        }
        Ok((n_recorded, n_known))
    });
    Ok(counts.await?)
}
