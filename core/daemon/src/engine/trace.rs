//! The trace of a request while its stages run.

use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::id::RequestId;
use nexus_domain::pipeline::Stage;
use nexus_domain::request::{Request, StageOutcome, StageTrace};
use nexus_ledger::{LedgerError, Tx};

/// Collects what stages record until the next durable point.
pub(super) struct TraceBook {
    clock: Arc<dyn Clock>,
    traces: Vec<StageTrace>,
    open: Option<(Stage, Timestamp, u64)>,
}

impl TraceBook {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, traces: Vec::new(), open: None }
    }

    /// A stage begins.
    pub(super) fn begin(&mut self, stage: Stage) {
        self.open = Some((stage, self.clock.now(), self.clock.monotonic_us()));
    }

    /// The stage that began last ends.
    pub(super) fn end(&mut self, outcome: StageOutcome, note: impl Into<String>) {
        let Some((stage, started_at, started_us)) = self.open.take() else { return };
        self.traces.push(StageTrace {
            stage,
            started_at,
            duration_us: self.clock.monotonic_us().saturating_sub(started_us),
            outcome,
            note: note.into(),
        });
    }

    /// Hands the traces over to be written.
    pub(super) fn take(&mut self) -> Vec<StageTrace> {
        std::mem::take(&mut self.traces)
    }
}

/// Writes the traces that the request does not have: of one that was put aside and goes through its
/// stages again.
pub(super) fn write_new(
    tx: &mut Tx<'_>,
    request: &Request,
    traces: &[StageTrace],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let is_there = |trace: &StageTrace| {
        request.stages.iter().any(|one| one.stage == trace.stage && one.note == trace.note)
    };
    let new: Vec<_> = traces.iter().filter(|trace| !is_there(trace)).cloned().collect();
    write(tx, request.id, &new, now)
}

/// Writes traces of a request, each with its event.
pub(super) fn write(
    tx: &mut Tx<'_>,
    request_id: RequestId,
    traces: &[StageTrace],
    now: Timestamp,
) -> Result<(), LedgerError> {
    for trace in traces {
        tx.requests().trace(request_id, trace)?;
        let event = Event::RequestStage {
            request_id,
            stage: trace.stage,
            outcome: trace.outcome,
            duration_us: trace.duration_us,
            note: trace.note.clone(),
        };
        tx.events().record(now, &event)?;
    }
    Ok(())
}
