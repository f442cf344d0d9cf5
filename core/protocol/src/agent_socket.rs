//! Framing B: JSON-RPC 2.0 over the WebSocket at `/ws/agent`. Besides the rows of the method table
//! it has calls of its own, which belong to a connection.

use nexus_domain::Failure;
use nexus_domain::id::{SESSION_KEY_CHARS_MAX, SessionKey};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::{LimitKind, Tier, TurnEnd};
use crate::parse;
use nexus_domain::agent::StopReason;

/// Most runs of one client at a time.
pub const RUNS_MAX: usize = 5;
/// Model replies of a run when nobody says.
pub const TURNS_DEFAULT: u32 = 30;
/// Most model replies of a run; whoever asks for more gets so many.
pub const TURNS_MAX: u32 = 100;
/// Most channels that one client follows by name.
pub const CHANNELS_MAX: usize = 64;
/// Longest output of a tool in an event, in characters.
pub const OBSERVATION_CHARS_MAX: usize = 500;
/// Pause between two pings, in milliseconds.
pub const PING_INTERVAL_MS: u64 = 30_000;

/// Ours: the session is none of this client's.
pub const SESSION_UNKNOWN: i64 = -32001;
/// Ours: the client has as many runs as it may have.
pub const TOO_MANY_RUNS: i64 = -32002;

/// Input of `agent.run`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunParams {
    /// What the agent is to do.
    #[schemars(length(min = 1))]
    pub task: String,
    /// The session; a new one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionKey>,
    /// Most model replies; 30 when left out, 100 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_turns: Option<u32>,
    /// The class of models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
}

impl RunParams {
    /// Most model replies of the run.
    #[must_use]
    pub fn turns_max(&self) -> u32 {
        self.max_turns.unwrap_or(TURNS_DEFAULT).min(TURNS_MAX)
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoppedReason {
    /// The agent said all it had to say.
    Complete,
    /// It used up its model replies.
    MaxTurns,
    /// It used up its tokens, or the model its output.
    MaxTokens,
    /// It used up its time.
    Timeout,
    /// Something failed, or was not allowed.
    Error,
    /// Somebody stopped it.
    Cancelled,
}

impl StoppedReason {
    /// The reason in the words of this framing; a request that never got a turn has none.
    #[must_use]
    pub fn of(turn: Option<&TurnEnd>) -> Self {
        let Some(turn) = turn else { return Self::Error };
        match (turn.stop_reason, turn.limit) {
            (StopReason::EndTurn | StopReason::ClientTools, _) => Self::Complete,
            (StopReason::MaxTokens, _) | (StopReason::Limit, Some(LimitKind::Tokens)) => {
                Self::MaxTokens
            }
            (StopReason::Limit, Some(LimitKind::Duration)) => Self::Timeout,
            (StopReason::Limit, _) => Self::MaxTurns,
            (StopReason::Aborted, _) => Self::Cancelled,
            (StopReason::Error, _) => Self::Error,
        }
    }
}

/// Result of `agent.run`, when the run has ended, whichever way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The session.
    pub session_id: SessionKey,
    /// Whether the agent got to the end of what it had to say.
    pub success: bool,
    /// What it said last, or why it said nothing.
    pub answer: String,
    /// Model replies.
    pub turns: u32,
    /// Why it ended.
    pub stopped_reason: StoppedReason,
    /// Tokens sent.
    pub total_input_tokens: u64,
    /// Tokens received.
    pub total_output_tokens: u64,
}

/// Input of `agent.cancel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelParams {
    /// The session.
    pub session_id: SessionKey,
}

/// Input of `approval.respond`, also known as `approval.resolve`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RespondParams {
    /// The question, as `approval.request` named it.
    #[schemars(length(min = 1, max = 26))]
    pub request_id: String,
    /// Yes or no.
    pub decision: Decision,
    /// Said to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub reason: Option<String>,
    /// The digest of the action that was shown, so that nothing else is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes, this once.
    Approve,
    /// No.
    Deny,
}

/// Input of `notify.subscribe` and `notify.unsubscribe`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelsParams {
    /// `global`, `approval`, `agent:<session>`, `task:<request>`; all of them when empty.
    #[serde(default)]
    pub channels: Vec<Channel>,
}

/// Something that can be followed.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Channel {
    /// Everything that has no channel of its own.
    Global,
    /// Questions and their answers.
    Approval,
    /// What the agent of a session does.
    Agent(String),
    /// A request on its way through the stages.
    Task(String),
}

