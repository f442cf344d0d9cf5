//! Adapters, for people.

use nexus_domain::Timestamp;
use nexus_protocol::adapters::{
    AccountsResult, AdapterState, AdapterView, BackfillResult, HealthResult, InfoResult,
    ListResult, LogsResult, RemoveResult,
};

use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

/// Lines of stderr that are shown of the last end.
const LAST_LINES_MAX: usize = 5;

pub(crate) fn sign(state: AdapterState) -> Sign {
    match state {
        AdapterState::Running => Sign::Good,
        AdapterState::Degraded | AdapterState::BackingOff => Sign::Warn,
        AdapterState::Failed => Sign::Bad,
        AdapterState::Stopped
        | AdapterState::Starting
        | AdapterState::Suspended
        | AdapterState::Draining => Sign::Idle,
    }
}

pub(crate) fn word(state: AdapterState) -> &'static str {
    match state {
        AdapterState::BackingOff => "backing off",
        other => other.name(),
    }
}

/// What a person wants to know beside the state: why, and what comes next.
pub(crate) fn note(view: &AdapterView, now: Timestamp) -> String {
    let mut note = text::one_line(&view.reason);
    if view.state == AdapterState::BackingOff {
        // The last thing it said explains more than the code it ended with.
        let last = view.last_exit.as_ref().and_then(|exit| exit.stderr.last());
        if let Some(last) = last {
            note = format!("{note}: {}", text::one_line(last));
        }
    }
    if let Some(retry_at) = view.retry_at {
        note = match retry_at > now {
            true => format!("{note}; next try in {}", text::left(retry_at, now)),
            false => format!("{note}; next try now"),
        };
    }
    if view.state == AdapterState::Stopped && note.is_empty() {
        "stopped by hand".clone_into(&mut note);
    }
    if view.state == AdapterState::Failed {
        note = format!("{note}; given up: nexus adapter start {}", view.name);
    }
    note
}

pub(super) fn list(result: &ListResult, now: Timestamp, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(
        [("", 0), ("adapter", 0), ("state", 0), ("since", 2), ("channel", 1), ("why", 0)],
        "no adapters; add one: nexus adapter add NAME -- COMMAND",
    );
    for view in &result.adapters {
        let (mark, style) = output.sign_parts(sign(view.state));
        table.row([
            Cell::styled(mark, style),
            format!("{}/{}", view.name, view.account).into(),
            Cell::styled(word(view.state), style),
            text::ago(view.since, now).into(),
            view.channel.clone().unwrap_or_default().into(),
            note(view, now).into(),
        ]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}

pub(super) fn order(view: &AdapterView, now: Timestamp, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(view)?;
    } else {
        headline(view, now, output)?;
        last_exit(view, now, output)?;
    }
    let is_well = !matches!(view.state, AdapterState::BackingOff | AdapterState::Failed);
    Ok(if is_well { Exit::Ok } else { Exit::Found })
}

pub(super) fn stopped(view: &AdapterView, now: Timestamp, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(view)?;
        return Ok(Exit::Ok);
    }
    headline(view, now, output)?;
    let hint = format!(
        "  until `nexus adapter start {0}` or the daemon's next start; for good: nexus config set \
         adapters.{0}.enabled false",
        view.name
    );
    output.line(&output.paint(style::DIM, &hint))?;
    Ok(Exit::Ok)
}

fn headline(view: &AdapterView, now: Timestamp, output: &Output) -> Result<()> {
    let name = output.paint(style::BOLD, &format!("{}/{}", view.name, view.account));
    let (sign, note) = (output.sign(sign(view.state)), note(view, now));
    let since = text::ago(view.since, now);
    let note = if note.is_empty() { String::new() } else { format!(": {note}") };
    output.line(&format!("{sign} {name} {} (since {since}){note}", word(view.state)))
}

fn last_exit(view: &AdapterView, now: Timestamp, output: &Output) -> Result<()> {
    let Some(exit) = &view.last_exit else { return Ok(()) };
    let (reason, ago) = (text::one_line(&exit.reason), text::ago(exit.at, now));
    output.line(&format!("  last end     {ago}: {reason}"))?;
    let skipped = exit.stderr.len().saturating_sub(LAST_LINES_MAX);
    for line in exit.stderr.iter().skip(skipped) {
        output.line(&output.paint(style::DIM, &format!("    {}", text::one_line(line))))?;
    }
    Ok(())
}

