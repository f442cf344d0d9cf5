//! A run that uses up its limits ends, and says which limit it was.

use anyhow::{Result, ensure};
use nexus_client::call;
use nexus_domain::agent::StopReason;
use nexus_domain::id::SessionKey;
use nexus_domain::message::Message;
use nexus_domain::request::RequestStatus;
use nexus_protocol::agent::RunParams;
use nexus_protocol::{request, session};
use nexus_tests::{Act, DaemonProcess, FakeModel, TestHome};
use serde_json::json;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_never_ends_is_ended_with_a_sentence() -> Result<()> {
    let model = FakeModel::openai(|_| Act::Call(vec![("time".to_owned(), json!({}))])).await?;
    let config = model.config().replace("[agents.main]\n", "[agents.main]\nsteps_max = 3\n");
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let client = daemon.client().await?;
    let params = RunParams {
        message: "What time is it?".to_owned(),
        session_key: None,
        agent_id: None,
        queue_mode: None,
        steps_max: None,
        tier: None,
        idempotency_key: "1".to_owned(),
    };
    let done = client.agent(&params).await?.finished().await?;
    ensure!(done.request_status == Some(RequestStatus::Completed), "{done:?}");
    let params = request::GetParams { id: done.run_id.to_string() };
    let turn = client.request::<call::RequestsGet>(params).await?.turn;
    ensure!(turn.and_then(|turn| turn.stop_reason) == Some(StopReason::Limit), "no limit");
    ensure!(model.seen().len() == 3, "the model was called {} times", model.seen().len());
    let key = SessionKey::parse("main")?;
    let params =
        session::HistoryParams { key, limit: None, before: None, offset: None, turn_id: None };
    let messages = client.request::<call::SessionsHistory>(params).await?.messages;
    let last = messages.last().map(Message::text).unwrap_or_default();
    ensure!(last.contains("steps_max"), "the last word is {last:?}");
    Ok(())
}
