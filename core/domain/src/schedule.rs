//! Scheduled jobs: what an agent is to be told by itself, when, and what becomes of times at which
//! nothing could run. When a job is due next is worked out elsewhere; here is what follows from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{AgentId, JobId, RequestId};
use crate::principal::Principal;
use crate::time::Timestamp;

/// Most jobs of one installation, heartbeats included.
pub const JOBS_MAX: usize = 500;
/// Longest name of a job, in characters.
pub const JOB_NAME_CHARS_MAX: usize = 80;
/// Longest description of a job, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 500;
/// Longest prompt of a job, in characters.
pub const PROMPT_CHARS_MAX: usize = 20_000;
/// Shortest time between two runs, in milliseconds.
pub const EVERY_MS_MIN: u64 = 60_000;
/// Longest time between two runs of a job that runs every so often, in milliseconds.
pub const EVERY_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;
/// Longest delay by chance, in milliseconds.
pub const JITTER_MS_MAX: u64 = 60 * 60 * 1_000;
/// Most missed runs that are made up for one by one.
pub const CATCH_UP_MAX: usize = 10;
/// Runs of one job that are kept in its history.
pub const RUNS_KEPT: u32 = 200;
/// Most texts that wait for one heartbeat.
pub const NOTES_MAX: usize = 50;
/// Longest text that waits for a heartbeat, in characters.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// The channel by which runs of jobs enter the pipeline.
pub const SCHEDULE_CHANNEL: &str = "schedule";

/// When a job is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum When {
    /// By the calendar.
    Cron(CronTime),
    /// Again and again, counted from when the job was made or last given another time.
    Every {
        /// How long in between, in milliseconds.
        #[schemars(range(min = 60_000, max = 31_622_400_000_u64))]
        ms: u64,
    },
    /// Once.
    At {
        /// At this instant.
        at: Timestamp,
    },
}

/// Times by a cron expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CronTime {
    /// Five fields: minute, hour, day of the month, month, day of the week; or `@daily` and such.
    #[schemars(length(min = 1, max = 200))]
    pub expression: String,
    /// IANA name of the time zone it is meant in, such as `Europe/Berlin`.
    pub time_zone: String,
}

/// The conversation in which a job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobSession {
    /// The agent's own conversation.
    Main,
    /// One of the job's own, which remembers earlier runs.
    #[default]
    Own,
    /// A new one for each run.
    Isolated,
}

/// What becomes of times at which nothing could run: the daemon was off or paused, or the machine
/// slept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissedPolicy {
    /// They are noted and passed over.
    Skip,
    /// One run stands for all of them.
    #[default]
    Once,
    /// Each of the last ten has its run, one after the other.
    CatchUp,
}

/// A job, or the one heartbeat of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A job.
    #[default]
    Job,
    /// The heartbeat of an agent: what is missed is never made up for, and a beat with nothing to
    /// say runs nothing.
    Heartbeat,
}

/// Hours of the day in which a job runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActiveHours {
    /// From this time of day on, such as `08:00`.
    pub from: String,
    /// Until before this time of day, such as `22:00`; earlier than `from` for a night.
    pub to: String,
    /// IANA name of the time zone in which that is meant.
    pub time_zone: String,
}

impl ActiveHours {
    /// Both times as minutes of the day.
    ///
    /// # Errors
    /// `Invalid` when one is no time of day, or both are the same.
    pub fn minutes(&self) -> Result<(u32, u32), Failure> {
        let (from, to) = (minute_of_day(&self.from)?, minute_of_day(&self.to)?);
        match from == to {
            true => Err(Failure::invalid("active hours that begin when they end are none")
                .hint("leave them out to run at any hour")),
            false => Ok((from, to)),
        }
    }

    /// Whether a minute of the day is within the hours.
    #[must_use]
    pub fn holds((from, to): (u32, u32), minute: u32) -> bool {
        match from < to {
            true => (from..to).contains(&minute),
            false => minute >= from || minute < to,
        }
    }
}

fn minute_of_day(text: &str) -> Result<u32, Failure> {
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let is_short = hour.len() == 2 && minute.len() == 2;
        let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
        (is_short && hour < 24 && minute < 60).then_some(hour * 60 + minute)
    });
    parsed.ok_or_else(|| {
        Failure::invalid(format!("`{}` is no time of day", text.escape_debug()))
            .hint("write hours and minutes, such as 08:00")
    })
}

