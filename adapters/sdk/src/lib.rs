//! What an adapter written in Rust links.
//!
//! An adapter implements [`Bridge`] and hands it to [`main`]; this crate speaks the contract of
//! `adapters/README.md` with the daemon on the other side of stdin and stdout.
//!
//! ```no_run
//! use nexus_adapter::{AdapterFacts, Bridge, Daemon, HelloParams};
//!
//! struct Clockwork;
//!
//! impl Bridge for Clockwork {
//!     fn facts(&self) -> AdapterFacts {
//!         nexus_adapter::facts("clockwork", env!("CARGO_PKG_VERSION"), &[])
//!     }
//!
//!     async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
//!         daemon.log(&format!("serving account {}", hello.account_id)).await;
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     nexus_adapter::main(Clockwork)
//! }
//! ```

mod clock;
mod daemon;
mod info;
mod serve;
mod stream;

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;

pub use clock::now;
pub use daemon::{Daemon, Disconnected};
pub use nexus_domain::agent::{AgentErrorKind, StopReason};
pub use nexus_domain::arrival::{Arrival, Attachment, ContentType, PeerKind};
pub use nexus_domain::brief::{
    Brief, ClientTool, Effort, ReplyForm, STOPS_MAX, Said, Sampling, ToolChoice,
};
pub use nexus_domain::id::{AgentId, RequestId, SessionKey, TurnId};
pub use nexus_domain::message::{Image, Part, Role, ToolCall, ToolResult, Usage};
pub use nexus_domain::{Failure, FailureKind, Timestamp};
pub use nexus_protocol::adapter::{
    ADAPTER_PROTOCOL, Ability, Acknowledgement, AdapterFacts, EditParams, HelloParams, SendError,
    SendErrorKind, SendParams, SendResult,
};
pub use nexus_protocol::bridge::Needs;
pub use nexus_protocol::caller::{
    CallerAgent, CallerFacts, CallerParams, EmbedParams, EmbedResult, Outcome, Refusal,
    RefusalKind, SPOOL, SPOOL_FILE_BYTES_MAX, Shown, StreamDelta, StreamError, StreamStart,
    StreamTool, SubmitParams, SubmitResult, ToolProgress,
};
pub use nexus_protocol::hook::{
    HookFacts, HookParams, HookRefusedParams, HookTestAnswer, HookTestParams, HooksAnswer,
};
pub use serve::{ServeError, serve};
pub use stream::StreamPart;

/// The outside system, as this crate sees it.
pub trait Bridge: Send + Sync + 'static {
    /// What the adapter says about itself in answer to `hello`.
    fn facts(&self) -> AdapterFacts;

    /// What it needs of the machine: hosts, where it listens. Whatever is not named here is out of
    /// its reach. Asked without settings, before anything is started; a place that the settings
    /// decide stands as `setting:NAME`, or `setting:NAME=PLACE` with what counts unless it is set.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Takes up work for one account: reads the settings, connects, and leaves tasks behind that
    /// hand in what arrives. Called once; must return within the daemon's 10 s for `hello`.
    ///
    /// # Errors
    /// In words for the person who configured it; the daemon shows them and the process ends.
    fn start(
        &self,
        hello: HelloParams,
        daemon: Daemon,
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// Makes one delivery. Called side by side for different deliveries; the daemon keeps the
    /// order per target by waiting.
    ///
    /// # Errors
    /// `Network` only when nothing was sent; `Unknown` when that is not certain.
    fn send(
        &self,
        params: SendParams,
    ) -> impl Future<Output = Result<SendResult, SendError>> + Send {
        let message = format!("nothing can be sent to {}", params.to);
        async { Err(SendError::new(SendErrorKind::ContentRejected, message)) }
    }

    /// Gives a message that was sent another text, for adapters that declare [`Ability::Edit`]. The
    /// daemon makes one edit of a message at a time; the same one may come again.
    ///
    /// # Errors
    /// As for [`Bridge::send`]; `NotFound` when the message is not there any more.
    fn edit(&self, params: EditParams) -> impl Future<Output = Result<(), SendError>> + Send {
        let message = format!("message {} cannot be edited", params.message_id);
        async { Err(SendError::new(SendErrorKind::ContentRejected, message)) }
    }

    /// Shows a piece of a reply while it is written. Called in the order in which the daemon says
    /// it, before the `send` that completes the stream; must return at once.
    fn stream(&self, _part: StreamPart) {}

    /// Says whether the outside system can be reached.
    ///
    /// # Errors
    /// In words for people.
    fn health(&self) -> impl Future<Output = Result<(), String>> + Send {
        async { Ok(()) }
    }

    /// The hooks it takes in, for adapters that declare them.
    fn hooks(&self) -> Option<HooksAnswer> {
        None
    }

    /// Signs a delivery itself, with the secret of its hook, and takes it in like one from
    /// outside; `None` when it takes in none.
    fn test_hook(
        &self,
        _params: HookTestParams,
    ) -> impl Future<Output = Option<HookTestAnswer>> + Send {
        async { None }
    }

    /// Ends what `start` began. Called when the daemon has closed our stdin and the deliveries in
    /// hand are done; the process ends afterwards, and is ended after 5 s in all.
    fn drain(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// Facts of an adapter whose channel has its own name. Fill in the rest where it differs.
#[must_use]
pub fn facts(name: &str, version: &str, supports: &[Ability]) -> AdapterFacts {
    AdapterFacts {
        protocol: ADAPTER_PROTOCOL,
        name: name.to_owned(),
        version: version.to_owned(),
        channel: name.to_owned(),
        supports: supports.to_vec(),
        has_idempotent_sends: false,
        text_chars_max: None,
        edit_ms_min: None,
    }
}

/// The whole `main` of an adapter: serves until the daemon closes stdin. Started with the one
/// word `info` it prints its manifest instead.
pub fn main(bridge: impl Bridge) -> ExitCode {
    if let Some(code) = info::print_if_asked(&bridge) {
        return code;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let served = runtime.block_on(serve(bridge, tokio::io::stdin(), tokio::io::stdout()));
            // A read of stdin cannot be interrupted; waiting for it would keep the process.
            runtime.shutdown_background();
            served.map_err(|error| error.to_string())
        }
        Err(error) => Err(format!("the runtime could not be started: {error}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// Writes to stderr, which the daemon keeps. A closed stderr is no reason to stop.
fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}
