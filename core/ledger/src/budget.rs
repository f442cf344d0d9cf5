//! Budgets: what is used of them and what is set aside for calls at work.
//!
//! A reservation and its accounts change in one transaction of the one writer, so two calls can
//! never both get the last of a budget. A reservation that nobody settled (the daemon died) keeps
//! its worst case set aside until it is settled as if it had been spent.

use nexus_domain::Timestamp;
use nexus_domain::budget::{Amounts, Claim, Limits, Payer, Resource, Shortage, Standing, choose};
use nexus_domain::event::Event;
use nexus_domain::id::{ReservationId, TurnId};
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

/// An account is a row per budget, holder and period.
pub(crate) const SCHEMA: &str = "
CREATE TABLE budget_windows (
    budget             TEXT NOT NULL,
    window             TEXT NOT NULL,
    holder             TEXT NOT NULL,
    micro_usd_used     INTEGER NOT NULL,
    tokens_used        INTEGER NOT NULL,
    tool_calls_used    INTEGER NOT NULL,
    model_ms_used      INTEGER NOT NULL,
    micro_usd_reserved INTEGER NOT NULL,
    tokens_reserved    INTEGER NOT NULL,
    model_ms_reserved  INTEGER NOT NULL,
    n_unpriced         INTEGER NOT NULL,
    told               INTEGER NOT NULL,
    limits             TEXT NOT NULL,
    PRIMARY KEY (budget, window, holder)
) STRICT, WITHOUT ROWID;
CREATE TABLE budget_reservations (
    id      TEXT PRIMARY KEY,
    turn_id TEXT NOT NULL,
    model   TEXT NOT NULL,
    amounts TEXT NOT NULL,
    is_priced INTEGER NOT NULL,
    claims  TEXT NOT NULL,
    payer   TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_reservations_turn ON budget_reservations (turn_id);
";

/// A call that wants room set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The id of the reservation, if there will be one.
    pub id: ReservationId,
    /// The turn; `None` for a call outside of any.
    pub turn_id: Option<TurnId>,
    /// The model, as `provider/model`.
    pub model: String,
    /// Whether its price is known.
    pub is_priced: bool,
    /// Who pays.
    pub payer: Payer,
    /// The accounts that must have room.
    pub claims: Vec<Claim>,
    /// Worst cases, the largest first; the first that fits is taken.
    pub cases: Vec<Amounts>,
    /// The least model time that is of any use, in milliseconds.
    pub model_ms_min: u64,
    /// Now.
    pub at: Timestamp,
}

/// What is set aside for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// The turn; `None` for a call outside of any.
    pub turn_id: Option<TurnId>,
    /// The model, as `provider/model`.
    pub model: String,
    /// Whether its price is known.
    pub is_priced: bool,
    /// How much.
    pub amounts: Amounts,
    /// The accounts it is set aside in.
    pub claims: Vec<Claim>,
    /// Who pays.
    pub payer: Payer,
    /// Since when.
    pub at: Timestamp,
}

/// The answer to a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// Set aside: which of the cases, and how much exactly.
    Granted {
        /// Index of the case.
        case: usize,
        /// What was set aside.
        amounts: Amounts,
    },
    /// No room.
    Refused(Shortage),
}

/// What a call came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How much.
    pub amounts: Amounts,
    /// Whether the price was known.
    pub is_priced: bool,
}

/// One account as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account, such as `owner` or `agent:main`.
    pub holder: String,
    /// How it stands.
    pub standing: Standing,
    /// The limits when it was last used.
    pub limits: Limits,
    /// Of what nothing was left, or too little for a call, when one was last refused.
    pub exhausted: Option<Resource>,
}

/// Reads budgets.
pub struct Budgets<'a>(pub(crate) &'a Connection);

impl Budgets<'_> {
    /// How an account stands; one that was never used stands at nothing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn standing(&self, claim: &Claim) -> Result<Standing, LedgerError> {
        Ok(self.row(claim)?.unwrap_or_default().standing)
    }

    /// Every account of a budget in one period, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn accounts(
        &self,
        budget: &str,
        window: &str,
        limit: u32,
    ) -> Result<Vec<Account>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM budget_windows WHERE budget = ?1 AND window = ?2
             ORDER BY holder LIMIT ?3",
            (budget, window, sql::limit(limit)),
            |row| {
                let Window { standing, told, limits } = read_row(row)?;
                let is_out = |resource: &Resource| told & exhausted_bit(*resource) != 0;
                let exhausted = Resource::ALL.into_iter().find(is_out);
                Ok(Account { holder: row.get("holder")?, standing, limits, exhausted })
            },
        )
    }

    /// What is set aside, of one turn or altogether, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reservations(&self, turn: Option<TurnId>) -> Result<Vec<Reservation>, LedgerError> {
        match turn {
            Some(turn) => sql::all(
                self.0,
                "SELECT * FROM budget_reservations WHERE turn_id = ?1 ORDER BY id",
                [turn.to_string()],
                read_reservation,
            ),
            None => sql::all(
                self.0,
                "SELECT * FROM budget_reservations ORDER BY id",
                (),
                read_reservation,
            ),
        }
    }

    fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM budget_reservations WHERE id = ?1",
            [id.to_string()],
            read_reservation,
        )
    }

    fn row(&self, claim: &Claim) -> Result<Option<Window>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM budget_windows WHERE budget = ?1 AND window = ?2 AND holder = ?3",
            (&claim.budget, &claim.window, &claim.holder),
            read_row,
        )
    }
}

