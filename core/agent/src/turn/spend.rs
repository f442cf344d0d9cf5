//! What a model call may cost at most, before it is made, and what it did cost, however it ended.

use nexus_domain::agent::{AgentError, AgentErrorKind};
use nexus_domain::message::Usage;

use super::reply::Draft;
use super::{End, Run, internal};
use crate::port::{Clock, Held, ModelSpent, Reservation, Spending};
use crate::provider::{Picked, ProviderKind, worst_cases};

/// A call that is being paid for.
pub(super) struct Tab {
    held: Option<Held>,
    /// Tokens sent, estimated.
    input_tokens: u64,
    started_us: u64,
}

impl Tab {
    /// Most tokens of the reply; the provider's own limit where nothing is bounded.
    pub(super) fn output_tokens_max(&self) -> Option<u32> {
        self.held.map(|held| held.output_tokens_max)
    }

    /// Most time for the call, in milliseconds.
    pub(super) fn model_ms_max(&self) -> u64 {
        self.held.map_or(u64::MAX, |held| held.model_ms_max)
    }

    fn elapsed_ms(&self, clock: &dyn Clock) -> u64 {
        clock.monotonic_us().saturating_sub(self.started_us).div_ceil(1_000)
    }
}

impl Run<'_> {
    /// Has the worst case of a call set aside, or ends the run.
    pub(super) async fn open_tab(
        &self,
        picked: &Picked,
        input_tokens: u64,
        output_tokens_max: Option<u32>,
    ) -> Result<Tab, End> {
        self.stand_by().await?;
        tokio::select! {
            biased;
            () = self.stop.now() => return Err(End::Stopped),
            () = self.world.power.awake() => {}
        }
        let models = &self.world.models;
        let duration_ms = self.remaining_ms();
        let cases = worst_cases(models, picked, input_tokens, output_tokens_max, duration_ms);
        let spending =
            Spending { model: picked.id.clone(), is_priced: models.is_priced(picked), cases };
        let held = match self.world.meter.reserve(spending).await {
            Reservation::Unbounded => None,
            Reservation::Held(held) => Some(held),
            Reservation::Refused(error) => return Err(End::Failed(error)),
            Reservation::Broken(why) => {
                let what = format!("what the call may cost could not be set aside: {why}");
                return Err(End::Failed(internal(what)));
            }
        };
        Ok(Tab { held, input_tokens, started_us: self.world.clock.monotonic_us() })
    }

    /// Waits until the run may take its next step; that time does not count.
    async fn stand_by(&self) -> Result<(), End> {
        let _pause = self.stopwatch.pause();
        tokio::select! {
            biased;
            () = self.stop.now() => Err(End::Stopped),
            () = self.world.gate.ready() => Ok(()),
        }
    }

    /// What a call came to of which the provider said how many tokens it took.
    pub(super) fn spent(
        &self,
        picked: &Picked,
        tab: &Tab,
        usage: Usage,
        is_estimated: bool,
    ) -> ModelSpent {
        ModelSpent {
            reservation: tab.held.map(|held| held.id),
            model: picked.id.clone(),
            usage,
            cost: self.world.models.cost(picked, usage),
            is_estimated,
            model_ms: tab.elapsed_ms(&*self.world.clock),
        }
    }

    /// What a complete reply came to; some servers do not say.
    pub(super) fn replied(
        &self,
        picked: &Picked,
        tab: &Tab,
        usage: Usage,
        output_tokens: u64,
    ) -> ModelSpent {
        if usage.total_tokens() > 0 || picked.kind == ProviderKind::Offline {
            return self.spent(picked, tab, usage, false);
        }
        let input_tokens = tab.input_tokens;
        let usage = Usage { input_tokens, output_tokens, ..Usage::default() };
        self.spent(picked, tab, usage, true)
    }

    /// What a call came to that broke off: what the provider said so far, and our estimate of the
    /// rest. One that was refused or never reached the provider came to nothing.
    pub(super) fn broken_off(
        &self,
        picked: &Picked,
        tab: &Tab,
        draft: &Draft<'_>,
        was_sent: bool,
    ) -> ModelSpent {
        if !was_sent || picked.kind == ProviderKind::Offline {
            return self.spent(picked, tab, Usage::default(), false);
        }
        let (mut usage, received) = draft.tokens();
        if usage.input_tokens == 0 {
            usage.input_tokens = tab.input_tokens;
        }
        usage.output_tokens = usage.output_tokens.max(received);
        self.spent(picked, tab, usage, true)
    }

    /// What a call came to of whose reply nothing was kept.
    pub(super) fn sent_in_vain(&self, picked: &Picked, tab: &Tab) -> ModelSpent {
        let output_tokens = tab.output_tokens_max().map_or(0, u64::from);
        let usage = Usage { input_tokens: tab.input_tokens, output_tokens, ..Usage::default() };
        self.spent(picked, tab, usage, true)
    }

    /// The run's own time is up, or that of a budget.
    pub(super) fn time_is_up(&self, tab: &Tab) -> End {
        if self.remaining_ms() == 0 || tab.held.is_none() {
            return self.out_of_time();
        }
        let seconds = tab.model_ms_max() / 1_000;
        End::Failed(AgentError {
            kind: AgentErrorKind::BudgetExhausted,
            message: format!(
                "the reply was cut off after {seconds} s: that was all the model time a budget \
                 had left"
            ),
            hint: Some("see which one: nexus budget list; raise its model_ms_max".to_owned()),
            is_retryable: false,
        })
    }
}
