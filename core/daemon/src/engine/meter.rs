//! Paying for model calls: set aside before, booked after, both in the ledger.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_agent::port::{Held, LogError, Meter, ModelSpent, Reservation, Spending};
use nexus_domain::Timestamp;
use nexus_domain::budget::{Amounts, Claim, Payer, Shortage, WorkClass};
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::{RequestId, ReservationId, TurnId};
use nexus_domain::message::{Cost, CostBasis, Usage};
use nexus_domain::principal::Chain;
use nexus_iam::Effect;
use nexus_ledger::{
    AuditEntry, Ledger, LedgerError, Reserved, Spent, Tx, UsageBasis, UsageRow, Wanted,
};

use crate::budget;
use crate::context::Context;
use crate::crash::CrashPoint;

/// The least model time that is worth a call, in milliseconds.
const MODEL_MS_MIN: u64 = 5_000;

/// The meter of one run, or of one call outside of any.
#[derive(Clone)]
pub(crate) struct RunMeter {
    pub(crate) context: Arc<Context>,
    pub(crate) turn_id: Option<TurnId>,
    pub(crate) request_id: Option<RequestId>,
    /// Who acts for whom; each agent of it pays.
    pub(crate) chain: Chain,
    pub(crate) payer: Payer,
}

impl Meter for RunMeter {
    fn reserve(&self, spending: Spending) -> BoxFuture<'_, Reservation> {
        Box::pin(async move {
            match self.set_aside(spending).await {
                Ok(reservation) => reservation,
                Err(failure) => {
                    tracing::error!(?failure, "what a call may cost could not be set aside");
                    Reservation::Broken(failure.message)
                }
            }
        })
    }

    fn settle(&self, spent: ModelSpent) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            let is_nothing = spent.usage.total_tokens() == 0;
            if is_nothing && spent.reservation.is_none() {
                return Ok(());
            }
            let (payer, now) = (self.payer.clone(), self.context.clock.now());
            let write =
                move |tx: &mut Tx<'_>| book(tx, &payer, &spent, u64::from(!is_nothing), now);
            match self.context.ledger.write(write).await {
                Ok(has_told) => {
                    self.show(has_told).await;
                    Ok(())
                }
                Err(error) => {
                    tracing::error!(%error, "what a call cost could not be recorded");
                    Err(LogError(Failure::from(error).message))
                }
            }
        })
    }
}

impl RunMeter {
    /// The meter of one call outside of any run.
    pub(crate) fn outside(context: Arc<Context>, chain: Chain) -> Self {
        let payer = Payer::of(&chain, None);
        Self { context, turn_id: None, request_id: None, chain, payer }
    }

    async fn set_aside(&self, spending: Spending) -> Result<Reservation, Failure> {
        let now = self.context.clock.now();
        let budgets = budget::of_payer(&self.context, &self.payer);
        let claims = budget::claims(&budgets, &self.payer, now);
        if claims.is_empty() {
            return Ok(Reservation::Unbounded);
        }
        let id = ReservationId::from_parts(now, self.context.clock.entropy());
        let wanted = Wanted {
            id,
            turn_id: self.turn_id,
            model: spending.model.clone(),
            is_priced: spending.is_priced,
            payer: self.payer.clone(),
            claims,
            cases: spending.cases.iter().map(|case| case.amounts).collect(),
            model_ms_min: MODEL_MS_MIN,
            at: now,
        };
        let (meter, model) = (self.clone(), spending.model);
        let in_force = budgets.clone();
        let (reserved, has_told) = self
            .context
            .ledger
            .write(move |tx| {
                let (reserved, events) = tx.budgets().reserve(&wanted)?;
                let has_told = tell(tx, events, now)?;
                if let Reserved::Refused(shortage) = &reserved {
                    let reason = budget::refusal(&budgets, shortage).message;
                    meter.audit_refusal(tx, &model, &reason, now)?;
                }
                Ok((reserved, has_told))
            })
            .await?;
        self.show(has_told).await;
        CrashPoint::Reserved.pass();
        Ok(match reserved {
            Reserved::Granted { case, amounts } => Reservation::Held(Held {
                id,
                output_tokens_max: spending
                    .cases
                    .get(case)
                    .map_or(u32::MAX, |case| case.output_tokens_max),
                model_ms_max: amounts.model_ms,
            }),
            Reserved::Refused(shortage) => {
                Reservation::Refused(budget::refusal(&in_force, &shortage))
            }
        })
    }

    fn audit_refusal(
        &self,
        tx: &mut Tx<'_>,
        model: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        tx.audit().append(&AuditEntry {
            at: now,
            request_id: self.request_id,
            turn_id: self.turn_id,
            chain: self.chain.clone(),
            action: "model.call".to_owned(),
            resource: model.to_owned(),
            verdict: Effect::Deny.name().to_owned(),
            reason: reason.to_owned(),
            digest: None,
        })?;
        let event = Event::AclDecision {
            request_id: self.request_id,
            chain: self.chain.clone(),
            action: format!("model.call {model}"),
            verdict: Effect::Deny.name().to_owned(),
            reason: reason.to_owned(),
        };
        tx.events().record(now, &event)?;
        Ok(())
    }

