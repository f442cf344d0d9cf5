//! Events that survive the daemon: after a break the client connects again, patiently, and reads
//! on where it was.

use std::time::Duration;

use futures_util::future::BoxFuture;
use nexus_domain::id::Position;
use nexus_domain::retry::RetryPolicy;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;

use crate::connect::Client;
use crate::error::ClientError;
use crate::key::jitter;
use crate::subscription::{Subscription, SubscriptionEnd};

/// A quarter of a second doubling to 15 seconds, without an end: the reader decides when it has
/// waited enough.
const RECONNECT: RetryPolicy = RetryPolicy {
    tries_max: u32::MAX,
    delay_ms_min: 250,
    delay_ms_max: 15_000,
    asked_ms_max: 60_000,
};

/// Makes a new connection; it looks for the daemon anew, because a restart may move it.
pub type Dial = Box<dyn Fn() -> BoxFuture<'static, Result<Client, ClientError>> + Send + Sync>;

/// What a reader gets.
#[derive(Debug)]
pub enum Resumed {
    /// An event. Recorded ones come once each and in order, whatever breaks in between.
    Event(EventFrame),
    /// The connection broke or could not be made; the next try follows after the pause.
    Away {
        /// Why.
        why: ClientError,
        /// Pause before the next try, in milliseconds.
        retry_in_ms: u64,
    },
    /// Connected again. Calls that were under way have to be made again.
    Back,
}

/// A subscription that outlives connections.
pub struct ResumingEvents {
    dial: Dial,
    params: SubscribeParams,
    cursor: Option<Position>,
    live: Option<(Client, Subscription)>,
    n_failures: u32,
    pause_ms: u64,
}

impl ResumingEvents {
    /// Begins on a connection that exists.
    ///
    /// # Errors
    /// When the daemon refuses the subscription.
    pub async fn begin(
        client: Client,
        params: SubscribeParams,
        dial: Dial,
    ) -> Result<Self, ClientError> {
        let subscription = client.subscribe(&params).await?;
        Ok(Self {
            dial,
            cursor: Some(subscription.begin().after),
            params,
            live: Some((client, subscription)),
            n_failures: 0,
            pause_ms: 0,
        })
    }

    /// The live connection, for calls; nothing while it is broken.
    #[must_use]
    pub fn client(&self) -> Option<&Client> {
        self.live.as_ref().map(|(client, _)| client)
    }

    /// Where the reader is: the position of the last recorded event it got.
    #[must_use]
    pub fn cursor(&self) -> Option<Position> {
        self.cursor
    }

    /// Waits for the next event or change of the connection. Safe to drop and call again.
    ///
    /// # Errors
    /// When the daemon refuses for good: wrong token, wrong version, no permission.
    pub async fn next(&mut self) -> Result<Resumed, ClientError> {
        loop {
            let Some((client, subscription)) = &mut self.live else { return self.again().await };
            match subscription.next().await {
                Ok(frame) => {
                    if let Some(position) = frame.position {
                        if self.cursor.is_some_and(|cursor| position <= cursor) {
                            continue;
                        }
                        self.cursor = Some(position);
                    }
                    return Ok(Resumed::Event(frame));
                }
                Err(SubscriptionEnd::Lagged { .. } | SubscriptionEnd::Replaced) => {
                    let params = SubscribeParams { after: self.cursor, ..self.params.clone() };
                    match client.subscribe(&params).await {
                        Ok(fresh) => *subscription = fresh,
                        Err(why) => return self.broken(why),
                    }
                }
                Err(SubscriptionEnd::Closed(reason)) => {
                    return self.broken(ClientError::Closed(reason));
                }
            }
        }
    }

    fn broken(&mut self, why: ClientError) -> Result<Resumed, ClientError> {
        self.live = None;
        if !why.is_away() {
            return Err(why);
        }
        self.n_failures = self.n_failures.saturating_add(1);
        self.pause_ms = RECONNECT.delay_ms(self.n_failures, None, jitter()).unwrap_or(0);
        Ok(Resumed::Away { why, retry_in_ms: self.pause_ms })
    }

    async fn again(&mut self) -> Result<Resumed, ClientError> {
        tokio::time::sleep(Duration::from_millis(self.pause_ms)).await;
        let params = SubscribeParams { after: self.cursor, ..self.params.clone() };
        let connected = async {
            let client = (self.dial)().await?;
            let subscription = client.subscribe(&params).await?;
            Ok::<_, ClientError>((client, subscription))
        };
        match connected.await {
            Ok(live) => {
                self.live = Some(live);
                self.n_failures = 0;
                Ok(Resumed::Back)
            }
            Err(why) => self.broken(why),
        }
    }
}
