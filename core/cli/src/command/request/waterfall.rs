//! A request as a picture: eight stages with bars, then the turn in them.

use nexus_domain::Timestamp;
use nexus_domain::agent::Turn;
use nexus_domain::pipeline::Stage;
use nexus_domain::request::{Request, StageOutcome, StageTrace};
use nexus_protocol::request::GetResult;

use crate::command::acl;
use crate::command::session::tool_line;
use crate::environment::now;
use crate::failure::Result;
use crate::output::{Output, Sign, request_status, style, text};

/// Columns of the longest stage name.
const NAME_COLUMNS: usize = 15;
/// Columns of a duration.
const DURATION_COLUMNS: usize = 8;
/// Columns of the bars, at least and at most.
const BAR_COLUMNS_MIN: usize = 10;
const BAR_COLUMNS_MAX: usize = 40;

/// Which run had this one done, and which ones it had done itself.
fn lineage(result: &GetResult, output: &Output) -> Result<()> {
    let label = |name: &str| output.paint(style::DIM, &text::pad(name, 9));
    if let Some(parent) = &result.request.parent {
        let run = format!("{}, agent {}", parent.request_id, parent.agent_id);
        output.line(&format!("  {}{run}", label("for")))?;
    }
    if let Some(replayed) = &result.request.replays {
        output.line(&format!("  {}{replayed}", label("again")))?;
    }
    for again in &result.replayed_by {
        output.line(&format!("  {}{again}", label("redone by")))?;
    }
    for sent in &result.sent {
        let agent = sent.agent_id.as_ref().map_or("nobody".to_owned(), ToString::to_string);
        let (sign, word) = request_status(sent.status);
        let run = format!("{} {}, agent {agent}, {word}", output.sign(sign), sent.id);
        output.line(&format!("  {}{run}", label("had")))?;
    }
    Ok(())
}

pub(super) fn show(result: &GetResult, output: &Output) -> Result<()> {
    let request = &result.request;
    let (sign, word) = request_status(request.status);
    let took_ms = end_of(request).ms_since(request.started_at);
    output.line(&format!(
        "{} {} · {word} · {} · {}",
        output.sign(sign),
        output.paint(style::BOLD, &request.id.to_string()),
        text::duration_ms(took_ms),
        text::day_and_clock(request.started_at),
    ))?;
    let label = |name: &str| output.paint(style::DIM, &text::pad(name, 9));
    output.line(&format!("  {}{}", label("purpose"), text::one_line(&request.purpose)))?;
    let who = request.principal.as_ref().map_or("not recognized".to_owned(), ToString::to_string);
    let channel = text::one_line(&result.arrival.channel);
    let mut from = format!("{who} by {channel}");
    if let Some(key) = &request.session_key {
        from.push_str(&format!(" → session {key}"));
    }
    if let Some(agent) = &request.agent_id {
        from.push_str(&format!(", agent {agent}"));
    }
    output.line(&format!("  {}{}", label("from"), text::one_line(&from)))?;
    lineage(result, output)?;
    if let Some(error) = &request.error {
        let error = output.paint(style::BAD, &text::one_line(error));
        output.line(&format!("  {}{error}", label("error")))?;
    }
    output.line("")?;
    for stage in Stage::ALL {
        let trace = request.stages.iter().find(|trace| trace.stage == stage);
        output.line(stage_line(stage, trace, request, output).trim_end())?;
    }
    if let Some(turn) = &result.turn {
        output.line("")?;
        output.line(&turn_line(turn, output))?;
        if let Some(error) = &turn.error {
            let message = output.paint(style::BAD, &text::one_line(&error.message));
            output.line(&format!("    {message}"))?;
            if let Some(hint) = &error.hint {
                output.line(&format!("    fix  {}", text::one_line(hint)))?;
            }
        }
    }
    super::super::label::show(&result.labels, output)?;
    for call in &result.tool_calls {
        output.line(&tool_line(call, output))?;
        // How far a program was confined, and whom it talked to, stands in the record of its call.
        let record = call.record.iter().flat_map(|record| record.lines());
        for line in record.filter(|line| is_of_program(line)) {
            output.line(&format!("    {}", text::one_line(line)))?;
        }
    }
    for permission in &result.permissions {
        let status = format!("{:?}", permission.status).to_lowercase();
        let by = permission.resolved_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
        output.line(&format!(
            "  {} {status}{by}: {}   nexus acl request show {}",
            output.sign(Sign::Ask),
            acl::action(permission),
            permission.id
        ))?;
    }
    Ok(())
}

