//! What is said about a job on the command line.

use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nexus_domain::Timestamp;
use nexus_domain::id::AgentId;
use nexus_domain::schedule::{ActiveHours, CronTime, JobSession, JobSpec, MissedPolicy, When};

use super::agent;
use crate::command::acl::grants::duration;
use crate::failure::{CliError, Result};

/// What a job is to do, and when.
#[derive(Debug, Args)]
pub(crate) struct Said {
    #[command(flatten)]
    when: WhenArgs,
    /// The time zone of `--cron` and of active hours, such as Europe/Berlin; that of this machine
    /// when left out
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What the agent is told
    #[arg(long)]
    prompt: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// The agent
    #[arg(long, value_parser = agent)]
    agent: Option<AgentId>,
    /// The conversation: main, own or isolated
    #[arg(long, value_parser = session)]
    session: Option<JobSession>,
    /// Where the reply goes, such as telegram:42; '' for nowhere
    #[arg(long, value_name = "CHANNEL:CONVERSATION")]
    deliver: Option<String>,
    /// What becomes of missed runs: skip, once or catch_up
    #[arg(long, value_name = "POLICY", value_parser = missed)]
    missed: Option<MissedPolicy>,
    #[command(flatten)]
    hours: Hours,
    /// Come up to so much later, by chance; 0m for never
    #[arg(long, value_name = "TIME", value_parser = jitter)]
    jitter: Option<u64>,
    /// Not due any more from this moment on
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    until: Option<Timestamp>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct WhenArgs {
    /// By a cron expression: minute, hour, day, month, weekday; or @daily and such
    #[arg(long, value_name = "EXPRESSION")]
    cron: Option<String>,
    /// Again and again, such as 30m, 2h or 1d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    every: Option<u64>,
    /// Once, such as '2026-12-01 06:00' where you are, or an RFC 3339 time
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Timestamp>,
}

/// Hours of the day.
#[derive(Debug, Args)]
pub(crate) struct Hours {
    /// Only from this time of day on, such as 08:00
    #[arg(long, value_name = "HH:MM", requires = "to")]
    from: Option<String>,
    /// Only until before this time of day
    #[arg(long, value_name = "HH:MM", requires = "from")]
    to: Option<String>,
    /// At any hour
    #[arg(long, conflicts_with_all = ["from", "to"])]
    any_hour: bool,
}

impl Hours {
    pub(super) fn says_nothing(&self) -> bool {
        self.from.is_none() && !self.any_hour
    }

    /// The hours from now on, in the zone of this machine unless they had one.
    pub(super) fn onto(self, earlier: Option<ActiveHours>) -> Result<Option<ActiveHours>> {
        self.in_zone(earlier, None)
    }

    fn in_zone(
        self,
        earlier: Option<ActiveHours>,
        zone: Option<&str>,
    ) -> Result<Option<ActiveHours>> {
        match (self.from, self.to) {
            (Some(from), Some(to)) => {
                let own = earlier.map(|hours| hours.time_zone);
                let time_zone = match zone.map(str::to_owned).or(own) {
                    Some(zone) => zone,
                    None => here()?,
                };
                Ok(Some(ActiveHours { from, to, time_zone }))
            }
            _ => Ok(earlier.filter(|_| !self.any_hour)),
        }
    }
}

impl Said {
    /// A new job.
    pub(super) fn new_job(self, name: String) -> Result<JobSpec> {
        if self.when.cron.is_none() && self.when.every.is_none() && self.when.at.is_none() {
            return Err(CliError::usage("say when: --cron, --every or --at")
                .fix("nexus schedule add --help"));
        }
        if self.prompt.as_ref().is_none_or(|text| text.trim().is_empty()) {
            return Err(CliError::usage("say what the agent is told: --prompt TEXT")
                .fix("nexus schedule add --help"));
        }
        let main = AgentId::parse("main").map_err(|failure| CliError::usage(failure.message))?;
        let blank = JobSpec {
            name,
            description: String::new(),
            agent_id: main,
            session: JobSession::Own,
            when: When::Every { ms: 0 },
            prompt: String::new(),
            deliver_to: None,
            missed: MissedPolicy::Once,
            active_hours: None,
            jitter_ms: 0,
            ends_at: None,
        };
        self.onto(blank)
    }

