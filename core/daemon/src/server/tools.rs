//! `POST /tools/invoke`: one tool call by HTTP, over the rows `tools.invoke` and `tools.check`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{Response, StatusCode};
use nexus_domain::Failure;
use nexus_domain::request::RequestStatus;
use nexus_protocol::parse;
use nexus_protocol::tool::{CheckParams, Invocation, InvokeParams, InvokeResult, Invoked};
use serde_json::json;

use super::door::Shared;
use super::make::{self, fresh_key};
use super::{Peer, answer, rpc};
use crate::authorize::Caller;
use crate::dispatch::{Answer, Call};
use crate::engine;
use crate::methods::tool::summarize;

/// Most bytes of a body.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Where this is served, for the audit.
const SURFACE: &str = "/tools/invoke";
/// The argument that an `action` beside the arguments stands for.
const ACTION: &str = "action";

/// `POST /tools/invoke`.
pub(super) async fn invoke(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let caller = match shared.known(&head.headers, &peer, SURFACE).await {
        Ok(caller) => Arc::new(caller),
        Err(failure) => return answer::failure(&failure),
    };
    if !rpc::is_json(&head.headers) {
        let failure =
            Failure::invalid("the body must be JSON").hint("send `Content-Type: application/json`");
        return answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &failure);
    }
    let bytes = match rpc::read(&shared, body, BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err((status, why)) => return answer::error(status, &Failure::invalid(why)),
    };
    match read(&bytes) {
        Ok(invocation) if invocation.dry_run => check(&shared, caller, invocation).await,
        Ok(invocation) => make_call(&shared, caller, invocation).await,
        Err(failure) => Err(failure),
    }
    .unwrap_or_else(|failure| answer::failure(&failure))
}

pub(super) fn read(bytes: &[u8]) -> Result<Invocation, Failure> {
    let value = serde_json::from_slice(bytes)
        .map_err(|error| Failure::invalid(format!("the body is not JSON: {error}")))?;
    let invocation: Invocation = parse::input(value)?;
    with_action(invocation)
}

/// Some tools do several things, and say which by an argument `action`.
fn with_action(mut invocation: Invocation) -> Result<Invocation, Failure> {
    let Some(action) = invocation.action.take() else { return Ok(invocation) };
    match invocation.args.insert(ACTION.to_owned(), action.as_str().into()) {
        Some(other) if other != action.as_str() => {
            Err(Failure::invalid("`action` and `args.action` differ").hint("send one of them"))
        }
        _ => Ok(invocation),
    }
}

async fn check(
    shared: &Arc<Shared>,
    caller: Arc<Caller>,
    invocation: Invocation,
) -> Result<Response<Body>, Failure> {
    let Invocation { tool, args, session_key, agent_id, .. } = invocation;
    let call = Call::ToolsCheck(CheckParams { tool, args, session_key, agent_id });
    let Answer::Once(text) = make::make(Arc::clone(shared), caller, call).await? else {
        return Err(Failure::internal("a query was answered as a stream"));
    };
    let foreseen = serde_json::from_str(&text).map_err(Failure::internal)?;
    let body = Invoked { ok: true, result: None, dry_run: Some(foreseen) };
    Ok(answer::json(StatusCode::OK, &body))
}

/// Makes the call and waits until it has ended, or until a person is asked: that may take hours,
/// and no connection stays open for it.
async fn make_call(
    shared: &Arc<Shared>,
    caller: Arc<Caller>,
    invocation: Invocation,
) -> Result<Response<Body>, Failure> {
    let Invocation { tool, args, session_key, agent_id, idempotency_key, .. } = invocation;
    let idempotency_key = idempotency_key.unwrap_or_else(|| fresh_key(shared));
    let params = InvokeParams {
        tool,
        args,
        session_key,
        agent_id,
        idempotency_key: idempotency_key.clone(),
    };
    let call = Call::ToolsInvoke(params);
    let Answer::Twice(first, _) = make::make(Arc::clone(shared), caller, call).await? else {
        return Err(Failure::internal("a stream was answered once"));
    };
    let first: InvokeResult = serde_json::from_str(&first).map_err(Failure::internal)?;
    let context = &shared.context;
    let request = engine::ended_or_parked(context, first.run_id).await?;
    let is_parked = request.status == RequestStatus::Parked;
    let result = summarize(context, request, first).await?;
    if is_parked {
        return Ok(answer::failure(&asked(&result, &idempotency_key)));
    }
    if result.is_refused {
        let why = result.content.clone().unwrap_or_default();
        let details = json!({ "runId": result.run_id, "permissionId": result.permission_id });
        return Ok(answer::failure(&Failure::denied(why).details(details)));
    }
    let ok = result.ok.unwrap_or_default();
    let body = Invoked { ok, result: Some(result), dry_run: None };
    Ok(answer::json(StatusCode::OK, &body))
}

/// What a caller hears when a person has to decide first.
fn asked(result: &InvokeResult, idempotency_key: &str) -> Failure {
    let details = json!({
        "runId": result.run_id,
        "permissionId": result.permission_id,
        "idempotencyKey": idempotency_key,
    });
    Failure::denied("a person has to allow this first, and is asked")
        .hint(
            "once it is allowed it is done by itself; send the same again with this \
             `idempotencyKey` to learn what came of it",
        )
        .details(details)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_action_is_an_argument() {
        let invocation = read(br#"{"tool":"t","action":"list","args":{"x":1}}"#).unwrap();
        assert_eq!(Value::Object(invocation.args), json!({ "x": 1, "action": "list" }));
        let failure = read(br#"{"tool":"t","action":"a","args":{"action":"b"}}"#).unwrap_err();
        assert!(failure.message.contains("differ"), "{failure}");
    }

    #[test]
    fn what_does_not_fit_has_a_path() {
        for (body, path) in [
            (r#"{"tool":""}"#, "params.tool"),
            (r#"{"tool":"t","args":[]}"#, "params.args"),
            (r#"{"tool":"t","dryRun":1}"#, "params.dryRun"),
            (r#"{"tool":"t","sessionKey":"a b"}"#, "params.sessionKey"),
        ] {
            let failure = read(body.as_bytes()).unwrap_err();
            assert!(failure.message.contains(path), "{body}: {failure}");
        }
        assert!(read(b"{").is_err());
    }
}
