//! The adapter as the daemon sees it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, Needs, SendError, SendErrorKind,
    SendParams, SendResult, StreamPart,
};

use crate::app::App;
use crate::error::ApiError;
use crate::http;
use crate::settings::Settings;
use crate::spool::Spool;
use crate::waiting::Waiting;

/// The channel of everything that comes this way.
pub(crate) const CHANNEL: &str = "openai";

/// Time for the last answers to be written when the daemon stops, in milliseconds; below the 2 s
/// that `drain` has.
const DRAIN_MS_MAX: u64 = 1_500;

/// Serves clients of the OpenAI API.
#[derive(Default)]
pub struct OpenAi {
    home: PathBuf,
    waiting: Arc<Waiting>,
    app: OnceLock<Arc<App>>,
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
        let listen = format!("setting:listen={}", Settings::default().listen);
        Needs { listen: vec![listen], ..Needs::default() }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let settings = Settings::read(hello.config)?;
        let spool = Spool::open(&self.home).await;
        let spool = spool.map_err(|error| format!("the spool folder cannot be used: {error}"))?;
        let listener = http::bind(settings.listen).map_err(|error| {
            format!(
                "{} cannot be listened on: {error}; choose another `listen` in its settings",
                settings.listen
            )
        })?;
        let waiting = Arc::clone(&self.waiting);
        let app = Arc::new(App::new(settings, hello.account_id, daemon, spool, waiting));
        self.app.set(Arc::clone(&app)).map_err(|_| "it was started twice".to_owned())?;
        app.tasks.spawn(http::serve(Arc::clone(&app), listener));
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
        let Some(app) = self.app.get() else { return };
        app.stop.cancel();
        app.tasks.close();
        self.waiting.end_all(&ApiError::overloaded("the daemon is being stopped"));
        let rest = Duration::from_millis(DRAIN_MS_MAX);
        let _ = tokio::time::timeout(rest, app.tasks.wait()).await;
    }
}
