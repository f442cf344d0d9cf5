//! The adapter as the daemon sees it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, HookTestAnswer, HookTestParams,
    HooksAnswer, Needs, SendError, SendErrorKind, SendParams, SendResult, StreamPart,
};
use nexus_ingress::{Api, Ingress, Waiting};

use crate::app::App;
use crate::rate::Rates;
use crate::settings::{self, Settings};
use crate::{error, intake, route};

/// The channel of everything that comes this way.
pub(crate) const CHANNEL: &str = "webhook";

/// Takes in webhooks.
#[derive(Default)]
pub struct Webhook {
    home: PathBuf,
    waiting: Arc<Waiting>,
    app: OnceLock<Arc<App>>,
}

impl Bridge for Webhook {
    fn facts(&self) -> AdapterFacts {
        AdapterFacts {
            // A sender who waits is answered once, however often the answer comes.
            has_idempotent_sends: true,
            ..nexus_adapter::facts(
                CHANNEL,
                env!("CARGO_PKG_VERSION"),
                &[Ability::Hooks, Ability::Send, Ability::Health],
            )
        }
    }

    fn needs(&self) -> Needs {
        let listen = format!("setting:listen={}", settings::listen().listen);
        Needs { listen: vec![listen], ..Needs::default() }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let Settings { listen, remote_per_minute, hooks } =
            Settings::read(hello.config.clone(), &hello.credentials)?;
        let waiting = Arc::clone(&self.waiting);
        let ingress =
            Ingress::open(CHANNEL, listen, &self.home, &hello, daemon.clone(), waiting).await?;
        let ingress = Arc::new(ingress);
        let n_hooks = hooks.len();
        let (by_remote, by_hook) = (Rates::default(), Rates::default());
        let app =
            App { ingress: Arc::clone(&ingress), hooks, remote_per_minute, by_remote, by_hook };
        let app = Arc::new(app);
        self.app.set(Arc::clone(&app)).map_err(|_| "it was started twice".to_owned())?;
        ingress.serve(Api {
            path: route::PATH,
            router: route::router(app),
            tell: error::body,
            adorn: |_: &mut HeaderMap, _| {},
            shown_headers: "x-request-id, retry-after",
        })?;
        let told = match n_hooks {
            0 => "no hook is configured, so that every delivery is refused".to_owned(),
            1 => "1 hook is open".to_owned(),
            n => format!("{n} hooks are open"),
        };
        daemon.log(&told).await;
        Ok(())
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let message_id = params.to.clone();
        if self.waiting.deliver(params) {
            return Ok(SendResult { message_ids: vec![message_id] });
        }
        let message = "the sender does not wait any more; the reply stands in its request";
        Err(SendError::new(SendErrorKind::NotFound, message))
    }

    fn stream(&self, part: StreamPart) {
        self.waiting.take(part);
    }

    fn hooks(&self) -> Option<HooksAnswer> {
        Some(self.app.get().map(|app| app.facts()).unwrap_or_default())
    }

    async fn test_hook(&self, params: HookTestParams) -> Option<HookTestAnswer> {
        let app = Arc::clone(self.app.get()?);
        Some(intake::test(app, params).await)
    }

    async fn drain(&self) {
        if let Some(app) = self.app.get() {
            app.ingress.drain().await;
        }
    }
}
