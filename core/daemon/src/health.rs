//! How the parts of the daemon are: a small board that each part writes its own line on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use nexus_domain::Timestamp;
use nexus_protocol::health::{
    AdapterCounts, HealthCheck, HealthResult, HealthStatus, PipelineCounts,
};
use tokio::sync::watch;

use crate::assemble::VERSION;
use crate::context::Context;

/// The board.
pub struct HealthBoard {
    checks: Mutex<BTreeMap<&'static str, HealthCheck>>,
    version: watch::Sender<u64>,
    adapters: Mutex<AdapterCounts>,
}

impl Default for HealthBoard {
    fn default() -> Self {
        Self {
            checks: Mutex::default(),
            version: watch::Sender::new(0),
            adapters: Mutex::default(),
        }
    }
}

impl HealthBoard {
    /// Writes the line of one part. Saying the same again changes nothing.
    pub fn set(
        &self,
        id: &'static str,
        status: HealthStatus,
        reason: &str,
        fix: Option<&str>,
        now: Timestamp,
    ) {
        let mut checks = self.lock();
        let since = match checks.get(id) {
            Some(old) if old.status == status && old.reason == reason => return,
            Some(old) if old.status == status => old.since,
            _ => now,
        };
        let check = HealthCheck {
            id: id.to_owned(),
            status,
            since,
            reason: reason.to_owned(),
            fix: fix.map(str::to_owned),
        };
        checks.insert(id, check);
        drop(checks);
        self.version.send_modify(|version| *version += 1);
    }

    /// Writes the line of one part that begins anew, whatever stood there.
    pub fn set_since(
        &self,
        id: &'static str,
        status: HealthStatus,
        reason: &str,
        since: Timestamp,
    ) {
        let reason = reason.to_owned();
        let check = HealthCheck { id: id.to_owned(), status, since, reason, fix: None };
        self.lock().insert(id, check);
        self.version.send_modify(|version| *version += 1);
    }

    /// Every line, by id.
    #[must_use]
    pub fn checks(&self) -> Vec<HealthCheck> {
        self.lock().values().cloned().collect()
    }

    /// The worst line in one word.
    #[must_use]
    pub fn summary(&self) -> HealthStatus {
        let checks = self.lock();
        let any = |status| checks.values().any(|check| check.status == status);
        [HealthStatus::Unhealthy, HealthStatus::Starting, HealthStatus::Degraded]
            .into_iter()
            .find(|status| any(*status))
            .unwrap_or(HealthStatus::Healthy)
    }

    /// Notes how many adapters there are and how they stand.
    pub fn set_adapters(&self, counts: AdapterCounts) {
        *self.adapters.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = counts;
        self.version.send_modify(|version| *version += 1);
    }

    /// How many adapters there are and how they stand.
    #[must_use]
    pub fn adapters(&self) -> AdapterCounts {
        *self.adapters.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Rises whenever a line changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, HealthCheck>> {
        self.checks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Context {
    /// The health of the whole daemon, as `health` and `GET /health` show it.
    #[must_use]
    pub fn health_result(&self) -> HealthResult {
        HealthResult {
            status: self.health.summary(),
            version: VERSION.to_owned(),
            uptime_ms: self.clock.now().ms_since(self.started_at),
            pid: std::process::id(),
            adapters: self.health.adapters(),
            pipeline: PipelineCounts {
                active_requests: self.engine.n_active() as u64,
                total_processed: self.engine.n_ended(),
            },
            power: self.power.facts(),
            checks: self.health.checks(),
            paused: self.pause.current(),
        }
    }
}
