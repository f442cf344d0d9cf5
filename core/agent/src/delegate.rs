//! How an agent has others work for it: a port that the daemon implements. Whatever is asked here
//! was decided about before, as a tool call; what the other agent does is decided there.

use futures_util::future::BoxFuture;
use nexus_domain::id::{AgentId, RequestId, SessionKey};
use serde::{Deserialize, Serialize};

/// An agent that is wanted beneath the one that asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its name. Without one it is temporary, and gets a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<AgentId>,
    /// How far it may go; the narrowest when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// What it is told to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// A folder of the workspace that it works in; the same workspace when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What it may write, relative to its folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_paths: Vec<String>,
    /// Tools it does not get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disable_tools: Vec<String>,
    /// Its model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// How a piece of work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// At work, or waiting for its turn.
    Working,
    /// Waiting for a person.
    WaitsForPerson,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Stopped.
    Stopped,
}

/// A piece of work that another agent was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Work {
    /// The agent.
    pub agent: AgentId,
    /// The request that it is.
    pub request: RequestId,
    /// How it stands.
    pub state: WorkState,
    /// The reply, or why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The conversation it takes place in: what that was exposed to, whoever reads the reply is.
    #[serde(skip)]
    pub session: Option<SessionKey>,
}

/// An agent beneath the one that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beneath {
    /// Its name.
    pub agent: AgentId,
    /// The agent right above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<AgentId>,
    /// How far it may go.
    pub preset: String,
    /// What it may write, relative to its folder.
    pub write_paths: Vec<String>,
    /// Whether it is gone when the daemon ends.
    pub is_temp: bool,
    /// Whether it is at work.
    pub is_busy: bool,
}

/// Has other agents work, in the course of one run. Errors are sentences for the model. The same
/// call, made again after a crash, is the same order.
pub trait Delegate: Send + Sync {
    /// Makes an agent beneath the one that asks.
    fn create(&self, wanted: Wanted) -> BoxFuture<'_, Result<Beneath, String>>;
    /// Gives an agent beneath something to do and answers once that is recorded.
    fn send(
        &self,
        call_id: String,
        to: AgentId,
        message: String,
    ) -> BoxFuture<'_, Result<Work, String>>;
    /// Waits until pieces of work have ended, or for so long.
    fn wait(
        &self,
        requests: Vec<RequestId>,
        ms_max: u64,
    ) -> BoxFuture<'_, Result<Vec<Work>, String>>;
    /// The agents beneath the one that asks.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Beneath>, String>>;
    /// Removes an agent beneath, with all beneath that, and says who is gone.
    fn destroy(&self, agent: AgentId) -> BoxFuture<'_, Result<Vec<AgentId>, String>>;
}

/// Where no other agents are to be had.
pub struct Nobody;

fn nobody<T: Send>() -> BoxFuture<'static, Result<T, String>> {
    Box::pin(async { Err("there are no other agents here".to_owned()) })
}

impl Delegate for Nobody {
    fn create(&self, _: Wanted) -> BoxFuture<'_, Result<Beneath, String>> {
        nobody()
    }

    fn send(&self, _: String, _: AgentId, _: String) -> BoxFuture<'_, Result<Work, String>> {
        nobody()
    }

    fn wait(&self, _: Vec<RequestId>, _: u64) -> BoxFuture<'_, Result<Vec<Work>, String>> {
        nobody()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Beneath>, String>> {
        nobody()
    }

    fn destroy(&self, _: AgentId) -> BoxFuture<'_, Result<Vec<AgentId>, String>> {
        nobody()
    }
}
