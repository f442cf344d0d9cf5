//! Figures for Prometheus. Kept by the daemon that counts, not by the process, so that two
//! daemons in one test do not count for each other. Labels come from closed lists only.

use std::sync::Arc;

use axum::http::StatusCode;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use nexus_domain::Failure;
use nexus_protocol::Method;
use serde::Deserialize;

use super::door::Shared;
use crate::bus::{Filter, Item};

/// Upper bounds of the histogram of call durations, in seconds.
const CALL_SECONDS: [f64; 10] = [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0];
const META: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);
/// How a call can end, as labels.
const OUTCOMES: [&str; 6] = ["ok", "invalid", "denied", "not_found", "unavailable", "internal"];
/// How a turn can end, as labels.
const TURN_STATUSES: [&str; 3] = ["completed", "failed", "aborted"];
/// Type of the event that ends a turn.
const KIND_TURN_COMPLETED: &str = "turn.completed";

/// The figures of one daemon.
pub(super) struct Metrics {
    handle: PrometheusHandle,
    /// By method, then outcome, in the order of the lists.
    calls: Vec<[Counter; OUTCOMES.len()]>,
    call_seconds: Histogram,
    n_sockets: Gauge,
    n_streams: Gauge,
    sockets: Counter,
    login_failures: Counter,
    events_sent: Counter,
    slow_consumers: Counter,
    /// By hundreds of the status.
    http: [Counter; 6],
    turns: [Counter; TURN_STATUSES.len()],
}

impl Metrics {
    pub(super) fn new() -> Self {
        let recorder = match PrometheusBuilder::new().set_buckets(&CALL_SECONDS) {
            Ok(builder) => builder.build_recorder(),
            // Only an empty list of bounds is refused.
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        describe(&recorder);
        let plain = |name: &'static str| recorder.register_counter(&Key::from_name(name), &META);
        let gauge = |name: &'static str| recorder.register_gauge(&Key::from_name(name), &META);
        let by = |name: &'static str, labels: Vec<Label>| {
            recorder.register_counter(&Key::from_parts(name, labels), &META)
        };
        let call = |method: &Method, outcome: &'static str| {
            let labels = vec![Label::new("method", method.name()), Label::new("outcome", outcome)];
            by("nexus_calls_total", labels)
        };
        Self {
            handle: recorder.handle(),
            calls: Method::ALL
                .iter()
                .map(|method| OUTCOMES.map(|outcome| call(method, outcome)))
                .collect(),
            call_seconds: recorder
                .register_histogram(&Key::from_name("nexus_call_duration_seconds"), &META),
            n_sockets: gauge("nexus_websocket_connections"),
            n_streams: gauge("nexus_event_streams"),
            sockets: plain("nexus_websocket_connections_total"),
            login_failures: plain("nexus_login_failures_total"),
            events_sent: plain("nexus_events_sent_total"),
            slow_consumers: plain("nexus_slow_consumers_total"),
            http: ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"]
                .map(|status| by("nexus_http_requests_total", vec![Label::new("status", status)])),
            turns: TURN_STATUSES
                .map(|status| by("nexus_turns_total", vec![Label::new("status", status)])),
        }
    }

    /// Everything as Prometheus reads it.
    pub(super) fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    pub(super) fn call(&self, method: Method, failure: Option<&Failure>, duration_us: u64) {
        use nexus_domain::FailureKind::{Denied, Internal, Invalid, NotFound, Unavailable};
        let outcome = match failure.map(|failure| failure.kind) {
            None => 0,
            Some(Invalid) => 1,
            Some(Denied) => 2,
            Some(NotFound) => 3,
            Some(Unavailable) => 4,
            Some(Internal) => 5,
        };
        // The variants are numbered in the order of the table, which is the order of `ALL`.
        if let Some(counters) = self.calls.get(method as usize) {
            counters[outcome].increment(1);
        }
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a call are small")]
        self.call_seconds.record(duration_us as f64 / 1e6);
    }

    pub(super) fn http(&self, status: StatusCode) {
        if let Some(counter) = self.http.get(usize::from(status.as_u16() / 100)) {
            counter.increment(1);
        }
    }

    pub(super) fn login_failed(&self) {
        self.login_failures.increment(1);
    }

    pub(super) fn events_sent(&self, n_events: u64) {
        self.events_sent.increment(n_events);
    }

    pub(super) fn slow_consumer(&self) {
        self.slow_consumers.increment(1);
    }

    /// Counts a WebSocket as open for as long as the answer lives.
    pub(super) fn socket(&self) -> Open {
        self.sockets.increment(1);
        Open::new(&self.n_sockets)
    }

    /// Counts an event stream as open for as long as the answer lives.
    pub(super) fn stream(&self) -> Open {
        Open::new(&self.n_streams)
    }
}