/// A row of the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Window {
    standing: Standing,
    /// What people were told already, a bit each.
    told: i64,
    /// The limits when they were told it.
    limits: Limits,
}

impl Window {
    fn has_told(&mut self, bit: i64) -> bool {
        let has_told = self.told & bit != 0;
        self.told |= bit;
        has_told
    }
}

fn warned_bit(resource: Resource) -> i64 {
    1 << (resource as i64)
}

fn exhausted_bit(resource: Resource) -> i64 {
    1 << (8 + resource as i64)
}

fn read_row(row: &Row<'_>) -> Result<Window, LedgerError> {
    Ok(Window {
        standing: Standing {
            used: Amounts {
                micro_usd: sql::count(row, "micro_usd_used")?,
                tokens: sql::count(row, "tokens_used")?,
                tool_calls: sql::count(row, "tool_calls_used")?,
                model_ms: sql::count(row, "model_ms_used")?,
            },
            reserved: Amounts {
                micro_usd: sql::count(row, "micro_usd_reserved")?,
                tokens: sql::count(row, "tokens_reserved")?,
                tool_calls: 0,
                model_ms: sql::count(row, "model_ms_reserved")?,
            },
            n_unpriced: sql::count(row, "n_unpriced")?,
        },
        told: row.get("told")?,
        limits: sql::json(row, "limits")?,
    })
}

fn read_reservation(row: &Row<'_>) -> Result<Reservation, LedgerError> {
    let turn: String = row.get("turn_id")?;
    Ok(Reservation {
        id: sql::text(row, "id")?,
        turn_id: if turn.is_empty() { None } else { Some(sql::text(row, "turn_id")?) },
        model: row.get("model")?,
        is_priced: row.get("is_priced")?,
        amounts: sql::json(row, "amounts")?,
        claims: sql::json(row, "claims")?,
        payer: sql::json(row, "payer")?,
        at: sql::at(row, "at")?,
    })
}

/// Changes budgets. What people have to be told is handed back as events, which belong into the
/// same transaction.
pub struct BudgetsMut<'a>(pub(crate) Budgets<'a>);