    async fn show(&self, has_told: bool) {
        if has_told {
            show(&self.context).await;
        }
    }
}

/// Brings the health board up to date after people were told of a budget.
pub(super) async fn show(context: &Context) {
    if let Err(error) = budget::refresh_health(context).await {
        tracing::warn!(%error, "the budgets could not be looked at");
    }
}

/// Books one model call: ends its reservation and adds to the sums of the day. Says whether
/// people were told of a budget.
pub(super) fn book(
    tx: &mut Tx<'_>,
    payer: &Payer,
    spent: &ModelSpent,
    n_calls: u64,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let mut has_told = false;
    let is_priced = spent.cost.basis != CostBasis::Unknown;
    if let Some(id) = spent.reservation {
        let amounts = Amounts {
            micro_usd: spent.cost.micro_usd,
            tokens: spent.usage.total_tokens(),
            tool_calls: 0,
            model_ms: spent.model_ms,
        };
        let events = tx.budgets().settle(id, Spent { amounts, is_priced })?;
        has_told = tell(tx, events.unwrap_or_default(), now)?;
    }
    if n_calls > 0 {
        tx.usage().add(&UsageRow {
            basis: UsageBasis::of(spent.cost.basis, spent.is_estimated),
            n_calls,
            usage: spent.usage,
            micro_usd: spent.cost.micro_usd,
            model_ms: spent.model_ms,
            ..row(payer, &spent.model, now)
        })?;
    }
    Ok(has_told)
}

/// Books one tool call, or says which budget has no room for it.
pub(super) fn take_tool_call(
    tx: &mut Tx<'_>,
    payer: &Payer,
    claims: &[Claim],
    model: Option<&str>,
    now: Timestamp,
) -> Result<(Option<Shortage>, bool), LedgerError> {
    let mut has_told = false;
    if !claims.is_empty() {
        let (shortage, events) = tx.budgets().take_tool_call(claims)?;
        has_told = tell(tx, events, now)?;
        if shortage.is_some() {
            return Ok((shortage, has_told));
        }
    }
    let row = row(payer, model.unwrap_or_default(), now);
    tx.usage().add(&UsageRow { n_tool_calls: 1, ..row })?;
    Ok((None, has_told))
}

/// Ends reservations that nobody will settle any more as if all of it had been spent: what the
/// provider bills for a call that died with the daemon is not known, but it is not more.
pub(super) fn write_off(
    tx: &mut Tx<'_>,
    turn_id: Option<TurnId>,
    now: Timestamp,
) -> Result<usize, LedgerError> {
    let left = tx.budgets().reservations(turn_id)?;
    for reservation in &left {
        let amounts = reservation.amounts;
        let basis = match (reservation.is_priced, amounts.micro_usd) {
            (false, _) => CostBasis::Unknown,
            (true, 0) => CostBasis::Free,
            (true, _) => CostBasis::PriceTable,
        };
        // The time went by while nothing ran; only what the call was given can count.
        let spent = ModelSpent {
            reservation: Some(reservation.id),
            model: reservation.model.clone(),
            usage: Usage { input_tokens: amounts.tokens, ..Usage::default() },
            cost: Cost { micro_usd: amounts.micro_usd, basis },
            is_estimated: true,
            model_ms: amounts.model_ms,
        };
        book(tx, &reservation.payer, &spent, 1, now)?;
    }
    Ok(left.len())
}

/// Writes off what calls of an earlier run of the daemon had set aside. To be called before
/// anything new is taken.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn write_off_leftovers(ledger: &Ledger, now: Timestamp) -> Result<usize, Failure> {
    Ok(ledger.write(move |tx| write_off(tx, None, now)).await?)
}

fn tell(tx: &mut Tx<'_>, events: Vec<Event>, now: Timestamp) -> Result<bool, LedgerError> {
    for event in &events {
        tracing::warn!(?event, "budget");
        tx.events().record(now, event)?;
    }
    Ok(!events.is_empty())
}

fn row(payer: &Payer, model: &str, now: Timestamp) -> UsageRow {
    let class: WorkClass = payer.class;
    UsageRow {
        day: budget::day(now),
        agent_id: payer.agents.last().map(ToString::to_string).unwrap_or_default(),
        session_key: payer.session_key.as_ref().map(ToString::to_string).unwrap_or_default(),
        model: model.to_owned(),
        api_key: payer.key.clone().unwrap_or_default(),
        class,
        basis: UsageBasis::Free,
        n_calls: 0,
        n_tool_calls: 0,
        usage: Usage::default(),
        micro_usd: 0,
        model_ms: 0,
    }
}