/// What a person says about a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// A name for people.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 500))]
    pub description: String,
    /// The agent that is told.
    pub agent_id: AgentId,
    /// The conversation; one of the job's own when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub session: JobSession,
    /// When.
    pub when: When,
    /// What the agent is told. A heartbeat may have none: then it only brings what waits for it.
    #[schemars(length(max = 20_000))]
    pub prompt: String,
    /// The conversation outside to which the reply is sent, as `channel/account:conversation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<String>,
    /// What becomes of missed runs; one run stands for all when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missed: MissedPolicy,
    /// Hours of the day in which it runs; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_hours: Option<ActiveHours>,
    /// Each run comes up to so many milliseconds later, the same for the same time.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(max = 3_600_000))]
    pub jitter_ms: u64,
    /// From this instant on it is not due any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl JobSpec {
    /// Checks lengths and ranges; whether time, agent and delivery exist is checked elsewhere.
    ///
    /// # Errors
    /// `Invalid`, naming the field, its range and what would be right.
    pub fn check(&self, kind: JobKind) -> Result<(), Failure> {
        length("name", &self.name, 1, JOB_NAME_CHARS_MAX)?;
        length("description", &self.description, 0, DESCRIPTION_CHARS_MAX)?;
        let prompt_min = usize::from(kind == JobKind::Job);
        length("prompt", self.prompt.trim(), prompt_min, PROMPT_CHARS_MAX)?;
        if let When::Every { ms } = self.when
            && !(EVERY_MS_MIN..=EVERY_MS_MAX).contains(&ms)
        {
            return Err(Failure::invalid(format!(
                "a job runs every 60000 to {EVERY_MS_MAX} ms, not every {ms}"
            ))
            .hint("the shortest is a minute, the longest 366 days"));
        }
        if self.jitter_ms > JITTER_MS_MAX {
            return Err(Failure::invalid(format!(
                "the delay by chance is at most {JITTER_MS_MAX} ms, not {}",
                self.jitter_ms
            ))
            .hint("the longest is an hour"));
        }
        if let Some(hours) = &self.active_hours {
            hours.minutes()?;
        }
        Ok(())
    }
}

fn length(field: &str, text: &str, min: usize, max: usize) -> Result<(), Failure> {
    let n_chars = text.chars().count();
    match (min..=max).contains(&n_chars) {
        true => Ok(()),
        false => Err(Failure::invalid(format!(
            "`{field}` has {n_chars} characters; it takes {min} to {max}"
        ))),
    }
}

/// A scheduled job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// A job or a heartbeat.
    pub kind: JobKind,
    /// What was said about it.
    pub spec: JobSpec,
    /// Who made it: nothing runs that this one may not.
    pub maker: Principal,
    /// Whether it runs; a paused one does not, and what passes meanwhile is not made up for.
    pub is_enabled: bool,
    /// The time it is due next, by its own calendar; nothing when it is over or paused.
    pub due_at: Option<Timestamp>,
    /// The same with its delay by chance.
    pub run_at: Option<Timestamp>,
    /// From when `every` counts.
    pub anchor_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Job {
    /// What becomes of missed runs: those of a heartbeat are never made up for.
    #[must_use]
    pub fn missed_policy(&self) -> MissedPolicy {
        match self.kind {
            JobKind::Heartbeat => MissedPolicy::Skip,
            JobKind::Job => self.spec.missed,
        }
    }

    /// How much later than its time a run comes.
    #[must_use]
    pub fn delay_ms(&self, due_at: Timestamp) -> u64 {
        if self.spec.jitter_ms == 0 {
            return 0;
        }
        // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv): the same run has the same delay.
        let text = format!("{}:{}", self.id, due_at.0);
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The low bits of such a hash are its worst.
        (hash >> 16) % (self.spec.jitter_ms + 1)
    }
}

/// What was done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobChange {
    /// It was made.
    Created,
    /// It says something else now.
    Updated,
    /// It does not run until it is resumed.
    Paused,
    /// It runs again.
    Resumed,
    /// It is gone.
    Deleted,
}

/// Why nothing ran at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Nothing could run then, and it is not made up for.
    Missed,
    /// The run before it went on.
    Overlap,
    /// Its time can no longer be worked out.
    Unreadable,
}

/// One line of a job's history: a run, or times that passed without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobRun {
    /// The job.
    pub job_id: JobId,
    /// The time it was due at; the last of several.
    pub due_at: Timestamp,
    /// When that was decided.
    pub decided_at: Timestamp,
    /// The request, when it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// Why nothing ran, when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
    /// Times that were missed before it, or with it when nothing ran.
    pub n_missed: u32,
    /// Whether somebody had it run beside its times.
    pub is_manual: bool,
    /// More about it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is done about a job whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// It runs for this time, and its next time is looked for after `then_after`.
    Run {
        /// The time that the run is for.
        due_at: Timestamp,
        /// Times before it for which nothing ran.
        n_missed: u32,
        /// Its next time is later than this.
        then_after: Timestamp,
    },
    /// Nothing runs.
    Skip {
        /// The last of the times.
        due_at: Timestamp,
        /// How many there were.
        n_missed: u32,
    },
}

/// Decides about times that have come, the earliest first. `since` is the instant from which on
/// runs were possible without a break: a time before it was missed. `None` when none has come.
#[must_use]
pub fn decide(
    policy: MissedPolicy,
    times: &[(Timestamp, Timestamp)],
    since: Timestamp,
) -> Option<Due> {
    let &(last, run_at) = times.last()?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let is_in_time = run_at >= since;
    let whole = Due::Run { due_at: last, n_missed: count(times.len() - 1), then_after: last };
    Some(match policy {
        MissedPolicy::Skip if is_in_time => whole,
        MissedPolicy::Skip => Due::Skip { due_at: last, n_missed: count(times.len()) },
        MissedPolicy::Once => whole,
        MissedPolicy::CatchUp => {
            let n_lost = times.len().saturating_sub(CATCH_UP_MAX);
            let due_at = times[n_lost].0;
            Due::Run { due_at, n_missed: count(n_lost), then_after: due_at }
        }
    })
}

#[cfg(test)]
mod tests;
