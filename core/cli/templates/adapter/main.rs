//! Bridges NAME to Nexus. What is sent goes to stderr for now, and nothing comes in: put your
//! outside system in the place of both.

use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, Needs, SendError, SendParams, SendResult,
};

struct Outside;

impl Bridge for Outside {
    fn facts(&self) -> AdapterFacts {
        let supports = [Ability::Monitor, Ability::Send, Ability::Health];
        nexus_adapter::facts("NAME", env!("CARGO_PKG_VERSION"), &supports)
    }

    /// Hosts it talks to, as `host:port`; whatever is not named here is out of its reach.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Reads `hello.config`, connects with `hello.credential`, and leaves a task behind that calls
    /// `daemon.emit(arrival)` for whatever comes from outside.
    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        daemon.log(&format!("serving account {}", hello.account_id)).await;
        Ok(())
    }

    /// Sends one message, and answers with the ids it got outside.
    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        Ok(SendResult { message_ids: vec![params.idempotency_key] })
    }

    /// Whether the outside system can be reached; if not, why.
    async fn health(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() -> std::process::ExitCode {
    nexus_adapter::main(Outside)
}
