//! `nexus schedule`: jobs that agents do by themselves, and heartbeats.

mod change;
mod show;

use clap::{Args, Subcommand};
use nexus_client::{Client, call};
use nexus_domain::id::AgentId;
use nexus_domain::schedule::{ActiveHours, JobSession};
use nexus_protocol::heartbeat;
use nexus_protocol::schedule::{
    CreateParams, GetParams, JobParams, JobView, ListParams, PreviewParams, RunsParams,
    UpdateParams,
};

use super::acl::grants::duration;
use crate::context::Context;
use crate::failure::{Exit, Result};
use crate::output::Sign;

const LIST_EXAMPLES: &str = "\
Examples
  nexus schedule list
  nexus schedule list --agent main --json";
const ADD_EXAMPLES: &str = "\
Examples
  nexus schedule add morning --cron '0 8 * * MON-FRI' --prompt 'What is on today?'
  nexus schedule add inbox --every 30m --from 08:00 --to 20:00 --prompt 'Anything urgent?'
  nexus schedule add flight --at '2026-12-01 06:00' --prompt 'Wake me' --deliver telegram:42
  nexus schedule add tidy --cron @weekly --prompt 'Tidy up' --dry-run";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus schedule show morning
  nexus schedule show @last --json";
const EDIT_EXAMPLES: &str = "\
Examples
  nexus schedule edit morning --cron '30 7 * * MON-FRI'
  nexus schedule edit inbox --missed skip --any-hour";
const RUN_EXAMPLES: &str = "\
Examples
  nexus schedule run morning
  nexus schedule run morning --json";
const PAUSE_EXAMPLES: &str = "\
Examples
  nexus schedule pause inbox
  nexus schedule pause inbox && nexus schedule list";
const RESUME_EXAMPLES: &str = "\
Examples
  nexus schedule resume inbox
  nexus schedule resume @last";
const REMOVE_EXAMPLES: &str = "\
Examples
  nexus schedule remove flight
  nexus schedule remove 01JDQ7";
const HISTORY_EXAMPLES: &str = "\
Examples
  nexus schedule history morning
  nexus schedule history morning -n 200 --json";
const HEARTBEAT_EXAMPLES: &str = "\
Examples
  nexus schedule heartbeat                       how it stands
  nexus schedule heartbeat main --every 30m --from 08:00 --to 22:00
  nexus schedule heartbeat main --prompt 'Look at HEARTBEAT.md and do what is due'
  nexus schedule heartbeat main --off";
const NOTE_EXAMPLES: &str = "\
Examples
  nexus schedule note 'The parcel has come'
  nexus schedule note 'Ask about the invoice' --agent books";

/// Scheduled jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    /// Which there are, the next one due first
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those of one agent
        #[arg(long, value_parser = agent)]
        agent: Option<AgentId>,
    },
    /// Schedule a job; its runs have your rights, at most
    #[command(after_help = ADD_EXAMPLES)]
    Add(Box<Add>),
    /// All about one, with its next times
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Which),
    /// Change one; what is not named stays
    #[command(after_help = EDIT_EXAMPLES)]
    Edit(Box<Edit>),
    /// Have one run now, beside its times
    #[command(after_help = RUN_EXAMPLES)]
    Run(Which),
    /// Keep one from running; what passes meanwhile is not made up for
    #[command(after_help = PAUSE_EXAMPLES)]
    Pause(Which),
    /// Let a paused one run again
    #[command(after_help = RESUME_EXAMPLES)]
    Resume(Which),
    /// Forget one with its history; its requests stay
    #[command(visible_alias = "delete", after_help = REMOVE_EXAMPLES)]
    Remove(Which),
    /// What became of its times, the latest first
    #[command(visible_alias = "runs", after_help = HISTORY_EXAMPLES)]
    History {
        #[command(flatten)]
        which: Which,
        /// At most so many lines; 200 are kept
        #[arg(short = 'n', long, value_name = "N", default_value_t = 20,
              value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// The heartbeat of an agent: shown, set or turned off
    #[command(after_help = HEARTBEAT_EXAMPLES)]
    Heartbeat(Box<Heartbeat>),
    /// Have a text wait for the next heartbeat of an agent
    #[command(after_help = NOTE_EXAMPLES)]
    Note {
        /// What it is to be told
        text: String,
        /// The agent; the first one of nexus.toml when left out
        #[arg(long, value_parser = agent)]
        agent: Option<AgentId>,
    },
}

/// A job.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Its name, its id or the beginning of it, or @last
    pub(crate) job: String,
}

/// A new one.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// A name for people
    name: String,
    /// Only say when it would run, and what it would need approval for
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    said: change::Said,
}

/// Changes.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    which: Which,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    said: change::Said,
}

/// A heartbeat.
#[derive(Debug, Args)]
pub(crate) struct Heartbeat {
    /// The agent; the first one of nexus.toml when left out
    #[arg(value_parser = agent)]
    agent: Option<AgentId>,
    /// How long between two beats, such as 30m or 2h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    every: Option<u64>,
    /// What the agent is told at each beat; with '' it only brings what waits
    #[arg(long)]
    prompt: Option<String>,
    /// The conversation: main, own or isolated
    #[arg(long, value_parser = change::session)]
    session: Option<JobSession>,
    #[command(flatten)]
    hours: change::Hours,
    /// Where replies go, such as telegram:42; '' for nowhere
    #[arg(long, value_name = "CHANNEL:CONVERSATION")]
    deliver: Option<String>,
    /// Turn it off
    #[arg(long)]
    off: bool,
    /// Turn it on
    #[arg(long, conflicts_with = "off")]
    on: bool,
}