pub(super) fn info(result: &InfoResult, now: Timestamp, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    let view = &result.adapter;
    headline(view, now, output)?;
    let row = |what: &str, value: &str| {
        output.line(&format!("  {} {}", text::pad(what, 12), text::one_line(value)))
    };
    row("command", &result.command.join(" "))?;
    if let Some(pid) = view.pid {
        row("process", &pid.to_string())?;
    }
    if let Some(facts) = &result.facts {
        let supports: Vec<_> =
            facts.supports.iter().map(|ability| format!("{ability:?}").to_lowercase()).collect();
        row("is", &format!("{} {} for {}", facts.name, facts.version, facts.channel))?;
        row("can", &supports.join(", "))?;
        let sends = if facts.has_idempotent_sends {
            "may be repeated: the same key sends once"
        } else {
            "are not repeated: one whose outcome is unknown stays unknown"
        };
        row("sends", sends)?;
    }
    if let Some(credential) = &result.credential {
        row("credential", credential)?;
    }
    row("folder", &result.folder)?;
    row("log", &result.log)?;
    let manifest = match &result.manifest {
        Some(_) => "declared by its manifest",
        None => "it has no manifest, so that it is given nothing beyond its folder",
    };
    let confinement = &result.confinement;
    row("confinement", &format!("{}; {manifest}", confinement.posture))?;
    for may in &confinement.may {
        output.line(&format!("    {} may {}", output.sign(Sign::Good), text::one_line(may)))?;
    }
    for gap in &confinement.gaps {
        output.line(&format!("    {} {}", output.sign(Sign::Warn), text::one_line(gap)))?;
    }
    if let Some(manifest) = &result.manifest {
        for folder in &manifest.needs.folders {
            let wish = format!("asks for {folder}: grant it with adapters.{}.read", view.name);
            output.line(&format!("    {} {}", output.sign(Sign::Warn), text::one_line(&wish)))?;
        }
    }
    last_exit(view, now, output)?;
    Ok(Exit::Ok)
}

pub(super) fn removed(name: &str, result: &RemoveResult, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    output.line(&format!("{} {name} is gone", output.sign(Sign::Good)))?;
    let stays = format!("  its folder stays: {}", text::one_line(&result.folder));
    output.line(&output.paint(style::DIM, &stays))?;
    Ok(Exit::Ok)
}

pub(super) fn logs(result: &LogsResult, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    for line in &result.lines {
        output.line(&text::one_line(line))?;
    }
    if result.lines.is_empty() {
        output.note(&format!("nothing yet in {}", result.path));
    }
    Ok(Exit::Ok)
}

pub(super) fn health(results: &[HealthResult], output: &Output) -> Result<Exit> {
    let is_fine = results.iter().all(|result| result.is_healthy);
    let exit = if is_fine { Exit::Ok } else { Exit::Found };
    if output.is_json() {
        output.document(&results)?;
        return Ok(exit);
    }
    let mut table = Table::new(
        [("", 0), ("adapter", 0), ("health", 0), ("took", 1), ("why", 0)],
        "no adapters",
    );
    for result in results {
        let (sign, word) =
            if result.is_healthy { (Sign::Good, "well") } else { (Sign::Bad, "not well") };
        let (mark, style) = output.sign_parts(sign);
        table.row([
            Cell::styled(mark, style),
            result.name.clone().into(),
            Cell::styled(word, style),
            text::duration_ms(result.took_ms).into(),
            text::one_line(&result.detail).into(),
        ]);
    }
    table.print(output)?;
    Ok(exit)
}

pub(super) fn accounts(result: &AccountsResult, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new([("account", 0), ("name", 0), ("state", 0)], "no accounts");
    for account in &result.accounts {
        table.row([
            account.account_id.clone().into(),
            account.name.clone().unwrap_or_default().into(),
            account.state.clone().unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}

pub(super) fn backfill(result: &BackfillResult, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    let recorded = text::count(u64::from(result.n_recorded), "message");
    let known = text::count(u64::from(result.n_known), "message");
    let sign = output.sign(Sign::Good);
    output.line(&format!("{sign} {recorded} recorded, {known} known already; nothing ran"))?;
    if result.n_refused > 0 {
        let refused = text::count(u64::from(result.n_refused), "message");
        let why = "they belong to another account, or cannot be read";
        output.line(&format!("{} {refused} refused: {why}", output.sign(Sign::Bad)))?;
    }
    if result.has_more {
        output.line("  there are more; ask for them with a higher --limit")?;
    }
    Ok(Exit::Ok)
}