fn is_of_program(line: &str) -> bool {
    let says_whom = line.starts_with("network: ") && line != "network: none";
    says_whom || line.starts_with("confinement: ")
}

fn end_of(request: &Request) -> Timestamp {
    request.completed_at.unwrap_or_else(now)
}

fn stage_line(
    stage: Stage,
    trace: Option<&StageTrace>,
    request: &Request,
    output: &Output,
) -> String {
    let name = text::pad(stage.name(), NAME_COLUMNS);
    let Some(trace) = trace else {
        let is_current = request.stage == stage && !request.status.is_final();
        let (sign, word) = match is_current {
            true => (Sign::Busy, "at work here"),
            false => (Sign::Idle, "not reached"),
        };
        let sign = output.sign(sign);
        return format!("  {sign} {name} {}", output.paint(style::DIM, word));
    };
    let sign = match trace.outcome {
        StageOutcome::Passed => Sign::Good,
        StageOutcome::Skipped => Sign::Idle,
        StageOutcome::Ended => Sign::Warn,
        StageOutcome::Failed => Sign::Bad,
    };
    let room = output.columns().saturating_sub(NAME_COLUMNS + DURATION_COLUMNS + 8);
    let bar_columns = (room / 2).clamp(BAR_COLUMNS_MIN, BAR_COLUMNS_MAX);
    let note_columns = room.saturating_sub(bar_columns);
    let total_us = end_of(request).ms_since(request.started_at).max(1).saturating_mul(1_000);
    let from_us = trace.started_at.ms_since(request.started_at).saturating_mul(1_000);
    let bar = bar(from_us, trace.duration_us, total_us, bar_columns, output.bar());
    let bar_style = match trace.outcome {
        StageOutcome::Passed | StageOutcome::Skipped => style::BUSY,
        StageOutcome::Ended => style::WARN,
        StageOutcome::Failed => style::BAD,
    };
    let note = text::one_line(&trace.note);
    let note = if output.is_tty() { text::cut(&note, note_columns) } else { note };
    let duration = text::duration_us(trace.duration_us);
    format!(
        "  {} {name} {}{duration} {} {}",
        output.sign(sign),
        " ".repeat(DURATION_COLUMNS.saturating_sub(text::width(&duration))),
        output.paint(bar_style, &bar),
        output.paint(style::DIM, &note),
    )
}

/// A bar that begins and ends in proportion; never shorter than one column, never outside.
fn bar(from_us: u64, duration_us: u64, total_us: u64, columns: usize, fill: char) -> String {
    let columns_u64 = columns as u64;
    let place = |us: u64| {
        let at = us.min(total_us).saturating_mul(columns_u64) / total_us.max(1);
        usize::try_from(at).unwrap_or(columns)
    };
    let from = place(from_us).min(columns.saturating_sub(1));
    let to = place(from_us.saturating_add(duration_us)).clamp(from + 1, columns.max(from + 1));
    let mut bar = " ".repeat(from);
    bar.extend(std::iter::repeat_n(fill, to - from));
    bar.push_str(&" ".repeat(columns.saturating_sub(to)));
    bar
}

fn turn_line(turn: &Turn, output: &Output) -> String {
    let model = turn.model.as_deref().unwrap_or("no model yet");
    let mut line = format!(
        "  turn: {} · {} · {} · {}",
        output.paint(style::BOLD, model),
        text::count(u64::from(turn.n_steps), "step"),
        text::usage(turn.usage),
        text::cost(turn.cost),
    );
    if let Some(reason) = turn.stop_reason {
        let word = serde_json::to_value(reason).ok();
        let word = word.as_ref().and_then(|value| value.as_str()).unwrap_or("");
        line.push_str(&format!(" · ended by {}", word.replace('_', " ")));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_lie_where_the_time_went() {
        let check = |from, duration, expect: &str| {
            assert_eq!(bar(from, duration, 1_000, 10, '#'), expect, "{from} {duration}");
        };
        check(0, 0, "#         ");
        check(0, 1_000, "##########");
        check(300, 400, "   ####   ");
        check(990, 5, "         #");
        check(5_000, 5_000, "         #");
        check(500, 9_000, "     #####");
    }
}
