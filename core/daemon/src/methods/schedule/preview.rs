//! What a job would do: its next times, and what access control would say.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::failure::Failure;
use nexus_domain::id::JobId;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Chain;
use nexus_domain::request::ReplyTarget;
use nexus_domain::schedule::{JobKind, JobSpec, SCHEDULE_CHANNEL};
use nexus_iam::{Action, Effect, Facts, Permit, Query, canonical_action_in};
use nexus_protocol::schedule::{Foreseen, PREVIEW_TIMES, PreviewParams, PreviewResult};
use nexus_protocol::tool::CheckVerdict;

use super::{check, find, view};
use crate::context::Context;
use crate::methods::person;
use crate::methods::policy::effect_of;
use crate::place::resolved;
use crate::schedule::calendar::Calendar;

/// Says when a job would run and what it would need.
pub async fn preview(
    context: &Arc<Context>,
    permit: Permit,
    params: PreviewParams,
) -> Result<PreviewResult, Failure> {
    let by = person(&permit, "schedule jobs")?;
    let now = context.clock.now();
    let known = match &params.id {
        Some(id) => Some(find(context, id).await?),
        None => None,
    };
    let kind = known.as_ref().map_or(JobKind::Job, |job| job.kind);
    check(context, &params.job, kind)?;
    let (maker, id) = match &known {
        Some(job) => (job.maker.clone(), job.id),
        None => (by, JobId::from_parts(now, context.clock.entropy())),
    };
    let is_same_time = known.as_ref().is_some_and(|job| job.spec.when == params.job.when);
    let anchor = known.as_ref().filter(|_| is_same_time).map_or(now, |job| job.anchor_at);
    let calendar = Calendar::new(&params.job, anchor)?;
    let count = usize::try_from(params.count.unwrap_or(PREVIEW_TIMES)).unwrap_or(usize::MAX);
    let times = std::iter::successors(calendar.next_after(now), |at| calendar.next_after(*at));
    let chain = Chain::of(maker).by_job(&id);
    Ok(PreviewResult {
        timing: view::timing(&params.job),
        times: times.take(count).collect(),
        foreseen: foreseen(context, chain, &params.job)?,
    })
}

/// What access control says about the run, each tool of its agent in a usual call, and the reply.
fn foreseen(context: &Context, start: Chain, spec: &JobSpec) -> Result<Vec<Foreseen>, Failure> {
    let book = context.agents.book();
    let agent = book.find(&spec.agent_id)?;
    let chain = book.chain_from(start.clone(), agent.id());
    let run = Action::StartRun {
        agent: agent.id().clone(),
        channel: SCHEDULE_CHANNEL.to_owned(),
        peer_kind: PeerKind::Dm,
    };
    let mut all = vec![decided(context, "start", start, run, Facts::default())];
    let folder = resolved(&context.workspace(agent.id())).display().to_string();
    for tool in &agent.spec.tools {
        let Some(effect) = effect_of(tool) else { continue };
        let facts = Facts {
            posture: (effect == ToolEffect::Execute)
                .then(|| context.programs.posture().name().to_owned()),
            ..Facts::default()
        };
        let action = canonical_action_in(
            Some(folder.clone()),
            tool,
            String::new(),
            serde_json::Value::Null,
            targets(tool, effect),
        );
        all.push(decided(context, tool, chain.clone(), Action::UseTool { action, effect }, facts));
    }
    if let Some(to) = &spec.deliver_to {
        let ReplyTarget { channel, peer_id, .. } = ReplyTarget::parse(to)?;
        let facts = Facts { channel: Some(channel.clone()), ..Facts::default() };
        let action = Action::Deliver { channel, target: peer_id };
        all.push(decided(context, "deliver", chain, action, facts));
    }
    Ok(all)
}

fn decided(context: &Context, what: &str, chain: Chain, action: Action, facts: Facts) -> Foreseen {
    let verdict = context.iam.decide(&Query { chain, action, facts });
    Foreseen {
        what: what.to_owned(),
        verdict: match verdict.effect {
            Effect::Allow => CheckVerdict::Allow,
            Effect::Ask => CheckVerdict::Ask,
            Effect::Deny => CheckVerdict::Deny,
        },
        reason: verdict.to_string(),
    }
}

/// What a usual call of a tool touches.
fn targets(tool: &str, effect: ToolEffect) -> Vec<Target> {
    let path = |access| Target::Path { path: "notes.md".to_owned(), access, content: None };
    match (tool, effect) {
        ("time", _) | (_, ToolEffect::Delegate) => Vec::new(),
        ("delete_file", _) => vec![path(PathAccess::Delete)],
        (_, ToolEffect::Read) => vec![path(PathAccess::Read)],
        (_, ToolEffect::Write) => vec![path(PathAccess::Write)],
        (_, ToolEffect::Network) => {
            vec![Target::Host { host: "example.org".to_owned(), port: 443 }]
        }
        (_, ToolEffect::Execute) => vec![Target::Command {
            argv: vec!["ls".to_owned()],
            program: "/usr/bin/ls".to_owned(),
            cwd: ".".to_owned(),
            env: Vec::new(),
            content: None,
            network: false,
        }],
    }
}
