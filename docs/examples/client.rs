//! A conversation by `nexus-client`: find the daemon of a home, call, follow what happens, and go on
//! after a break. Wants the home as its argument.

#![allow(clippy::print_stdout, reason = "an example shows what it hears")]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nexus_client::{
    Client, ClientError, ClientOptions, Dial, Discovery, Resumed, ResumingEvents, Token, call,
    idempotency_key,
};
use nexus_protocol::agent::{ListParams, RunParams};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::ClientFacts;

/// Connects to whoever owns the home now: a restart may have moved the address.
async fn dial(home: &Path) -> Result<Client, ClientError> {
    let Discovery::Running(daemon) = Discovery::find(home).await else {
        let address = home.display().to_string();
        return Err(ClientError::Unreachable { address, why: "no daemon runs".to_owned() });
    };
    let facts = ClientFacts {
        name: "example".to_owned(),
        version: "1".to_owned(),
        platform: "any".to_owned(),
        mode: "example".to_owned(),
        instance_id: None,
    };
    let token = Token::read(home).ok();
    Client::connect(ClientOptions::new(daemon.address, token, facts)).await
}

#[tokio::main]
async fn main() -> Result<()> {
    let home: PathBuf = std::env::args_os().nth(1).context("which home?")?.into();

    // Typed: what a method takes and what it answers belong together.
    let client = dial(&home).await?;
    let agents = client.request::<call::AgentsList>(ListParams {}).await?;
    println!("{} agent", agents.agents.len());

    // Where we are before the run: followed from here, nothing of it is missed.
    let after = Some(client.hello().snapshot.position);

    // The key makes it safe to send again; the same run answers.
    let run = RunParams {
        message: "Hello".to_owned(),
        session_key: None,
        agent_id: None,
        queue_mode: None,
        steps_max: None,
        tier: None,
        idempotency_key: idempotency_key()?,
    };
    let answer = client.agent(&run).await?.finished().await?;
    println!("{}", answer.summary.unwrap_or_default());

    // Whatever breaks from here on, each event comes once and in order.
    let types = vec!["turn.*".to_owned(), "message.recorded".to_owned()];
    let params = SubscribeParams { types, after, ..SubscribeParams::default() };
    let again: Dial = Box::new(move || {
        let home = home.clone();
        Box::pin(async move { dial(&home).await })
    });
    let mut events = ResumingEvents::begin(client, params, again).await?;
    loop {
        match events.next().await? {
            Resumed::Event(frame) => println!("{}", frame.event),
            Resumed::Away { why, retry_in_ms } => println!("{why}; again in {retry_in_ms} ms"),
            Resumed::Back => println!("back"),
        }
    }
}
