//! Jobs, runs and heartbeats for people.

use nexus_domain::schedule::{JobKind, JobSession, MissedPolicy, SkipReason};
use nexus_protocol::heartbeat::HeartbeatResult;
use nexus_protocol::schedule::{JobView, PreviewResult, RunView};
use nexus_protocol::tool::CheckVerdict;

use crate::failure::Result;
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, request_status, text};

/// Times of a job that are shown.
const TIMES_SHOWN: usize = 5;

pub(super) fn list(jobs: &[JobView], output: &Output) -> Result<()> {
    let mut table = Table::new(
        [("", 0), ("job", 0), ("next", 0), ("agent", 1), ("when", 2), ("last", 3), ("id", 4)],
        "nothing is scheduled; begin: nexus schedule add --help",
    );
    for job in jobs {
        let (mark, style) = output.sign_parts(sign(job));
        table.row([
            Cell::styled(mark, style),
            text::one_line(&job.job.spec.name).into(),
            next(job).into(),
            job.job.spec.agent_id.to_string().into(),
            text::one_line(&job.timing).into(),
            job.last.as_ref().map(outcome).unwrap_or_default().into(),
            job.job.id.to_string().into(),
        ]);
    }
    table.print(output)
}

fn sign(job: &JobView) -> Sign {
    match job {
        job if job.is_running => Sign::Busy,
        job if !job.job.is_enabled => Sign::Idle,
        job if job.job.due_at.is_none() => Sign::Idle,
        job => job.last.as_ref().map_or(Sign::Good, run_sign),
    }
}

fn next(job: &JobView) -> String {
    match job.job.run_at {
        Some(at) => text::day_and_clock(at),
        None if !job.job.is_enabled => "paused".to_owned(),
        None => "over".to_owned(),
    }
}

fn run_sign(run: &RunView) -> Sign {
    match (run.status, run.run.skipped) {
        (Some(status), _) => request_status(status).0,
        (None, Some(SkipReason::Unreadable)) => Sign::Bad,
        (None, _) => Sign::Idle,
    }
}

fn outcome(run: &RunView) -> String {
    match (run.status, run.run.skipped) {
        (Some(status), _) => request_status(status).1.to_owned(),
        (None, Some(SkipReason::Missed)) => "missed".to_owned(),
        (None, Some(SkipReason::Overlap)) => "passed over: the run before it went on".to_owned(),
        (None, Some(SkipReason::Unreadable)) => "its time cannot be worked out".to_owned(),
        (None, None) => "its request is forgotten".to_owned(),
    }
}

pub(super) fn details(view: &JobView, output: &Output) -> Result<()> {
    let (job, spec) = (&view.job, &view.job.spec);
    let kind = match job.kind {
        JobKind::Job => "job",
        JobKind::Heartbeat => "heartbeat",
    };
    let name = text::one_line(&spec.name);
    output.line(&format!("{} {kind} {name}", output.sign(sign(view))))?;
    let field = |label: &str, value: &str| match value.is_empty() {
        true => Ok(()),
        false => output.line(&format!("  {}{}", text::pad(label, 10), text::clean(value))),
    };
    field("id", &job.id.to_string())?;
    field("for", &spec.description)?;
    field("agent", spec.agent_id.as_str())?;
    field("made by", &job.maker.to_string())?;
    field("when", &view.timing)?;
    field("next", &next(view))?;
    for at in view.upcoming.iter().skip(1).take(TIMES_SHOWN - 1) {
        field("", &text::day_and_clock(*at))?;
    }
    field("session", session(spec.session))?;
    let missed = match job.missed_policy() {
        MissedPolicy::Skip => "are passed over",
        MissedPolicy::Once => "have one run together",
        MissedPolicy::CatchUp => "have a run each, the last ten",
    };
    field("missed", missed)?;
    if spec.jitter_ms > 0 {
        field("later by", &format!("up to {}", text::duration_ms(spec.jitter_ms)))?;
    }
    field("until", &spec.ends_at.map(text::day_and_clock).unwrap_or_default())?;
    field("reply to", spec.deliver_to.as_deref().unwrap_or_default())?;
    field("last", &view.last.as_ref().map(outcome).unwrap_or_default())?;
    field("prompt", &spec.prompt)
}

fn session(session: JobSession) -> &'static str {
    match session {
        JobSession::Main => "the agent's own",
        JobSession::Own => "one of the job's own",
        JobSession::Isolated => "a new one each time",
    }
}

pub(super) fn changed(job: &JobView, what: &str, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.document(job);
    }
    let name = text::one_line(&job.job.spec.name);
    let next = match job.job.run_at {
        Some(at) => format!("; next at {}", text::day_and_clock(at)),
        None => String::new(),
    };
    output.line(&format!("{} `{name}` {what}{next}", output.sign(Sign::Good)))
}

pub(super) fn history(runs: &[RunView], output: &Output) -> Result<()> {
    let mut table = Table::new(
        [("", 0), ("due", 0), ("what became of it", 0), ("missed", 2), ("request", 1)],
        "nothing has been due yet",
    );
    for run in runs {
        let (mark, style) = output.sign_parts(run_sign(run));
        let why = run.error.as_ref().or(run.run.note.as_ref()).map(|why| text::one_line(why));
        let by_hand = if run.run.is_manual { " (by hand)" } else { "" };
        let became = match why {
            Some(why) => format!("{}{by_hand}: {why}", outcome(run)),
            None => format!("{}{by_hand}", outcome(run)),
        };
        table.row([
            Cell::styled(mark, style),
            text::day_and_clock(run.run.due_at).into(),
            became.into(),
            if run.run.n_missed == 0 { String::new() } else { run.run.n_missed.to_string() }.into(),
            run.run.request_id.map(|id| id.to_string()).unwrap_or_default().into(),
        ]);
    }
    table.print(output)
}

pub(super) fn preview(preview: &PreviewResult, output: &Output) -> Result<()> {
    output.line(&text::clean(&preview.timing))?;
    for at in &preview.times {
        output.line(&format!("  {}", text::day_and_clock(*at)))?;
    }
    let mut table = Table::new([("", 0), ("what", 0), ("why", 1)], "it may do nothing");
    for one in &preview.foreseen {
        let mark = match one.verdict {
            CheckVerdict::Allow => Sign::Good,
            CheckVerdict::Ask => Sign::Ask,
            CheckVerdict::Deny => Sign::Bad,
        };
        let (mark, style) = output.sign_parts(mark);
        let reason = text::one_line(&one.reason);
        table.row([Cell::styled(mark, style), one.what.clone().into(), reason.into()]);
    }
    table.print(output)
}

pub(super) fn heartbeat(result: &HeartbeatResult, output: &Output) -> Result<()> {
    match &result.heartbeat {
        None => {
            let agent = &result.agent_id;
            output.line(&format!("{} {agent} has no heartbeat", output.sign(Sign::Idle)))?;
            output.note(&format!("  give it one: nexus schedule heartbeat {agent} --every 30m"));
            return Ok(());
        }
        Some(beat) => details(beat, output)?,
    }
    match result.n_waiting {
        0 => Ok(()),
        n => output.line(&format!("  {} for the next beat", text::count(n.into(), "text"))),
    }
}
