//! Waiting for a provider, with limits, on the clock of the daemon.

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use nexus_domain::agent::AgentErrorKind;

use super::{ModelCall, ModelClient, ModelError, ReplyPart, ReplyStream};
use crate::port::Clock;

/// How long a provider may be silent.
#[derive(Clone, Copy, Debug)]
pub struct CallTimes {
    /// Longest wait for the first byte, in milliseconds.
    pub first_byte_ms_max: u64,
    /// Longest silence within a reply, in milliseconds.
    pub idle_ms_max: u64,
}

/// Sends a call; fails when nothing comes back in time.
///
/// # Errors
/// Whatever the client reports, or `Timeout`.
pub async fn open(
    client: &dyn ModelClient,
    call: ModelCall,
    times: CallTimes,
    clock: &dyn Clock,
) -> Result<ReplyStream, ModelError> {
    let opened = client.stream(call);
    match select(opened, clock.sleep(times.first_byte_ms_max)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(silent("no answer", times.first_byte_ms_max, "first_byte_ms_max")),
    }
}

/// The next part of a reply; fails when the provider falls silent. `is_first` says that nothing
/// has been read yet: the headers may come at once while the model still thinks.
///
/// # Errors
/// Whatever the stream reports, or `Timeout`.
pub async fn next_part(
    stream: &mut ReplyStream,
    is_first: bool,
    times: CallTimes,
    clock: &dyn Clock,
) -> Option<Result<ReplyPart, ModelError>> {
    let (ms_max, key) = if is_first {
        (times.first_byte_ms_max.max(times.idle_ms_max), "first_byte_ms_max")
    } else {
        (times.idle_ms_max, "idle_ms_max")
    };
    match select(stream.next(), clock.sleep(ms_max)).await {
        Either::Left((part, _)) => part,
        Either::Right(_) => Some(Err(silent("nothing more", ms_max, key))),
    }
}

fn silent(what: &str, ms: u64, key: &str) -> ModelError {
    let seconds = ms.div_ceil(1000);
    ModelError::new(AgentErrorKind::Timeout, format!("{what} from the model for {seconds} s"))
        .hint(format!("if it is just slow, raise `{key}` of its provider in nexus.toml"))
}
