//! One delivery, from the bytes that came to the answer its sender gets.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_adapter::{
    Arrival, ContentType, HookParams, HookRefusedParams, HookTestAnswer, HookTestParams, PeerKind,
    RequestId, SubmitResult,
};
use nexus_ingress::{Problem, Wait, Whole, random};
use serde_json::{Map, Value, json};
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::bridge::CHANNEL;
use crate::delivery::{Fate, Wanted, decide};
use crate::error;
use crate::hook::{Hook, Kind};
use crate::payload::Form;
use crate::verify::{Refused, Scheme};

/// What comes, before anybody believes it.
pub(crate) struct Delivery<'a> {
    pub(crate) hook: &'a Hook,
    pub(crate) headers: HeaderMap,
    /// Nobody, for a test of our own.
    pub(crate) remote: Option<IpAddr>,
    /// How long the sender would wait, in seconds.
    pub(crate) wait_s: Option<u64>,
}

/// What the sender is answered.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) request_id: Option<RequestId>,
    /// How long it was allowed to wait.
    pub(crate) waited_s: Option<u64>,
}

impl Taken {
    fn with(status: u16, body: Value) -> Self {
        Self { status, body, request_id: None, waited_s: None }
    }

    /// Says nothing but what the agent said.
    fn silent(self) -> Self {
        match self.body["status"] == "completed" {
            true => self,
            false => Self { status: 200, body: Value::Null, ..self },
        }
    }
}

/// Takes a delivery in. What it holds of the body and its place among the calls is given back
/// before anybody waits.
///
/// # Errors
/// Why it is not taken.
pub(crate) async fn take(
    app: &App,
    delivery: Delivery<'_>,
    whole: Whole,
    place: OwnedSemaphorePermit,
) -> Result<Taken, Problem> {
    let fate = believe(&delivery, &whole.bytes);
    let held = (whole, place);
    let fate = match fate {
        Err(refused) => {
            drop(held);
            return Err(turn_away(app, &delivery, &refused).await);
        }
        Ok(fate) => {
            app.count_hook(delivery.hook)?;
            fate?
        }
    };
    let wanted = match fate {
        Fate::Challenge(answer) => return Ok(Taken::with(200, answer)),
        Fate::Let(why) => {
            let taken = Taken::with(200, json!({ "status": "ignored", "reason": why }));
            return Ok(if is_silent(&delivery) { taken.silent() } else { taken });
        }
        Fate::Run(wanted) => *wanted,
    };
    let is_silent = is_silent(&delivery);
    let wait_s = delivery.wait_s.map(|wanted_s| wanted_s.min(delivery.hook.wait_s_max));
    // Nobody waits for what waits for a heartbeat.
    let wait_s = wait_s.filter(|seconds| *seconds > 0 && !wanted.at_heartbeat);
    let event = arrival(app, &delivery, &wanted);
    let wait = wait_s.map(|_| app.ingress.waiting.wait_for(&event.event_id));
    let params = HookParams {
        hook: delivery.hook.name.clone(),
        event,
        agent_id: wanted.agent,
        session: wanted.session,
        queue_mode: None,
        instructions: delivery.hook.instructions.clone(),
        is_awaited: wait.is_some(),
        at_heartbeat: wanted.at_heartbeat,
    };
    let submitted = app.ingress.daemon.hook_submit(&params).await?;
    drop((held, params));
    let taken = match wait {
        Some(wait) if !submitted.is_duplicate => {
            answered(delivery.hook, submitted, &wait, wait_s.unwrap_or_default()).await?
        }
        _ => accepted(delivery.hook, submitted),
    };
    let taken = if is_silent { taken.silent() } else { taken };
    Ok(Taken { request_id: Some(submitted.request_id), waited_s: wait_s, ..taken })
}

/// Commands and buttons of Slack want 200 and show whoever used them what stands in the answer.
fn is_silent(delivery: &Delivery<'_>) -> bool {
    let form = Form::stated(&delivery.headers);
    delivery.hook.verifier.scheme == Scheme::Slack
        && form.is_ok_and(|form| form == Form::Urlencoded)
}

/// What becomes of a delivery that is believed.
fn believe(delivery: &Delivery<'_>, body: &[u8]) -> Result<Result<Fate, Problem>, Refused> {
    let now_s = nexus_adapter::now().0.div_euclid(1_000);
    let proof = delivery.hook.verifier.check(&delivery.headers, body, now_s)?;
    let form = Form::stated(&delivery.headers);
    let read = form.and_then(|form| form.read(body));
    Ok(read.and_then(|body| decide(delivery.hook, &delivery.headers, body, &proof)))
}

/// Has the daemon note it; whoever is wrong again and again waits longer each time.
async fn turn_away(app: &App, delivery: &Delivery<'_>, refused: &Refused) -> Problem {
    let remote = delivery.remote.map(|remote| remote.to_canonical().to_string());
    let from = remote.clone().unwrap_or_else(|| "a test".to_owned());
    let hook = delivery.hook.name.clone();
    let line = format!("a delivery for hook {hook} from {from} was refused: {refused}");
    app.ingress.daemon.log(&line).await;
    let params = HookRefusedParams { hook, remote };
    // Whether it could be noted or not, the sender is refused.
    if let Err(refusal) = app.ingress.daemon.hook_refused(&params).await {
        let line = format!("a refused delivery could not be noted: {}", refusal.message);
        app.ingress.daemon.log(&line).await;
    }
    error::refused(refused)
}

