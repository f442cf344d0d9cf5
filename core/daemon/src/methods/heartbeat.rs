//! Heartbeats of agents.

use std::sync::Arc;

use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, JobId};
use nexus_domain::schedule::{
    Job, JobChange, JobKind, JobSession, JobSpec, MissedPolicy, SCHEDULE_CHANNEL, When,
};
use nexus_iam::Permit;
use nexus_protocol::heartbeat::{GetParams, HeartbeatResult, NoteParams, NoteResult, SetParams};

use super::person;
use super::schedule::{check_own, keep, planned, shown};
use crate::context::Context;
use crate::schedule::note::{self, Wanted};

/// How often a heartbeat beats unless it is said, in milliseconds.
const EVERY_MS_DEFAULT: u64 = 30 * 60 * 1_000;

/// Shows the heartbeat of an agent.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<HeartbeatResult, Failure> {
    let agent_id = agent(context, params.agent_id)?;
    standing(context, agent_id).await
}

/// Gives an agent a heartbeat, changes it or turns it off.
pub async fn set(
    context: &Arc<Context>,
    permit: Permit,
    params: SetParams,
) -> Result<HeartbeatResult, Failure> {
    let by = person(&permit, "give agents a heartbeat")?;
    let agent_id = agent(context, params.agent_id.clone())?;
    let wanted = agent_id.clone();
    let known = context.ledger.read(move |r| r.schedule().heartbeat(&wanted)).await?;
    let now = context.clock.now();
    let (job, change) = match known {
        Some(job) => {
            check_own(&job, &by)?;
            (job, JobChange::Updated)
        }
        None => {
            let id = JobId::from_parts(now, context.clock.entropy());
            let job = Job {
                id,
                kind: JobKind::Heartbeat,
                spec: JobSpec {
                    name: format!("heartbeat of {agent_id}").chars().take(80).collect(),
                    description: String::new(),
                    agent_id: agent_id.clone(),
                    session: JobSession::Own,
                    when: When::Every { ms: EVERY_MS_DEFAULT },
                    prompt: String::new(),
                    deliver_to: None,
                    missed: MissedPolicy::Skip,
                    active_hours: None,
                    jitter_ms: 0,
                    ends_at: None,
                },
                maker: by.clone(),
                is_enabled: true,
                due_at: None,
                run_at: None,
                anchor_at: now,
                created_at: now,
                updated_at: now,
            };
            (job, JobChange::Created)
        }
    };
    let job = changed(job, params);
    let anchor_at = if job.is_enabled && job.due_at.is_none() { now } else { job.anchor_at };
    let job = planned(context, Job { anchor_at, updated_at: now, ..job }, now)?;
    keep(context, job, (change, by)).await?;
    standing(context, agent_id).await
}

/// A heartbeat with what was said about it. One that beats at another pace counts from now on.
fn changed(mut job: Job, params: SetParams) -> Job {
    let SetParams { every_ms, prompt, session, active_hours, deliver_to, .. } = params;
    let spec = &mut job.spec;
    if let Some(when) = every_ms.map(|ms| When::Every { ms }).filter(|when| *when != spec.when) {
        spec.when = when;
        job.due_at = None;
    }
    spec.prompt = prompt.unwrap_or_else(|| std::mem::take(&mut spec.prompt));
    spec.session = session.unwrap_or(spec.session);
    spec.active_hours =
        active_hours.or(spec.active_hours.take().filter(|_| !params.is_at_any_hour));
    if let Some(to) = deliver_to {
        spec.deliver_to = Some(to).filter(|to| !to.is_empty());
    }
    job.is_enabled = params.is_on;
    job
}

/// Has a text wait for the next heartbeat.
pub async fn note(
    context: &Arc<Context>,
    permit: Permit,
    params: NoteParams,
) -> Result<NoteResult, Failure> {
    let by = person(&permit, "leave a text for a heartbeat")?;
    let agent_id = agent(context, params.agent_id)?;
    let arrival = Arrival {
        event_id: format!("note:{by}:{}", params.idempotency_key),
        timestamp: context.clock.now(),
        content: params.text,
        content_type: ContentType::Text,
        channel: SCHEDULE_CHANNEL.to_owned(),
        account_id: "local".to_owned(),
        sender_id: by.to_string(),
        peer_id: agent_id.to_string(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    };
    let session_key = context.agents.book().session_key(&agent_id)?;
    let wanted = Wanted {
        agent_id: agent_id.clone(),
        by,
        arrival,
        session_key,
        reply_to: None,
        instructions: None,
    };
    let kept = note::keep(context, wanted).await?;
    Ok(NoteResult { agent_id, is_duplicate: kept.is_duplicate })
}

fn agent(context: &Context, wanted: Option<AgentId>) -> Result<AgentId, Failure> {
    let book = context.agents.book();
    match wanted {
        Some(id) => book.find(&id).map(|agent| agent.id().clone()),
        None => book
            .default_agent()
            .map(|agent| agent.id().clone())
            .ok_or_else(|| Failure::internal("no agent is configured")),
    }
}

async fn standing(context: &Context, agent_id: AgentId) -> Result<HeartbeatResult, Failure> {
    let id = agent_id.clone();
    let read = context
        .ledger
        .read(move |r| Ok((r.schedule().heartbeat(&id)?, r.schedule().notes(&id)?.len())));
    let (heartbeat, n_waiting) = read.await?;
    let heartbeat = match heartbeat {
        Some(job) => Some(shown(context, job).await?.job),
        None => None,
    };
    let n_waiting = u32::try_from(n_waiting).unwrap_or(u32::MAX);
    Ok(HeartbeatResult { agent_id, heartbeat, n_waiting })
}
