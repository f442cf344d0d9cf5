//! The adapter as the daemon sees it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, Needs, SendError, SendErrorKind,
    SendParams, SendResult, StreamPart,
};
use nexus_ingress::{Api, Ingress, Waiting};

use crate::app::App;
use crate::{error, route, settings};

/// The channel of everything that comes this way.
const CHANNEL: &str = "openai";

/// The version of the API that is spoken, as the original names it.
const VERSION: &str = "2020-10-01";

/// Serves clients of the OpenAI API.
#[derive(Default)]
pub struct OpenAi {
    home: PathBuf,
    waiting: Arc<Waiting>,
    ingress: OnceLock<Arc<Ingress>>,
}

impl OpenAi {
    /// With another home than the folder it runs in.
    #[must_use]
    pub fn at_home(home: PathBuf) -> Self {
        Self { home, ..Self::default() }
    }
}

impl Bridge for OpenAi {
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
        let (listen, keep_alive) = settings::read(hello.config.clone())?;
        let waiting = Arc::clone(&self.waiting);
        let ingress = Ingress::open(CHANNEL, listen, &self.home, &hello, daemon, waiting).await?;
        let ingress = Arc::new(ingress);
        self.ingress.set(Arc::clone(&ingress)).map_err(|_| "it was started twice".to_owned())?;
        let app = App { ingress: Arc::clone(&ingress), keep_alive };
        ingress.serve(Api {
            path: "/v1",
            router: route::router(app),
            tell: error::body,
            adorn,
            shown_headers: "x-request-id, openai-processing-ms, retry-after",
        })?;
        Ok(())
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let message_id = params.to.clone();
        if self.waiting.deliver(params) {
            return Ok(SendResult { message_ids: vec![message_id] });
        }
        Err(SendError::new(SendErrorKind::NotFound, "the caller does not wait any more"))
    }

    fn stream(&self, part: StreamPart) {
        self.waiting.take(part);
    }

    async fn drain(&self) {
        if let Some(ingress) = self.ingress.get() {
            ingress.drain().await;
        }
    }
}

/// The headers of the original.
fn adorn(headers: &mut HeaderMap, elapsed_ms: i64) {
    let version = HeaderName::from_static("openai-version");
    headers.insert(version, HeaderValue::from_static(VERSION));
    headers.insert(HeaderName::from_static("openai-processing-ms"), HeaderValue::from(elapsed_ms));
}
