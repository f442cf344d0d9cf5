//! Questions of a turn: put before the person, answered once, kept while the daemon is away.

use nexus_client::{Resumed, ResumingEvents, call};
use nexus_domain::event::Event;
use nexus_domain::permission::{PermissionKind, PermissionRequest};
use nexus_protocol::acl::ListParams;

use super::driver::Driver;
use super::person::{self, Decision};
use super::turn::Turn;
use crate::command::acl;
use crate::command::events::summary;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::text;

/// What is kept while a person thinks; a turn that waits has little to tell.
const MISSED_MAX: usize = 1_024;

/// Most permission requests that are looked at when a conversation is opened.
const WAITING_MAX: u32 = 500;

impl Driver {
    /// Asks about senders that wait for a word, whatever session they would write in; then about
    /// everything that waits in this session already, and shows how its turn goes on.
    pub(super) async fn ask_waiting(&mut self) -> Result<()> {
        let Some(client) = self.events.client() else { return Ok(()) };
        let params =
            ListParams { include_resolved: false, session_key: None, limit: Some(WAITING_MAX) };
        let waiting = client.request::<call::AclRequestsList>(params).await?.requests;
        let (senders, waiting): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .filter(|one| one.kind == PermissionKind::Sender || one.session_key == self.session)
            .partition(|one| one.kind == PermissionKind::Sender);
        for permission in &senders {
            let mut turn = Turn::new(None, self.context.output.clone());
            self.ask(permission, &mut turn).await?;
            turn.painter.end()?;
        }
        // A session has one turn at a time, so all that wait in it belong to the same.
        let Some(first) = waiting.first() else { return Ok(()) };
        let mut turn = Turn::new(first.turn_id, self.context.output.clone());
        for permission in &waiting {
            self.ask(permission, &mut turn).await?;
        }
        self.attend(&mut turn).await?;
        turn.painter.end()
    }

    /// Shows a turn that somebody else began, to its end.
    async fn attend(&mut self, turn: &mut Turn) -> Result<()> {
        while turn.stop_reason.is_none() {
            let resumed = tokio::select! {
                _ = tokio::signal::ctrl_c() => {
                    self.interrupted(turn).await?;
                    continue;
                }
                resumed = self.events.next() => resumed?,
            };
            match resumed {
                Resumed::Event(frame) => self.on_event(&frame, None, turn).await?,
                Resumed::Away { .. } if !self.is_run_lost => {
                    self.is_run_lost = true;
                    turn.painter.note("(the daemon is away; Ctrl-C twice leaves)")?;
                }
                Resumed::Away { .. } => {}
                Resumed::Back => {
                    self.is_run_lost = false;
                    turn.painter.note("(connected again; the turn goes on)")?;
                }
            }
        }
        Ok(())
    }

    /// Puts a permission request before the person; without one, says where it can be decided.
    pub(super) async fn ask(
        &mut self,
        permission: &PermissionRequest,
        turn: &mut Turn,
    ) -> Result<()> {
        let mut permission = permission.clone();
        if self.asks_here
            && let Some(client) = self.events.client()
        {
            permission = acl::seen(client, permission, &self.context).await?;
        }
        let permission = &permission;
        turn.painter.permission(permission)?;
        if !self.asks_here {
            if self.waits_elsewhere {
                return turn.painter.note("(waiting for somebody to decide)");
            }
            turn.painter.end()?;
            let what = format!("{} waits for a decision", permission.agent_id);
            return Err(CliError::new(Exit::Usage, "NEEDS_DECISION", what)
                .why(format!("it wants: {}", acl::action(permission)))
                .fix(format!("nexus acl request approve {}", permission.id))
                .fix(format!("nexus acl request deny {}", permission.id))
                .fix(format!(
                    "or decide in the conversation: nexus chat --session {}",
                    self.session
                )));
        }
        let mut missed = Vec::new();
        let n_scopes = permission.proposals.len();
        loop {
            let asked = tokio::select! {
                decision = person::decide(n_scopes, &self.context.output) => Some(decision?),
                word = elsewhere(&mut self.events, permission, &mut missed) => {
                    turn.painter.note(&format!("({})", word?))?;
                    None
                }
            };
            let Some(decision) = asked else { break };
            self.until_back(turn, &mut missed).await?;
            if decision != Decision::Extend {
                self.decide(permission, decision, turn).await?;
                break;
            }
            self.extend(permission, turn).await?;
        }
        for resumed in missed {
            match resumed {
                Resumed::Event(frame) => turn.on_event(&frame, &self.session)?,
                Resumed::Away { .. } | Resumed::Back => self.is_run_lost = true,
            }
        }
        Ok(())
    }

    /// A decision that was made while the daemon was away is kept until it is back.
    async fn until_back(&mut self, turn: &mut Turn, missed: &mut Vec<Resumed>) -> Result<()> {
        if self.events.client().is_some() {
            return Ok(());
        }
        turn.painter.note("(the daemon is away; it gets your answer when it is back)")?;
        while self.events.client().is_none() {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Err(CliError::silent(Exit::Interrupted)),
                resumed = self.events.next() => missed.push(resumed?),
            }
        }
        Ok(())
    }

    async fn extend(&mut self, permission: &PermissionRequest, turn: &mut Turn) -> Result<()> {
        let Some(client) = self.events.client() else { return Ok(()) };
        match acl::extend(client, permission, &self.context).await {
            Ok(request) => {
                let left = text::left(request.expires_at, now());
                turn.painter.note(&format!("({left})"))
            }
            Err(error) if matches!(error.exit, Exit::Conflict | Exit::NotFound) => {
                turn.painter.note(&format!("({})", error.what))
            }
            Err(error) => Err(error),
        }
    }

    async fn decide(
        &mut self,
        permission: &PermissionRequest,
        decision: Decision,
        turn: &mut Turn,
    ) -> Result<()> {
        let Some(client) = self.events.client() else { return Ok(()) };
        let outcome = match decision {
            Decision::Approve(how) => acl::approve(client, permission, how, &self.context).await,
            Decision::Deny(how) => acl::deny(client, permission, how, &self.context).await,
            Decision::Extend => return Ok(()),
            Decision::Stop => return self.interrupted(turn).await,
        };
        match outcome {
            Ok(request) => turn.painter.decided(&request),
            // Somebody else was faster, or the run has ended: that is news, not an error.
            Err(error) if matches!(error.exit, Exit::Conflict | Exit::NotFound) => {
                turn.painter.note(&format!("({})", error.what))
            }
            Err(error) => Err(error),
        }
    }
}

/// Waits until a permission request is decided by somebody else; what happens meanwhile is kept,
/// because a line that is being typed must not be written over.
async fn elsewhere(
    events: &mut ResumingEvents,
    permission: &PermissionRequest,
    missed: &mut Vec<Resumed>,
) -> Result<String> {
    loop {
        let resumed = events.next().await?;
        if let Resumed::Event(frame) = &resumed
            && let Some(Event::PermissionResolved { permission_id, status, resolved_by, .. }) =
                summary::event(frame)
            && permission_id == permission.id
        {
            let by = resolved_by.map_or(String::new(), |by| format!(" by {by}"));
            return Ok(format!("{}{by}", format!("{status:?}").to_lowercase()));
        }
        if missed.len() < MISSED_MAX {
            missed.push(resumed);
        }
    }
}
