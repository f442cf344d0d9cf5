//! What the icon and the first line of the menu say. Pure: facts in, words out.

use nexus_protocol::health::{HealthResult, HealthStatus};

/// What the icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// All is well.
    Healthy,
    /// It works, with something amiss.
    Degraded,
    /// No daemon answers.
    Offline,
}

/// What is shown in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The icon.
    pub(crate) look: Look,
    /// The first line of the menu, and the tooltip.
    pub(crate) sentence: String,
}

impl State {
    /// When a daemon answers; `pid` is given when it is not in this process.
    pub(crate) fn of_health(health: &HealthResult, pid: Option<u32>) -> Self {
        let amiss = health.checks.iter().find(|check| check.status != HealthStatus::Healthy);
        let (look, mut sentence) = match health.status {
            HealthStatus::Starting => (Look::Healthy, "Nexus is starting".to_owned()),
            HealthStatus::Healthy => (Look::Healthy, "Nexus is running".to_owned()),
            HealthStatus::Degraded | HealthStatus::Unhealthy => {
                let reason = amiss.map_or("something is amiss", |check| check.reason.as_str());
                (Look::Degraded, format!("Nexus: {reason}"))
            }
        };
        match health.pipeline.active_requests {
            0 => {}
            1 => sentence += " · 1 request at work",
            n => sentence += &format!(" · {n} requests at work"),
        }
        if let Some(pid) = pid {
            sentence += &format!(" · in process {pid}");
        }
        Self { look, sentence }
    }

    /// When none does.
    pub(crate) fn offline(why: &str) -> Self {
        Self { look: Look::Offline, sentence: format!("Nexus is not running: {why}") }
    }
}

#[cfg(test)]
mod tests {
    use nexus_domain::time::Timestamp;
    use nexus_protocol::health::{AdapterCounts, HealthCheck, PipelineCounts};

    use super::*;

    fn health(status: HealthStatus, active_requests: u64) -> HealthResult {
        let check = |id: &str, status, reason: &str| HealthCheck {
            id: id.into(),
            status,
            since: Timestamp(0),
            reason: reason.into(),
            fix: None,
        };
        HealthResult {
            status,
            version: "1".into(),
            uptime_ms: 1,
            pid: 7,
            adapters: AdapterCounts::default(),
            pipeline: PipelineCounts { active_requests, total_processed: 0 },
            checks: vec![
                check("ledger", HealthStatus::Healthy, "open"),
                check("model", status, "no model answers"),
            ],
        }
    }

    #[test]
    fn the_first_line_says_how_it_is() {
        let check = |status, n_active, pid, look, sentence: &str| {
            let state = State::of_health(&health(status, n_active), pid);
            assert_eq!(state, State { look, sentence: sentence.into() });
        };
        check(HealthStatus::Healthy, 0, None, Look::Healthy, "Nexus is running");
        check(
            HealthStatus::Healthy,
            1,
            None,
            Look::Healthy,
            "Nexus is running · 1 request at work",
        );
        check(
            HealthStatus::Starting,
            2,
            Some(412),
            Look::Healthy,
            "Nexus is starting · 2 requests at work · in process 412",
        );
        check(HealthStatus::Degraded, 0, None, Look::Degraded, "Nexus: no model answers");
    }
}
