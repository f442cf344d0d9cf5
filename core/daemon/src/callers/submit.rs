//! One run for a caller, into the pipeline.

use std::sync::Arc;

use nexus_domain::arrival::Arrival;
use nexus_domain::brief::Brief;
use nexus_domain::failure::Failure;
use nexus_domain::id::{RequestId, SessionKey};
use nexus_domain::message::Role;
use nexus_domain::pipeline::Wish;
use nexus_domain::request::RunWish;
use nexus_protocol::Method;
use nexus_protocol::caller::{SubmitParams, SubmitResult};
use nexus_supervisor::Origin;

use super::{admit, await_answer, reachable, spool};
use crate::authorize::authorize_method;
use crate::context::Context;
use crate::engine::{self, Submission};
use crate::jobs;

/// The name under which deliveries find the adapter of a call.
pub(super) fn key(origin: &Origin) -> String {
    jobs::adapters::key(&origin.channel, &origin.account_id)
}

/// Takes one run in. Answers once it is on record.
pub(super) async fn submit(
    context: &Arc<Context>,
    origin: &Origin,
    params: SubmitParams,
) -> Result<SubmitResult, Failure> {
    let SubmitParams { caller, event, agent_id, session_key, queue_mode, .. } = params;
    check_origin(origin, &event)?;
    let caller = admit(context, origin, &caller).await?;
    let permit = authorize_method(context, &caller, Method::SessionsSend).await?;
    let Some(invoker) = permit.chain().invoker().cloned() else {
        return Err(Failure::internal("a permit without a principal"));
    };
    let agents = reachable(context, origin, &invoker);
    let agent_id = match agent_id {
        Some(wanted) => {
            agents.into_iter().map(|(id, _)| id).find(|id| *id == wanted).ok_or_else(|| {
                Failure::not_found(format!("there is no agent `{wanted}` for this key"))
            })?
        }
        None => agents.into_iter().map(|(id, _)| id).next().ok_or_else(|| {
            Failure::denied("this key may speak to no agent")
                .hint("make one that may: nexus key create --agent main")
        })?,
    };
    let brought = (params.brief, params.brief_file);
    let brief = spool::brief(context, origin, brought, session_key.is_none()).await?;
    let session_key = match session_key {
        Some(key) => {
            if let Some(brief) = &brief {
                check_answered(context, &key, brief).await?;
            }
            key
        }
        None => alone(context)?,
    };
    let wish = Wish {
        session_key: Some(session_key),
        agent_id: Some(agent_id),
        queue_mode,
        parent: None,
        replays: None,
        run: RunWish { is_streamed: Some(params.is_streamed), ..RunWish::default() },
        brief: brief.map(Arc::new),
    };
    let event_id = event.event_id.clone();
    let submission = Submission { arrival: event, authenticated: Some(invoker), wish };
    let admission = engine::receive_event(context, submission).await?;
    let request_id = admission.request_id;
    if !admission.is_duplicate {
        await_answer(context, origin, request_id, event_id).await;
    }
    Ok(SubmitResult { request_id, is_duplicate: admission.is_duplicate })
}

/// An adapter hands in what came by its own channel and account.
pub(super) fn check_origin(origin: &Origin, event: &Arrival) -> Result<(), Failure> {
    if event.channel == origin.channel && event.account_id == origin.account_id {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "this adapter serves account `{}` of channel `{}` and no other",
        origin.account_id, origin.channel
    )))
}

/// Results belong to calls that the agent made last in the session.
async fn check_answered(context: &Context, key: &SessionKey, brief: &Brief) -> Result<(), Failure> {
    if brief.answered().next().is_none() {
        return Ok(());
    }
    let wanted = key.clone();
    let history = context
        .ledger
        .read(move |r| Ok(r.turns().context(&r.sessions().resolve(&wanted)?)?.messages))
        .await?;
    let spoken = history.iter().rfind(|message| message.role == Role::Assistant);
    let is_made =
        |id: &str| spoken.is_some_and(|message| message.tool_calls().any(|call| call.id == id));
    match brief.answered().find(|id| !is_made(id)) {
        None => Ok(()),
        Some(id) => Err(Failure::invalid(format!(
            "there is a result for `{}`, and the agent made no such call last in `{key}`",
            id.escape_debug()
        ))),
    }
}

/// A session for one run that stands alone.
pub(super) fn alone(context: &Context) -> Result<SessionKey, Failure> {
    let id = RequestId::from_parts(context.clock.now(), context.clock.entropy());
    SessionKey::parse(&format!("{}{id}", nexus_domain::session::ALONE))
}
