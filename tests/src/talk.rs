//! What a person does in a scenario: says something, waits until something happened, reads on.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use nexus_client::{Client, call, idempotency_key};
use nexus_domain::id::{Position, RequestId, SessionKey};
use nexus_domain::message::{Message, Role};
use nexus_domain::permission::PermissionRequest;
use nexus_domain::request::Request;
use nexus_domain::session::QueueMode;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;
use nexus_protocol::{acl, request, session};

use crate::process::DaemonProcess;

/// Longest wait for an event. It bounds a hang; nothing is asserted about it.
pub const EVENT_WAIT: Duration = Duration::from_secs(60);
/// Most messages of a session that a scenario looks at.
const MESSAGES_MAX: u32 = 500;

/// A person at a daemon.
pub struct Talk {
    client: Client,
}

impl Talk {
    /// Sits down at a daemon.
    ///
    /// # Errors
    /// When it does not take the connection.
    pub async fn with(daemon: &DaemonProcess) -> Result<Self> {
        Ok(Self { client: daemon.client().await? })
    }

    /// Takes over a connection to a daemon that runs inside the test.
    #[must_use]
    pub fn over(client: Client) -> Self {
        Self { client }
    }

    /// The connection, for whatever is not said here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Says something in a session.
    ///
    /// # Errors
    /// When the daemon does not take it.
    pub async fn say(&self, session: &str, text: &str) -> Result<RequestId> {
        self.say_with(session, text, None).await
    }

    /// Says something in a session that may be busy.
    ///
    /// # Errors
    /// When the daemon does not take it.
    pub async fn say_as(&self, mode: QueueMode, session: &str, text: &str) -> Result<RequestId> {
        self.say_with(session, text, Some(mode)).await
    }

    async fn say_with(
        &self,
        session: &str,
        text: &str,
        queue_mode: Option<QueueMode>,
    ) -> Result<RequestId> {
        let params = session::SendParams {
            key: key(session)?,
            message: text.to_owned(),
            agent_id: None,
            queue_mode,
            attachments: Vec::new(),
            idempotency_key: idempotency_key()?,
        };
        Ok(self.client.request::<call::SessionsSend>(params).await?.request_id)
    }

    /// Stops the run of a session, and drops what waits behind it if asked to.
    ///
    /// # Errors
    /// When the daemon refuses.
    pub async fn abort(&self, session: &str, drop_queue: bool) -> Result<session::AbortResult> {
        let params = session::AbortParams {
            key: key(session)?,
            turn_id: None,
            run_id: None,
            drop_queue,
            idempotency_key: idempotency_key()?,
        };
        Ok(self.client.request::<call::SessionsAbort>(params).await?)
    }

    /// Waits for a recorded event, from the first one on.
    ///
    /// # Errors
    /// When it does not come, or the connection ends.
    pub async fn until(
        &self,
        kind: &str,
        is_meant: impl Fn(&EventFrame) -> bool,
    ) -> Result<EventFrame> {
        let params = SubscribeParams {
            types: vec![kind.to_owned()],
            after: Some(Position(0)),
            ..SubscribeParams::default()
        };
        let mut events = self.client.subscribe(&params).await?;
        let waiting = async {
            loop {
                let event = events.next().await.map_err(|end| anyhow!("{end:?}"))?;
                if is_meant(&event) {
                    return Ok(event);
                }
            }
        };
        let event = tokio::time::timeout(EVENT_WAIT, waiting).await;
        event.with_context(|| format!("no such `{kind}` came"))?
    }

    /// Waits until the reply that is being written in a session reads so.
    ///
    /// # Errors
    /// When it comes to read otherwise, or the connection ends.
    pub async fn shown(&self, session: &str, wanted: &str) -> Result<()> {
        let params = SubscribeParams {
            types: vec!["agent.streaming.*".to_owned()],
            session_key: Some(key(session)?),
            transient: true,
            ..SubscribeParams::default()
        };
        let mut events = self.client.subscribe(&params).await?;
        let mut text = String::new();
        let waiting = async {
            while text != wanted {
                let event = events.next().await.map_err(|end| anyhow!("{end:?}"))?;
                match event.event.as_str() {
                    "agent.streaming.snapshot" => {
                        text = event.payload["text"].as_str().unwrap_or_default().to_owned();
                    }
                    "agent.streaming.token" => {
                        text.push_str(event.payload["delta"].as_str().unwrap_or_default());
                    }
                    _ => {}
                }
            }
            Ok(())
        };
        let shown = tokio::time::timeout(EVENT_WAIT, waiting).await;
        shown.with_context(|| format!("`{wanted}` is not shown in {session}"))?
    }

    /// Waits for the question of a session, answers it with yes, and shows what was asked.
    ///
    /// # Errors
    /// When it does not come, or the answer is not taken.
    pub async fn approve(&self, session: &str) -> Result<PermissionRequest> {
        let is_here = |event: &EventFrame| event.payload["permission"]["session_key"] == session;
        let asked = self.until("permission.requested", is_here).await?;
        let asked: PermissionRequest = serde_json::from_value(asked.payload["permission"].clone())?;
        let params = acl::ApproveParams::once(&asked, idempotency_key()?);
        self.client.request::<call::AclRequestsApprove>(params).await?;
        Ok(asked)
    }

    /// Waits until a request has ended, and shows it with its turn.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn ended(&self, id: RequestId) -> Result<request::GetResult> {
        let id = id.to_string();
        let ended = self
            .until("nex.request.completed", |event| event.payload["request_id"] == id.as_str())
            .await;
        let found = self.client.request::<call::RequestsGet>(request::GetParams { id }).await?;
        ended.with_context(|| format!("it stands like this: {found:?}"))?;
        Ok(found)
    }

    /// Every message of a session, oldest first.
    ///
    /// # Errors
    /// When the daemon refuses.
    pub async fn messages(&self, session: &str) -> Result<Vec<Message>> {
        let limit = Some(MESSAGES_MAX);
        let params = session::HistoryParams {
            key: key(session)?,
            limit,
            before: None,
            offset: None,
            turn_id: None,
        };
        Ok(self.client.request::<call::SessionsHistory>(params).await?.messages)
    }

    /// The texts of one role in a session, oldest first.
    ///
    /// # Errors
    /// When the daemon refuses.
    pub async fn texts(&self, session: &str, role: Role) -> Result<Vec<String>> {
        let messages = self.messages(session).await?;
        Ok(messages.iter().filter(|one| one.role == role).map(Message::text).collect())
    }

    /// How a session stands right now.
    ///
    /// # Errors
    /// When there is none.
    pub async fn look(&self, session: &str) -> Result<session::GetResult> {
        let params = session::GetParams { key: key(session)? };
        Ok(self.client.request::<call::SessionsGet>(params).await?)
    }

    /// Every request of the daemon, the latest first.
    ///
    /// # Errors
    /// When the daemon refuses.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        let mut all: Vec<Request> = Vec::new();
        loop {
            let params = request::ListParams {
                limit: Some(session::PAGE_LEN_MAX),
                before: all.last().map(|last| last.id),
                ..request::ListParams::default()
            };
            let page = self.client.request::<call::RequestsList>(params).await?;
            all.extend(page.requests);
            if !page.has_more {
                return Ok(all);
            }
        }
    }
}

/// The key of a session.
///
/// # Errors
/// When the text is none.
pub fn key(session: &str) -> Result<SessionKey> {
    Ok(SessionKey::parse(session)?)
}