impl BudgetsMut<'_> {
    /// Sets the worst case of a call aside in every account, or in none.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing is set aside.
    pub fn reserve(&self, wanted: &Wanted) -> Result<(Reserved, Vec<Event>), LedgerError> {
        let mut windows = Vec::with_capacity(wanted.claims.len());
        for claim in &wanted.claims {
            windows.push(self.window(claim)?);
        }
        let accounts: Vec<_> =
            wanted.claims.iter().cloned().zip(windows.iter().map(|w| w.standing)).collect();
        let (case, amounts) = match choose(&accounts, &wanted.cases, wanted.model_ms_min) {
            Ok(chosen) => chosen,
            Err(Some(shortage)) => {
                let told = self.tell_shortage(&wanted.claims, windows, &shortage)?;
                return Ok((Reserved::Refused(shortage), told));
            }
            Err(None) => return Err(LedgerError::Invalid("a call has a worst case".to_owned())),
        };
        let aside = Amounts { tool_calls: 0, ..amounts };
        for (claim, mut window) in wanted.claims.iter().zip(windows) {
            window.standing.reserved = window.standing.reserved.plus(aside);
            self.put(claim, &window)?;
        }
        sql::run(
            self.0.0,
            "INSERT INTO budget_reservations
                 (id, turn_id, model, amounts, is_priced, claims, payer, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                wanted.id.to_string(),
                wanted.turn_id.map(|turn| turn.to_string()).unwrap_or_default(),
                wanted.model,
                serde_json::to_string(&aside)?,
                wanted.is_priced,
                serde_json::to_string(&wanted.claims)?,
                serde_json::to_string(&wanted.payer)?,
                wanted.at.0,
            ],
        )?;
        Ok((Reserved::Granted { case, amounts: aside }, Vec::new()))
    }

    /// Ends a reservation with what the call came to, which is booked in full even where it is
    /// more than was set aside. `None` when it was settled before: nothing is booked twice.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn settle(
        &self,
        id: ReservationId,
        spent: Spent,
    ) -> Result<Option<Vec<Event>>, LedgerError> {
        let Some(reservation) = self.0.reservation(id)? else { return Ok(None) };
        sql::run(self.0.0, "DELETE FROM budget_reservations WHERE id = ?1", [id.to_string()])?;
        let mut told = Vec::new();
        for claim in &reservation.claims {
            let mut window = self.0.row(claim)?.unwrap_or_default();
            let standing = &mut window.standing;
            standing.reserved = standing.reserved.minus(reservation.amounts);
            standing.used = standing.used.plus(spent.amounts);
            let has_unpriced_tokens = !spent.is_priced && spent.amounts.tokens > 0;
            standing.n_unpriced += u64::from(has_unpriced_tokens);
            told.extend(tell(claim, &mut window));
            self.put(claim, &window)?;
        }
        Ok(Some(told))
    }

    /// Books one tool call in every account, or in none when one has no room.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn take_tool_call(
        &self,
        claims: &[Claim],
    ) -> Result<(Option<Shortage>, Vec<Event>), LedgerError> {
        let call = Amounts { tool_calls: 1, ..Amounts::default() };
        let mut windows = Vec::with_capacity(claims.len());
        for claim in claims {
            windows.push(self.window(claim)?);
        }
        let accounts: Vec<_> =
            claims.iter().cloned().zip(windows.iter().map(|w| w.standing)).collect();
        if let Err(Some(shortage)) = choose(&accounts, &[call], 0) {
            let told = self.tell_shortage(claims, windows, &shortage)?;
            return Ok((Some(shortage), told));
        }
        let mut told = Vec::new();
        for (claim, mut window) in claims.iter().zip(windows) {
            window.standing.used = window.standing.used.plus(call);
            told.extend(tell(claim, &mut window));
            self.put(claim, &window)?;
        }
        Ok((None, told))
    }

    /// An account with the limits in force; limits that changed are told of anew.
    fn window(&self, claim: &Claim) -> Result<Window, LedgerError> {
        let mut window = self.0.row(claim)?.unwrap_or_default();
        if window.limits != claim.limits {
            window.limits = claim.limits;
            window.told = 0;
        }
        Ok(window)
    }

    fn tell_shortage(
        &self,
        claims: &[Claim],
        windows: Vec<Window>,
        shortage: &Shortage,
    ) -> Result<Vec<Event>, LedgerError> {
        let mut told = Vec::new();
        let is_meant =
            |claim: &Claim| claim.budget == shortage.budget && claim.holder == shortage.holder;
        for (claim, mut window) in claims.iter().zip(windows) {
            let bit = exhausted_bit(shortage.resource);
            if is_meant(claim) && shortage.is_lasting() && !window.has_told(bit) {
                told.push(exhausted(claim, shortage.resource, shortage.used, shortage.limit));
                self.put(claim, &window)?;
            }
        }
        Ok(told)
    }

    fn put(&self, claim: &Claim, window: &Window) -> Result<(), LedgerError> {
        let Standing { used, reserved, n_unpriced } = window.standing;
        sql::run(
            self.0.0,
            "INSERT INTO budget_windows (budget, window, holder, micro_usd_used, tokens_used,
                 tool_calls_used, model_ms_used, micro_usd_reserved, tokens_reserved,
                 model_ms_reserved, n_unpriced, told, limits)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (budget, window, holder) DO UPDATE SET
                 micro_usd_used = excluded.micro_usd_used, tokens_used = excluded.tokens_used,
                 tool_calls_used = excluded.tool_calls_used,
                 model_ms_used = excluded.model_ms_used,
                 micro_usd_reserved = excluded.micro_usd_reserved,
                 tokens_reserved = excluded.tokens_reserved,
                 model_ms_reserved = excluded.model_ms_reserved,
                 n_unpriced = excluded.n_unpriced, told = excluded.told,
                 limits = excluded.limits",
            params![
                claim.budget,
                claim.window,
                claim.holder,
                sql::number(used.micro_usd),
                sql::number(used.tokens),
                sql::number(used.tool_calls),
                sql::number(used.model_ms),
                sql::number(reserved.micro_usd),
                sql::number(reserved.tokens),
                sql::number(reserved.model_ms),
                sql::number(n_unpriced),
                window.told,
                serde_json::to_string(&window.limits)?,
            ],
        )?;
        Ok(())
    }
}

/// What people have to be told of an account that has changed.
fn tell(claim: &Claim, window: &mut Window) -> Vec<Event> {
    let mut told = Vec::new();
    for resource in Resource::ALL {
        let Some(limit) = claim.limits.of(resource) else { continue };
        let used = window.standing.used.of(resource);
        let is_near =
            u128::from(used) * 100 >= u128::from(limit) * u128::from(claim.warn_percent.min(100));
        if is_near && used > 0 && !window.has_told(warned_bit(resource)) {
            told.push(Event::BudgetWarned {
                budget: claim.budget.clone(),
                holder: claim.holder.clone(),
                resource,
                used,
                limit,
                resets_at: claim.resets_at,
            });
        }
        if used >= limit && used > 0 && !window.has_told(exhausted_bit(resource)) {
            told.push(exhausted(claim, resource, used, limit));
        }
    }
    told
}

fn exhausted(claim: &Claim, resource: Resource, used: u64, limit: u64) -> Event {
    Event::BudgetExhausted {
        budget: claim.budget.clone(),
        holder: claim.holder.clone(),
        resource,
        used,
        limit,
        resets_at: claim.resets_at,
    }
}