impl Heartbeat {
    fn changes_nothing(&self) -> bool {
        self.every.is_none()
            && self.prompt.is_none()
            && self.session.is_none()
            && self.deliver.is_none()
            && self.hours.says_nothing()
            && !self.off
            && !self.on
    }
}

pub(crate) fn agent(text: &str) -> std::result::Result<AgentId, String> {
    AgentId::parse(text).map_err(|failure| failure.message)
}

pub(crate) async fn run(command: Schedule, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match command {
        Schedule::List { agent } => {
            let result =
                client.request::<call::ScheduleList>(ListParams { agent_id: agent }).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => show::list(&result.jobs, output)?,
            }
        }
        Schedule::Add(add) => return made(*add, &client, context).await,
        Schedule::Edit(edit) => {
            let known = find(&client, &edit.which.job).await?;
            let id = known.job.id.to_string();
            let mut job = edit.said.onto(known.job.spec)?;
            job.name = edit.name.unwrap_or(job.name);
            let idempotency_key = context.fresh_key()?;
            let params = UpdateParams { id, job, idempotency_key };
            let job = client.request::<call::ScheduleUpdate>(params).await?.job;
            show::changed(&job, "says something else now", output)?;
        }
        Schedule::Show(which) => {
            let job = find(&client, &which.job).await?;
            match output.is_json() {
                true => output.document(&job)?,
                false => show::details(&job, output)?,
            }
        }
        Schedule::Pause(which) => {
            let params = params(which, context)?;
            let job = client.request::<call::SchedulePause>(params).await?.job;
            show::changed(&job, "does not run until it is resumed", output)?;
        }
        Schedule::Resume(which) => {
            let params = params(which, context)?;
            let job = client.request::<call::ScheduleResume>(params).await?.job;
            show::changed(&job, "runs again", output)?;
        }
        Schedule::Remove(which) => {
            let name = which.job.clone();
            let result = client.request::<call::ScheduleDelete>(params(which, context)?).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => output.line(&format!("{} `{name}` is gone", output.sign(Sign::Good)))?,
            }
        }
        Schedule::Run(which) => {
            let result = client.request::<call::ScheduleRun>(params(which, context)?).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => output.line(&format!(
                    "{} it runs: nexus request show {}",
                    output.sign(Sign::Good),
                    result.request_id
                ))?,
            }
        }
        Schedule::History { which, limit } => {
            let params = RunsParams { id: which.job, limit: Some(limit) };
            let result = client.request::<call::ScheduleRuns>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => show::history(&result.runs, output)?,
            }
        }
        Schedule::Heartbeat(beat) => beats(*beat, &client, context).await?,
        Schedule::Note { text, agent } => {
            let idempotency_key = context.fresh_key()?;
            let params = heartbeat::NoteParams { agent_id: agent, text, idempotency_key };
            let result = client.request::<call::HeartbeatNote>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => output.line(&format!(
                    "{} it waits for the next heartbeat of {}",
                    output.sign(Sign::Good),
                    result.agent_id
                ))?,
            }
        }
    }
    Ok(Exit::Ok)
}

async fn made(add: Add, client: &Client, context: &Context) -> Result<Exit> {
    let job = add.said.new_job(add.name)?;
    let output = &context.output;
    if add.dry_run {
        let params = PreviewParams { job, id: None, count: None };
        let result = client.request::<call::SchedulePreview>(params).await?;
        match output.is_json() {
            true => output.document(&result)?,
            false => show::preview(&result, output)?,
        }
        return Ok(Exit::Ok);
    }
    let params = CreateParams { job, idempotency_key: context.fresh_key()? };
    let job = client.request::<call::ScheduleCreate>(params).await?.job;
    show::changed(&job, "is scheduled", output)?;
    Ok(Exit::Ok)
}

async fn beats(beat: Heartbeat, client: &Client, context: &Context) -> Result<()> {
    let result = if beat.changes_nothing() {
        let params = heartbeat::GetParams { agent_id: beat.agent };
        client.request::<call::HeartbeatGet>(params).await?
    } else {
        let known = client
            .request::<call::HeartbeatGet>(heartbeat::GetParams { agent_id: beat.agent.clone() })
            .await?;
        let earlier = known.heartbeat.as_ref().and_then(|beat| beat.job.spec.active_hours.clone());
        let active_hours: Option<ActiveHours> = beat.hours.onto(earlier)?;
        let params = heartbeat::SetParams {
            agent_id: beat.agent,
            is_on: !beat.off,
            every_ms: beat.every,
            prompt: beat.prompt,
            session: beat.session,
            is_at_any_hour: active_hours.is_none(),
            active_hours,
            deliver_to: beat.deliver,
            idempotency_key: context.fresh_key()?,
        };
        client.request::<call::HeartbeatSet>(params).await?
    };
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show::heartbeat(&result, &context.output)?,
    }
    Ok(())
}

async fn find(client: &Client, job: &str) -> Result<JobView> {
    let params = GetParams { id: job.to_owned() };
    Ok(client.request::<call::ScheduleGet>(params).await?.job)
}

fn params(which: Which, context: &Context) -> Result<JobParams> {
    Ok(JobParams { id: which.job, idempotency_key: context.fresh_key()? })
}