    /// What is said, in the place of what was said before.
    pub(super) fn onto(self, mut job: JobSpec) -> Result<JobSpec> {
        let zone = self.zone;
        if let Some(expression) = self.when.cron {
            let earlier = match &job.when {
                When::Cron(cron) => Some(cron.time_zone.clone()),
                _ => None,
            };
            let time_zone = match zone.clone().or(earlier) {
                Some(zone) => zone,
                None => here()?,
            };
            job.when = When::Cron(CronTime { expression, time_zone });
        } else if let (Some(zone), When::Cron(cron)) = (&zone, &mut job.when) {
            cron.time_zone.clone_from(zone);
        }
        if let Some(ms) = self.when.every {
            job.when = When::Every { ms };
        }
        if let Some(at) = self.when.at {
            job.when = When::At { at };
        }
        job.active_hours = self.hours.in_zone(job.active_hours, zone.as_deref())?;
        job.prompt = self.prompt.unwrap_or(job.prompt);
        job.description = self.description.unwrap_or(job.description);
        job.agent_id = self.agent.unwrap_or(job.agent_id);
        job.session = self.session.unwrap_or(job.session);
        job.missed = self.missed.unwrap_or(job.missed);
        job.jitter_ms = self.jitter.unwrap_or(job.jitter_ms);
        job.ends_at = self.until.or(job.ends_at);
        if let Some(to) = self.deliver {
            job.deliver_to = Some(to).filter(|to| !to.is_empty());
        }
        Ok(job)
    }
}

/// The time zone of this machine.
fn here() -> Result<String> {
    let zone = TimeZone::system();
    zone.iana_name().map(str::to_owned).ok_or_else(|| {
        CliError::usage("the time zone of this machine has no name; say it: --zone Europe/Berlin")
    })
}

pub(super) fn session(text: &str) -> std::result::Result<JobSession, String> {
    Ok(match text {
        "main" => JobSession::Main,
        "own" => JobSession::Own,
        "isolated" => JobSession::Isolated,
        _ => return Err("write main, own or isolated".to_owned()),
    })
}

fn missed(text: &str) -> std::result::Result<MissedPolicy, String> {
    Ok(match text {
        "skip" => MissedPolicy::Skip,
        "once" => MissedPolicy::Once,
        "catch_up" | "catch-up" => MissedPolicy::CatchUp,
        _ => return Err("write skip, once or catch_up".to_owned()),
    })
}

fn jitter(text: &str) -> std::result::Result<u64, String> {
    match text {
        "0" | "0m" => Ok(0),
        text => duration(text),
    }
}

fn moment(text: &str) -> std::result::Result<Timestamp, String> {
    let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let time: DateTime = text.parse().ok()?;
        Some(time.to_zoned(TimeZone::system()).ok()?.timestamp())
    });
    let wrong = || format!("`{text}` is no moment; write '2026-12-01 06:00' or an RFC 3339 time");
    instant.map(|at| Timestamp(at.as_millisecond())).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_instants_or_times_here() {
        assert_eq!(moment("2026-12-01T06:00:00Z"), Ok(Timestamp(1_796_104_800_000)));
        assert!(moment("2026-12-01 06:00").is_ok());
        assert!(moment("tomorrow").is_err());
    }

    #[test]
    fn words_are_those_of_the_wire() {
        for (word, session) in
            [("main", self::session("main")), ("isolated", self::session("isolated"))]
        {
            assert_eq!(serde_json::to_value(session.unwrap()).unwrap(), word);
        }
        for word in ["skip", "once", "catch_up"] {
            assert_eq!(serde_json::to_value(missed(word).unwrap()).unwrap(), word);
        }
        assert!(session("there").is_err() && missed("never").is_err());
        assert_eq!(jitter("0m"), Ok(0));
    }
}
