//! Asks the running daemon, or without one `nexusd` itself: the same methods by the same code.

use nexus_client::{Call, ClientError, Discovery};
use nexus_protocol::WireError;
use serde_json::Value;

use crate::command::db;
use crate::context::Context;
use crate::failure::{CliError, Result};

/// An answer, and whether a daemon gave it.
pub(super) struct Answer<T> {
    pub(super) result: T,
    pub(super) is_running: bool,
}

/// Calls a method of the configuration.
pub(super) async fn ask<C: Call>(
    params: C::Params,
    context: &Context,
) -> Result<Answer<C::Result>> {
    let is_running = context.remote.is_some()
        || matches!(Discovery::find(&context.home).await, Discovery::Running(_));
    if is_running {
        let client = context.connect().await?;
        let answer = client.request::<C>(params).await;
        let result = answer.map_err(|error| match error {
            ClientError::Answered(wire) => refused(wire),
            other => other.into(),
        })?;
        return Ok(Answer { result, is_running: true });
    }
    let unreadable =
        |e: serde_json::Error| CliError::failed(format!("nexusd answered something else: {e}"));
    let params = serde_json::to_string(&params).map_err(unreadable)?;
    let answer = context.nexusd()?.ask_with(&["config", C::METHOD.name()], &params)?;
    if let Ok(wire) = serde_json::from_value::<WireError>(answer.document["error"].clone()) {
        return Err(refused(wire));
    }
    let result = serde_json::from_value(db::document(answer)?).map_err(unreadable)?;
    Ok(Answer { result, is_running: false })
}

/// A refusal with one finding a line.
fn refused(wire: WireError) -> CliError {
    let findings = wire.details.as_ref().and_then(|details| details["findings"].as_array());
    let Some(findings) = findings else { return wire.into() };
    let lines: Vec<_> = findings.iter().filter_map(Value::as_str).collect();
    let mut error = CliError::usage("the configuration would not be valid, and stays as it was")
        .why(lines.join("\n       "));
    "CONFIG_INVALID".clone_into(&mut error.code);
    error.fix.extend(wire.hint);
    error
}
