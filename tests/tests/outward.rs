//! Messages outward: a person's own words go through the pipeline to an adapter, and no agent has
//! a part in it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::{ClientError, call};
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::pipeline::Stage;
use nexus_domain::request::{RequestStatus, StageOutcome};
use nexus_protocol::message::SendParams;
use nexus_protocol::{ErrorCode, Method};
use nexus_tests::{Act, DaemonProcess, FakeModel, Rpc, Talk, TestHome, echo};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
/// Pause between two looks whether the adapter is there.
const LOOK: Duration = Duration::from_millis(20);
/// Most looks. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 1_500;

async fn stage() -> Result<(FakeModel, TestHome, DaemonProcess)> {
    let model = FakeModel::openai(|_| Act::Say("Nobody asked me.".to_owned())).await?;
    let home = echo::home(&model, ECHO, "")?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    Ok((model, home, daemon))
}

fn to(conversation: &str, message: &str, key: &str) -> SendParams {
    SendParams {
        to: conversation.to_owned(),
        message: message.to_owned(),
        adapter: Some("echo".to_owned()),
        thread_id: None,
        reply_to_id: Some("earlier".to_owned()),
        idempotency_key: key.to_owned(),
    }
}

/// Sends once the adapter is there.
async fn sent(talk: &Talk, params: SendParams) -> Result<nexus_protocol::message::SendResult> {
    let is_early = |error: &ClientError| {
        let early = [ErrorCode::Unavailable, ErrorCode::NotFound];
        error.wire().is_some_and(|wire| early.contains(&wire.code))
    };
    for _ in 0..LOOKS_MAX {
        match talk.client().request::<call::MessagesSend>(params.clone()).await {
            Err(error) if is_early(&error) => tokio::time::sleep(LOOK).await,
            answered => return Ok(answered?),
        }
    }
    bail!("the adapter never came")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_out_once_with_its_trace_and_without_an_agent() -> Result<()> {
    let (model, home, mut daemon) = stage().await?;
    let talk = Talk::with(&daemon).await?;
    let first = sent(&talk, to("chat:42", "On my way.", "k1")).await?;
    ensure!(!first.is_duplicate && first.delivery.adapter == "echo/main", "{first:?}");
    talk.until("adapter.out.sent", |_| true).await?;
    let lines = echo::sent(&home)?;
    ensure!(lines.len() == 1 && lines[0]["text"] == "On my way.", "{lines:?}");
    ensure!(lines[0]["to"] == "chat:42" && lines[0]["reply_to_id"] == "earlier", "{lines:?}");

    let shown = talk.ended(first.request_id).await?;
    let request = &shown.request;
    ensure!(request.status == RequestStatus::Completed && request.turn_id.is_none(), "{request:?}");
    let outcomes: Vec<_> = request.stages.iter().map(|s| (s.stage, s.outcome)).collect();
    let skipped = [Stage::RunAutomations, Stage::AssembleContext, Stage::RunAgent];
    let expected: Vec<_> = Stage::ALL
        .into_iter()
        .map(|stage| match skipped.contains(&stage) {
            true => (stage, StageOutcome::Skipped),
            false => (stage, StageOutcome::Passed),
        })
        .collect();
    ensure!(outcomes == expected, "{outcomes:?}");
    ensure!(model.seen().is_empty(), "a model was asked");

    let again = sent(&talk, to("chat:42", "On my way.", "k1")).await?;
    ensure!(again.is_duplicate && again.delivery.id == first.delivery.id, "{again:?}");
    ensure!(again.delivery.state == DeliveryStatus::Sent, "{again:?}");
    daemon.stop()?;
    daemon.died().await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    let later = sent(&talk, to("chat:42", "On my way.", "k1")).await?;
    ensure!(later.is_duplicate && later.request_id == first.request_id, "{later:?}");
    let other = talk.client().request::<call::MessagesSend>(to("chat:43", "On my way.", "k1"));
    let other = other.await.err().context("one key sent two messages")?;
    ensure!(other.wire().is_some_and(|wire| wire.code == ErrorCode::InvalidRequest), "{other}");
    ensure!(echo::sent(&home)?.len() == 1, "it was sent again");

    let audit =
        talk.client().call(Method::AclAuditList, json!({ "limit": 100 })).await?.to_string();
    ensure!(audit.contains("message.send") && audit.contains("echo/main chat:42"), "{audit}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_send_is_decided_by_scope_and_policy() -> Result<()> {
    let (_model, home, daemon) = stage().await?;
    let talk = Talk::with(&daemon).await?;
    sent(&talk, to("chat:1", "Ready?", "warm")).await?;
    let key = async |scopes: &[&str]| -> Result<Rpc> {
        let params = json!({ "label": "k", "scopes": scopes, "idempotencyKey": scopes.join("") });
        let made = talk.client().call(Method::KeysCreate, params).await?;
        let value = made["value"].as_str().context("no key")?.to_owned();
        Ok(Rpc::with(&daemon, &value))
    };
    let params = json!({ "to": "chat:42", "message": "Hi", "idempotencyKey": "k" });
    let talker = key(&["session.write"]).await?;
    let refused = talker.error("/rpc", "messages.send", params.clone()).await?;
    ensure!(refused["code"] == -32003, "a key that may talk sent a message: {refused}");
    let sender = key(&["message.send"]).await?;
    let taken: Value = sender.result("/rpc", "send", params.clone()).await?;
    ensure!(taken["delivery"]["to"] == "chat:42", "{taken}");

    let policies = home.path().join("state/acl");
    std::fs::create_dir_all(&policies)?;
    std::fs::write(
        policies.join("quiet.cedar"),
        "@id(\"quiet\") @reason(\"nothing goes to chat:13\")\n\
         forbid (principal, action == Action::\"deliver\", resource)\n\
         when { context.target == \"chat:13\" };\n",
    )?;
    talk.client().call(Method::RuntimeReload, json!({ "idempotencyKey": "reload" })).await?;
    let refused = talk.client().request::<call::MessagesSend>(to("chat:13", "Hi", "k13")).await;
    let refused = refused.err().context("it was sent although a policy forbids it")?;
    ensure!(refused.to_string().contains("nothing goes to chat:13"), "{refused}");
    let unknown = SendParams { adapter: Some("pigeon".to_owned()), ..to("x", "Hi", "k14") };
    let unknown = talk.client().request::<call::MessagesSend>(unknown).await;
    ensure!(
        unknown.is_err_and(|error| error.wire().is_some_and(|w| w.code == ErrorCode::NotFound))
    );
    Ok(())
}