impl TryFrom<String> for Channel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let named = |id: &str| {
            (1..=SESSION_KEY_CHARS_MAX).contains(&id.chars().count()).then(|| id.to_owned())
        };
        let channel = match text.split_once(':') {
            None if text == "global" => Some(Self::Global),
            None if text == "approval" => Some(Self::Approval),
            Some(("agent", id)) => named(id).map(Self::Agent),
            Some(("task", id)) => named(id).map(Self::Task),
            _ => None,
        };
        channel.ok_or_else(|| {
            "a channel is `global`, `approval`, `agent:<session>` or `task:<request>`".to_owned()
        })
    }
}

impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Global => "global".to_owned(),
            Channel::Approval => "approval".to_owned(),
            Channel::Agent(id) => format!("agent:{id}"),
            Channel::Task(id) => format!("task:{id}"),
        }
    }
}

/// A call of this framing's own.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnCall {
    /// `agent.run`
    Run(RunParams),
    /// `agent.cancel`
    Cancel(CancelParams),
    /// `system.ping`
    Ping,
    /// `approval.respond`
    Respond(RespondParams),
    /// `notify.subscribe`
    Subscribe(ChannelsParams),
    /// `notify.unsubscribe`
    Unsubscribe(ChannelsParams),
}

/// The names of this framing's own calls.
pub const OWN_METHODS: [&str; 7] = [
    "agent.run",
    "agent.cancel",
    "system.ping",
    "approval.respond",
    "approval.resolve",
    "notify.subscribe",
    "notify.unsubscribe",
];

/// Reads a call of this framing's own; `None` when the name is none of them, and may be one of the
/// method table.
#[must_use]
pub fn read(method: &str, params: Option<&Value>) -> Option<Result<OwnCall, Failure>> {
    Some(match method {
        "agent.run" => input(params).map(OwnCall::Run),
        "agent.cancel" => input(params).map(OwnCall::Cancel),
        "system.ping" => input(params).map(|Nothing {}| OwnCall::Ping),
        "approval.respond" | "approval.resolve" => input(params).map(OwnCall::Respond),
        "notify.subscribe" => channels(params).map(OwnCall::Subscribe),
        "notify.unsubscribe" => channels(params).map(OwnCall::Unsubscribe),
        _ => return None,
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn input<T: DeserializeOwned + JsonSchema>(params: Option<&Value>) -> Result<T, Failure> {
    let read = parse::input(params.cloned().unwrap_or_default());
    read.map_err(|failure: Failure| failure.hint("see `/ws/agent` in docs/protocol.md"))
}

fn channels(params: Option<&Value>) -> Result<ChannelsParams, Failure> {
    let params: ChannelsParams = input(params)?;
    match params.channels.len() {
        0..=CHANNELS_MAX => Ok(params),
        n => Err(Failure::invalid(format!(
            "{n} channels were named, at most {CHANNELS_MAX} are taken"
        ))
        .hint("leave `channels` empty to follow all of them")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(method: &str, params: Value) -> Value {
        let failure = read(method, Some(&params)).unwrap().unwrap_err();
        assert_eq!(failure.code, "INVALID_REQUEST");
        failure.details.unwrap_or_default()["path"].clone()
    }

    #[test]
    fn calls_are_read_and_faults_have_a_path() {
        let call = read("agent.run", Some(&json!({ "task": "x", "maxTurns": 1000 })));
        let Some(Ok(OwnCall::Run(run))) = call else { panic!("{call:?}") };
        assert_eq!((run.turns_max(), run.tier), (TURNS_MAX, None));
        assert!(matches!(read("system.ping", None), Some(Ok(OwnCall::Ping))));
        assert!(read("sessions.list", None).is_none());
        assert_eq!(fault("agent.run", json!({ "task": "x", "tier": "gigantic" })), "params.tier");
        assert_eq!(fault("agent.run", json!({ "task": "x", "maxTurns": 0 })), "params.maxTurns");
        assert_eq!(fault("agent.run", json!({ "task": "" })), "params.task");
        assert_eq!(fault("agent.run", json!(["x"])), "params");
        assert_eq!(
            fault("notify.subscribe", json!({ "channels": ["global", "x"] })),
            "params.channels[1]"
        );
        for name in OWN_METHODS {
            assert!(read(name, None).is_some(), "{name}");
        }
    }

    #[test]
    fn a_channel_reads_as_it_is_written() {
        for text in ["global", "approval", "agent:main", "task:a:b"] {
            assert_eq!(String::from(Channel::try_from(text.to_owned()).unwrap()), text);
        }
        for text in ["", "agent", "agent:", "Global", "x:y"] {
            assert!(Channel::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
