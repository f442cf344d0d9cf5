//! What runs behind the server for as long as the daemon lives: unfinished work is taken up, then
//! adapters and jobs run until the order to stop.

use std::sync::Arc;

use nexus_protocol::health::HealthStatus;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::context::Context;
use crate::home::OwnerKind;
use crate::jobs::guard::guarded;
use crate::power::{self, Watched};
use crate::{assemble, callers, credentials, engine, jobs, lease, pause, schedule, ways};

/// Takes up unfinished work, then runs adapters and jobs until the daemon stops.
pub(crate) async fn run(
    context: Arc<Context>,
    unfinished: engine::Unfinished,
    watched: Watched,
    kind: OwnerKind,
) {
    let mut jobs = Jobs { context: &context, running: Vec::new() };
    jobs.start("lease", lease::run);
    jobs.start("power", |context| power::run(context, watched));
    jobs.start("config", jobs::config::run);
    jobs.start("exposure", jobs::exposure::run);
    credentials::load_shell(&context).await;
    let probed = assemble::apply_models(&context).await;
    if let Err(failure) = probed {
        tracing::warn!(?failure, "models could not be looked up");
    }
    match engine::recover(&context, unfinished).await {
        Ok(recovered) => {
            let now = context.clock.now();
            context.health.set("runtime", HealthStatus::Healthy, "at work", None, now);
            tracing::info!(?recovered, "unfinished work is taken up");
        }
        Err(failure) => {
            let now = context.clock.now();
            let fix = Some("nexus db check");
            context.health.set("runtime", HealthStatus::Unhealthy, &failure.message, fix, now);
            tracing::error!(?failure, "unfinished work could not be taken up");
        }
    }
    jobs.start("permissions", jobs::permissions::run);
    jobs.start("grants", jobs::grants::run);
    jobs.start("ends", ways::run_ends);
    jobs.start("tailnet", ways::run_tailnet);
    jobs.start("budgets", jobs::budgets::run);
    jobs.start("audit", jobs::audit::run);
    jobs.start("blobs", jobs::blobs::run);
    jobs.start("alone", jobs::alone::run);
    jobs.start("pauses", pause::run);
    jobs.start("schedule", schedule::run);
    credentials::check(&context).await;
    jobs.start("keychain", |context| jobs::keychain::run(context, kind));
    jobs.start("adapters", jobs::adapters::run);
    let (has_sent, sent) = watch::channel(false);
    let adapters = context.adapters.clone();
    jobs.start("outbox", |context| jobs::outbox::run(context, adapters, has_sent));
    jobs.start("callers", callers::run);
    context.shutdown.begun().await;
    // Whoever was given something may say what became of it, before it is told to end.
    jobs::outbox::finish(&context, sent).await;
    context.adapters.drain().await;
    for task in jobs.running {
        if let Err(error) = task.await {
            tracing::error!(%error, "a job ended badly");
        }
    }
}

/// The jobs of a daemon.
struct Jobs<'a> {
    context: &'a Arc<Context>,
    running: Vec<JoinHandle<()>>,
}

impl Jobs<'_> {
    fn start<F>(&mut self, name: &'static str, job: impl FnOnce(Arc<Context>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let job = job(Arc::clone(self.context));
        let shutdown = self.context.shutdown.clone();
        self.running.push(tokio::spawn(guarded(name, shutdown, job)));
    }
}
