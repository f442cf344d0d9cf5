//! The adapter as the daemon sees it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, Needs, SendError, SendErrorKind,
    SendParams, SendResult, StreamPart,
};
use nexus_ingress::{Api, Ingress, Waiting};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::background::{self, Background};
use crate::seal::Seal;
use crate::store::Store;
use crate::{error, serve, settings};

/// The channel of everything that comes this way.
const CHANNEL: &str = "openresponses";

/// Serves clients of the Open Responses API.
#[derive(Default)]
pub struct OpenResponses {
    home: PathBuf,
    waiting: Arc<Waiting>,
    app: OnceLock<Arc<App>>,
}

impl OpenResponses {
    /// With another home than the folder it runs in.
    #[must_use]
    pub fn at_home(home: PathBuf) -> Self {
        Self { home, ..Self::default() }
    }
}

impl Bridge for OpenResponses {
    fn facts(&self) -> AdapterFacts {
        AdapterFacts {
            // A caller is answered once, however often the answer comes.
            has_idempotent_sends: true,
            ..nexus_adapter::facts(
                CHANNEL,
                env!("CARGO_PKG_VERSION"),
                &[Ability::Callers, Ability::Send, Ability::Stream, Ability::Health],
            )
        }
    }

    fn needs(&self) -> Needs {
        let listen = format!("setting:listen={}", settings::listen().listen);
        Needs { listen: vec![listen], ..Needs::default() }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let (listen, settings) = settings::read(hello.config.clone())?;
        let (store, key) = Store::open(&self.home, settings.limits)?;
        let waiting = Arc::clone(&self.waiting);
        let ingress = Ingress::open(CHANNEL, listen, &self.home, &hello, daemon, waiting).await?;
        let app = Arc::new(App {
            ingress: Arc::new(ingress),
            sockets: Arc::new(Semaphore::new(settings.sockets_max)),
            settings,
            store,
            seal: Seal::new(&key)?,
            background: Background::default(),
        });
        self.app.set(Arc::clone(&app)).map_err(|_| "it was started twice".to_owned())?;
        // Before anything can come for them.
        background::resume(&app).await.map_err(|problem| problem.message)?;
        app.ingress.serve(Api {
            path: "/v1",
            router: serve::router(Arc::clone(&app)),
            tell: error::body,
            adorn: |_: &mut HeaderMap, _| {},
            shown_headers: "x-request-id, retry-after",
        })
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let taken = SendResult { message_ids: vec![params.to.clone()] };
        let Some(app) = self.app.get() else {
            return Err(SendError::new(SendErrorKind::Network, "nothing was started yet"));
        };
        let event_id = params.outcome.as_ref().map(|outcome| outcome.event_id.clone());
        let event_id = event_id.unwrap_or_default();
        let is_waited_for = self.waiting.deliver(params);
        // A response that somebody asks for later is not taken before it is on disk.
        if app.background.is_kept(app, &event_id).await? || is_waited_for {
            return Ok(taken);
        }
        Err(SendError::new(SendErrorKind::NotFound, "the caller does not wait any more"))
    }

    fn stream(&self, part: StreamPart) {
        self.waiting.take(part);
    }

    async fn drain(&self) {
        if let Some(app) = self.app.get() {
            app.ingress.drain().await;
        }
    }
}