/// Counts something as open for as long as it lives.
pub(super) struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

fn describe(recorder: &PrometheusRecorder) {
    let counters = [
        ("nexus_calls_total", "Calls answered, by method and outcome."),
        ("nexus_http_requests_total", "HTTP requests answered, by hundreds of the status."),
        ("nexus_websocket_connections_total", "WebSocket clients that were let in."),
        ("nexus_login_failures_total", "Wrong credentials."),
        ("nexus_events_sent_total", "Events sent to subscribers."),
        ("nexus_slow_consumers_total", "Clients that were cut because they did not read."),
        ("nexus_turns_total", "Turns that ended since the daemon began to listen, by status."),
    ];
    for (name, text) in counters {
        recorder.describe_counter(KeyName::from_const_str(name), None, text.into());
    }
    let gauges = [
        ("nexus_websocket_connections", "WebSocket clients that are connected."),
        ("nexus_event_streams", "Event streams that are open."),
    ];
    for (name, text) in gauges {
        recorder.describe_gauge(KeyName::from_const_str(name), None, text.into());
    }
    let text = "Time from a call to its first answer.";
    let name = KeyName::from_const_str("nexus_call_duration_seconds");
    recorder.describe_histogram(name, None, text.into());
}

/// Counts turns as they end, until the daemon stops.
pub(super) async fn count_turns(shared: Arc<Shared>) {
    #[derive(Deserialize)]
    struct Ended<'a> {
        status: &'a str,
    }
    let context = &shared.context;
    let Ok(filter) = Filter::of_types(&[KIND_TURN_COMPLETED]) else { return };
    let mut subscription = context.bus.subscribe(filter, context.ledger.position());
    loop {
        let item = tokio::select! {
            () = context.shutdown.begun() => return,
            item = subscription.next(&context.ledger) => item,
        };
        match item {
            Ok(Item::Recorded(event)) => {
                let ended: Result<Ended<'_>, _> = serde_json::from_str(&event.properties);
                let status = ended.ok().and_then(|ended| {
                    TURN_STATUSES.iter().position(|status| *status == ended.status)
                });
                if let Some(status) = status {
                    shared.metrics.turns[status].increment(1);
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "turns are no longer counted");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_kept_apart_and_have_bounded_labels() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.call(Method::Health, None, 50);
        one.call(Method::Status, Some(&Failure::denied("no")), 50);
        let open = one.socket();
        let text = one.render();
        let line = r#"nexus_calls_total{method="health",outcome="ok"} 1"#;
        assert!(text.contains(line), "{text}");
        assert!(text.contains(r#"nexus_calls_total{method="status",outcome="denied"} 1"#));
        assert!(text.contains("nexus_websocket_connections 1"));
        assert!(text.contains("nexus_call_duration_seconds_bucket"));
        drop(open);
        assert!(one.render().contains("nexus_websocket_connections 0"));
        assert!(!other.render().contains(line));
    }

    #[test]
    fn the_table_and_its_numbers_agree() {
        for (n, method) in Method::ALL.iter().enumerate() {
            assert_eq!(*method as usize, n);
        }
    }
}
