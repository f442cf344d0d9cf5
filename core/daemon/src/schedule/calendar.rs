//! When a job is due next. Pure: the time zones are those that were compiled in.
//!
//! Cron expressions are those of `croner`: the Open Cron Pattern Specification, which goes back to
//! Vixie cron (<https://github.com/open-source-cron/ocps>), with five fields. A clock time that does
//! not exist on a day is due right after the gap; one that exists twice is due once, at the first.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Zoned;
use jiff::tz::TimeZone;
use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_domain::schedule::{ActiveHours, CronTime, Job, JobSpec, When};

/// Most times that are looked through for one within the active hours.
const LOOKED_MAX: usize = 5_000;
/// Most times that are listed before all but the last day's are passed over.
const LISTED_MAX: usize = 1_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The times of a job.
#[derive(Debug)]
pub struct Calendar {
    rule: Rule,
    hours: Option<((u32, u32), TimeZone)>,
    ends_at: Option<Timestamp>,
}

#[derive(Debug)]
enum Rule {
    Cron(Box<Cron>, TimeZone),
    Every { ms: i64, anchor: Timestamp },
    At(Timestamp),
}

impl Calendar {
    /// The times of what was said about a job; `anchor` is where counting begins.
    ///
    /// # Errors
    /// `Invalid` for an expression, a time zone or hours that cannot be read.
    pub fn new(spec: &JobSpec, anchor: Timestamp) -> Result<Self, Failure> {
        let rule = match &spec.when {
            When::Cron(CronTime { expression, time_zone }) => {
                Rule::Cron(Box::new(cron(expression)?), zone(time_zone)?)
            }
            When::Every { ms } => {
                Rule::Every { ms: i64::try_from(*ms).unwrap_or(i64::MAX).max(1), anchor }
            }
            When::At { at } => Rule::At(*at),
        };
        let hours = spec.active_hours.as_ref().map(hours).transpose()?;
        Ok(Self { rule, hours, ends_at: spec.ends_at })
    }

    /// The times of a job.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn of(job: &Job) -> Result<Self, Failure> {
        Self::new(&job.spec, job.anchor_at)
    }

    /// The first time after an instant; `None` when there is none any more.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let mut last = at;
        for _ in 0..LOOKED_MAX {
            let next = self.next_by_rule(last).filter(|next| *next > last)?;
            if self.ends_at.is_some_and(|end| next >= end) {
                return None;
            }
            if self.is_active(next) {
                return Some(next);
            }
            last = next;
        }
        None
    }

    /// The times from one on until an instant, the earliest first. Of very many, some of those
    /// that are older than a day are left out.
    #[must_use]
    pub fn times(&self, first: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let day_ago = Timestamp(until.0.saturating_sub(DAY_MS));
        let mut times = Vec::new();
        let mut next = Some(first);
        while let Some(at) = next.filter(|at| *at <= until) {
            times.push(at);
            let is_long = times.len() == LISTED_MAX && at < day_ago;
            next = self.next_after(if is_long { day_ago } else { at });
        }
        times
    }

    fn next_by_rule(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.rule {
            Rule::At(at) => Some(*at),
            Rule::Every { ms, anchor } => {
                let passed = after.0.saturating_sub(anchor.0).max(0);
                let n = passed.checked_div(*ms)?.checked_add(1)?;
                Some(Timestamp(anchor.0.checked_add(n.checked_mul(*ms)?)?))
            }
            Rule::Cron(cron, zone) => {
                // Whole seconds: expressions know no smaller ones.
                let from = zoned(Timestamp(after.0.div_euclid(1_000) * 1_000), zone)?;
                let next = cron.find_next_occurrence(&from, false).ok()?;
                Some(Timestamp(next.timestamp().as_millisecond()))
            }
        }
    }

    fn is_active(&self, at: Timestamp) -> bool {
        let Some((minutes, zone)) = &self.hours else { return true };
        let minute = zoned(at, zone).map(|time| {
            let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
            u32::from(hour) * 60 + u32::from(minute)
        });
        minute.is_some_and(|minute| ActiveHours::holds(*minutes, minute))
    }
}

/// When a job is due, in English words.
#[must_use]
pub fn words(when: &When) -> String {
    match when {
        When::Cron(CronTime { expression, time_zone }) => match cron(expression) {
            Ok(cron) => {
                let words = cron.describe();
                format!("{} ({time_zone})", words.trim_end_matches('.'))
            }
            Err(_) => format!("{expression} ({time_zone})"),
        },
        When::Every { ms } => {
            let minutes = ms / 60_000;
            let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
            let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
            let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}"));
            format!("Every {}", parts.collect::<Vec<_>>().join(" "))
        }
        When::At { at } => match jiff::Timestamp::from_millisecond(at.0) {
            Ok(at) => format!("Once at {at}"),
            Err(_) => "Once".to_owned(),
        },
    }
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()))
}

fn cron(expression: &str) -> Result<Cron, Failure> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(expression).map_err(|error| {
        let text = error.to_string();
        let text = text.trim_end_matches('.');
        Failure::invalid(format!("`{}` is no cron expression: {text}", expression.escape_debug()))
            .hint(
                "write five fields: minute, hour, day of the month, month, day of the week, such \
                 as `0 9 * * MON-FRI`; or @hourly, @daily, @weekly, @monthly",
            )
    })
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::invalid(format!("there is no time zone `{}`", name.escape_debug()))
            .hint("write an IANA name, such as Europe/Berlin or UTC")
    })
}

fn hours(hours: &ActiveHours) -> Result<((u32, u32), TimeZone), Failure> {
    Ok((hours.minutes()?, zone(&hours.time_zone)?))
}

#[cfg(test)]
mod tests;
