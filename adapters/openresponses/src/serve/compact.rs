//! `POST /v1/responses/compact`: a conversation as a summary, which only this adapter can read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use nexus_adapter::{Brief, StopReason, ToolChoice};
use nexus_ingress::{Answer, Call, Piece, Problem, Remote, Run};
use serde_json::{Map, Value, json};

use super::foreground::problem;
use super::ready::Context;
use crate::app::App;
use crate::conversation::Conversation;
use crate::outcome::usage;
use crate::request::{self, item};

/// What is asked for.
const WISH: &str = "Write down this whole conversation in short, for whoever goes on with it and \
                    sees nothing else of it: what is wanted and by whom, what was decided and why, \
                    every name, number and fact that may be needed, what has been done, and what \
                    is still to be done. Write the summary and nothing else.";

/// Answers a call.
pub(super) async fn compact(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (head, body) = request.into_parts();
    let caller = nexus_ingress::caller(&head.headers, remote.0)?;
    nexus_ingress::require_json(&head.headers)?;
    let mut body = nexus_ingress::read(&app.ingress, &head.headers, body).await?;
    let wanted = request::read_compact(&body.bytes)?;
    body.bytes = Vec::new();
    let place = app.ingress.place()?;
    let agent_id = nexus_ingress::agent(&head.headers, &wanted.model)?;
    let previous = wanted.previous.as_deref();
    let mut context = Context::gather(&app, &caller, wanted.items, previous, None).await?;
    if context.before.is_empty() && context.sent.is_empty() {
        let message = "there is nothing to compact; send `input` or `previous_response_id`";
        return Err(Problem::invalid("input", "missing_required_parameter", message));
    }
    context.sent.push(item::user(&match &wanted.instructions {
        Some(instructions) => format!("{WISH}\n\n{instructions}"),
        None => WISH.to_owned(),
    }));
    let brief = Brief { tool_choice: ToolChoice::None, ..Brief::default() };
    let Conversation { content, brief, pictures } = context.read(&app, brief, false)?;
    let id = nexus_ingress::random("resp_");
    let call = Call {
        id: id.clone(),
        caller,
        agent_id,
        session_key: None,
        content,
        brief,
        pictures,
        metadata: Map::new(),
        is_streamed: false,
    };
    let run = Run::start(&app.ingress, place, call).await;
    let run = run.map_err(|problem| problem.for_model(&wanted.model))?;
    drop(body);
    let answer = end(&run).await?;
    let sealed = app.seal.close(&context.principal, &answer.text)?;
    Ok(Json(json!({
        "id": id,
        "object": "response.compaction",
        "created_at": App::seconds(),
        "output": [{
            "type": "compaction",
            "id": nexus_ingress::random("cmp_"),
            "encrypted_content": sealed,
        }],
        "usage": usage(&answer.outcome.usage),
    })))
}

async fn end(run: &Run) -> Result<Answer, Problem> {
    loop {
        let piece = run.next().await;
        if let Some(problem) = problem(&piece) {
            return Err(problem);
        }
        let Piece::End(end) = piece else { continue };
        let answer = (*end)?;
        if answer.outcome.stop_reason != StopReason::EndTurn || answer.text.trim().is_empty() {
            return Err(Problem::internal("the model did not bring a whole summary about"));
        }
        return Ok(answer);
    }
}