fn arrival(app: &App, delivery: &Delivery<'_>, wanted: &Wanted) -> Arrival {
    let hook = &delivery.hook.name;
    let id = wanted.id.clone().unwrap_or_else(|| random(""));
    // Two platforms may have the same id for two things.
    let event_id = format!("{hook}:{id}");
    let mut metadata = Map::new();
    metadata.insert("hook".to_owned(), hook.clone().into());
    if !wanted.event.is_empty() {
        metadata.insert("event".to_owned(), wanted.event.clone().into());
    }
    if let Some(remote) = delivery.remote {
        metadata.insert("remote".to_owned(), remote.to_canonical().to_string().into());
    }
    Arrival {
        timestamp: nexus_adapter::now(),
        content: wanted.content.clone(),
        content_type: ContentType::Text,
        channel: CHANNEL.to_owned(),
        account_id: app.ingress.account_id.clone(),
        // Who it really is, the daemon says.
        sender_id: hook.clone(),
        peer_id: event_id.clone(),
        event_id,
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata,
    }
}

fn accepted(hook: &Hook, submitted: SubmitResult) -> Taken {
    let request_id = submitted.request_id;
    if submitted.is_duplicate {
        let body = json!({ "status": "duplicate", "request_id": request_id });
        return Taken::with(200, body);
    }
    let status = if hook.kind == Kind::Wake { 200 } else { 202 };
    Taken::with(status, json!({ "status": "accepted", "request_id": request_id }))
}

/// The result, if it comes in time. The run goes on in any case.
async fn answered(
    hook: &Hook,
    submitted: SubmitResult,
    wait: &Wait,
    wait_s: u64,
) -> Result<Taken, Problem> {
    let limit = Duration::from_secs(wait_s);
    let Ok(answer) = tokio::time::timeout(limit, wait.answer()).await else {
        return Ok(accepted(hook, submitted));
    };
    let answer = answer?;
    if answer.outcome.error.is_some() {
        return Err(Problem::of_run(answer.outcome.error, &answer.text));
    }
    let body = json!({
        "status": "completed",
        "request_id": submitted.request_id,
        "text": answer.text,
        "stop_reason": answer.outcome.stop_reason,
    });
    Ok(Taken::with(200, body))
}

/// Signs a delivery with the secret of its hook, and takes it in like one from outside.
pub(crate) async fn test(app: Arc<App>, params: HookTestParams) -> HookTestAnswer {
    match try_test(&app, params).await {
        Ok(taken) => HookTestAnswer { status: taken.status, body: taken.body.to_string() },
        Err(problem) => HookTestAnswer {
            status: problem.status.as_u16(),
            body: error::body(&problem).to_string(),
        },
    }
}

async fn try_test(app: &App, params: HookTestParams) -> Result<Taken, Problem> {
    let hook = app.hook(&params.hook)?;
    let headers = headers_of(hook, &params)?;
    Form::stated(&headers)?;
    let bytes_max = app.ingress.listen.body_bytes_max;
    if params.body.len() > bytes_max {
        return Err(Problem::too_large(bytes_max));
    }
    let place = app.ingress.place()?;
    let body = params.body.into_bytes().into();
    let whole = nexus_ingress::read(&app.ingress, &headers, body).await?;
    let delivery = Delivery { hook, headers, remote: None, wait_s: params.wait_s };
    take(app, delivery, whole, place).await
}

/// The headers with which the platform of a hook would send.
fn headers_of(hook: &Hook, params: &HookTestParams) -> Result<HeaderMap, Problem> {
    let scheme = hook.verifier.scheme;
    let in_body = matches!(scheme, Scheme::Stripe | Scheme::Slack);
    if in_body && params.id.is_some() {
        return Err(Problem::invalid("id", "id_in_body", "the body says the id of this delivery"));
    }
    let event_header = match scheme {
        Scheme::Github => Some("x-github-event"),
        Scheme::Bearer | Scheme::Header => Some("x-event-type"),
        Scheme::Standard | Scheme::Stripe | Scheme::Slack => None,
    };
    let id = params.id.clone().unwrap_or_else(|| random("test_"));
    let now_s = nexus_adapter::now().0.div_euclid(1_000);
    let mut fields = hook.verifier.prove(&id, params.body.as_bytes(), now_s);
    fields.push((header::CONTENT_TYPE, params.content_type.clone()));
    if !scheme.is_signed() {
        fields.push((HeaderName::from_static("idempotency-key"), id));
    }
    match (&params.event, event_header) {
        (None, _) => {}
        (Some(event), Some(name)) => {
            // GitHub says the action in the body.
            let whole = scheme != Scheme::Github;
            let event = if whole { event } else { event.split('.').next().unwrap_or_default() };
            fields.push((HeaderName::from_static(name), event.to_owned()));
        }
        (Some(_), None) => {
            let message = "the body says the kind of this event";
            return Err(Problem::invalid("event", "event_in_body", message));
        }
    }
    let field = |(name, value): (HeaderName, String)| {
        let value = HeaderValue::from_str(&value).map_err(|_| {
            Problem::request("invalid_value", format!("`{name}` is not plain text"))
        })?;
        Ok((name, value))
    };
    fields.into_iter().map(field).collect()
}
