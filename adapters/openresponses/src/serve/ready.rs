//! Everything that is known of a response before it runs.

use nexus_adapter::{AgentId, Brief, CallerParams, ReplyForm};
use nexus_ingress::{Call, Problem, model};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::conversation::{Conversation, Reader};
use crate::error;
use crate::request::Wanted;
use crate::request::item::REFERENCE;
use crate::store::{Missing, New};
use crate::writing::{Manner, Writing};

/// A conversation that one connection remembers, since it is stored nowhere.
pub(super) struct Remembered {
    /// The response it ends with.
    pub(super) id: String,
    pub(super) items: Vec<Value>,
    /// Its share of the memory.
    pub(super) _room: OwnedSemaphorePermit,
}

/// What was said before, and now.
pub(super) struct Context {
    /// Whose it is.
    pub(super) principal: String,
    pub(super) before: Vec<Value>,
    pub(super) sent: Vec<Value>,
    /// The stored response that `before` ends with.
    stored: Option<String>,
    /// The share of the memory that `before` takes.
    _room: Option<OwnedSemaphorePermit>,
}

/// A response that can be run.
pub(super) struct Ready {
    pub(super) id: String,
    pub(super) context: Context,
    pub(super) writing: Writing,
    pub(super) caller: CallerParams,
    pub(super) agent_id: AgentId,
    pub(super) wanted: Wanted,
}

impl Context {
    /// Gathers what was said.
    ///
    /// # Errors
    /// When the credential is no good, or what is named is not there.
    pub(super) async fn gather(
        app: &App,
        caller: &CallerParams,
        sent: Vec<Value>,
        previous: Option<&str>,
        remembered: Option<&Remembered>,
    ) -> Result<Self, Problem> {
        let principal = app.owner(caller).await?;
        let mut context = Self { principal, before: Vec::new(), sent, stored: None, _room: None };
        match (previous, remembered) {
            (None, _) => {}
            (Some(id), Some(remembered)) if remembered.id == id => {
                context.before.clone_from(&remembered.items);
            }
            (Some(id), _) => context.look_up(app, id).await?,
        }
        context.resolve(app).await?;
        Ok(context)
    }

    async fn look_up(&mut self, app: &App, id: &str) -> Result<(), Problem> {
        let bytes_max = app.ingress.listen.body_bytes_max;
        let found = app.store.conversation(&self.principal, id, bytes_max).await?;
        let (items, n_bytes) = found.map_err(|missing| match missing {
            Missing::Response(id) => error::no_previous(&id),
            Missing::Unfinished => {
                let message = "the previous response is still being written; wait for its end";
                Problem::invalid("previous_response_id", "response_in_progress", message)
            }
            Missing::TooLong => {
                let message = "the conversation is too long; compact it with POST \
                               /v1/responses/compact, or begin anew";
                Problem::invalid("previous_response_id", "context_length_exceeded", message)
            }
        })?;
        self._room = Some(app.ingress.room(n_bytes)?);
        (self.before, self.stored) = (items, Some(id.to_owned()));
        Ok(())
    }

    /// Puts items in the place of what only names them.
    async fn resolve(&mut self, app: &App) -> Result<(), Problem> {
        for n in 0..self.sent.len() {
            if self.sent[n]["type"] != REFERENCE {
                continue;
            }
            let id = self.sent[n]["id"].as_str().unwrap_or_default().to_owned();
            let near = self.before.iter().find(|item| item["id"] == id.as_str()).cloned();
            let found = match near {
                Some(item) => Some(item),
                None => app.store.item(&self.principal, &id).await?,
            };
            self.sent[n] = found.ok_or_else(|| error::no_item(&id, n))?;
        }
        Ok(())
    }

    /// The conversation, as the daemon takes it.
    ///
    /// # Errors
    /// When what was said does not fit together.
    pub(super) fn read(
        &self,
        app: &App,
        brief: Brief,
        truncates: bool,
    ) -> Result<Conversation, Problem> {
        let unseal = |sealed: &str| app.seal.open(&self.principal, sealed);
        Reader { unseal: &unseal, truncates }.read(&self.before, &self.sent, brief)
    }
}

impl Ready {
    /// Gets ready what a client wants.
    ///
    /// # Errors
    /// As [`Context::gather`].
    pub(super) async fn get(
        app: &App,
        caller: CallerParams,
        agent_id: AgentId,
        mut wanted: Wanted,
        remembered: Option<&Remembered>,
    ) -> Result<Self, Problem> {
        let sent = std::mem::take(&mut wanted.items);
        let previous = wanted.previous.as_deref();
        let context = Context::gather(app, &caller, sent, previous, remembered).await?;
        let id = nexus_ingress::random("resp_");
        let manner = Manner {
            is_held: wanted.brief.reply_form != ReplyForm::Text,
            is_one_call: wanted.is_one_call,
            shows_reasoning: wanted.shows_reasoning,
        };
        let shown = std::mem::take(&mut wanted.shown);
        let writing = Writing::new(&id, &model::name(&agent_id), App::seconds(), shown, manner);
        Ok(Self { id, context, writing, caller, agent_id, wanted })
    }

    /// What is asked of the daemon.
    ///
    /// # Errors
    /// When what was said does not fit together.
    pub(super) fn call(&mut self, app: &App) -> Result<Call, Problem> {
        let brief = std::mem::take(&mut self.wanted.brief);
        let conversation = self.context.read(app, brief, self.wanted.truncates)?;
        let Conversation { content, brief, pictures } = conversation;
        Ok(Call {
            id: self.id.clone(),
            caller: self.caller.clone(),
            agent_id: self.agent_id.clone(),
            session_key: None,
            content,
            brief,
            pictures,
            metadata: std::mem::take(&mut self.wanted.metadata),
            // What is said before tools are used is shown, streamed or not.
            is_streamed: true,
        })
    }

    /// Keeps it, if it is to be kept; then what was said is given away.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub(super) async fn keep(&mut self, app: &App) -> Result<(), Problem> {
        if !self.wanted.is_stored {
            return Ok(());
        }
        let context = &mut self.context;
        let previous = context.stored.clone();
        let before = match previous {
            Some(_) => Vec::new(),
            None => std::mem::take(&mut context.before),
        };
        let new = New {
            id: self.id.clone(),
            principal: context.principal.clone(),
            previous,
            before,
            sent: std::mem::take(&mut context.sent),
            writing: self.writing.clone(),
            is_background: self.wanted.is_background,
            is_streamed: self.wanted.is_background && self.wanted.is_streamed,
        };
        app.store.create(new, nexus_adapter::now().0).await
    }
}
