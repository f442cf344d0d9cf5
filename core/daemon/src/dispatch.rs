//! The one way from a frame to a handler: read the params, decide, audit, call.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_iam::Permit;
use nexus_protocol::schema::Dialect;
use nexus_protocol::{Method, alias, for_each_method, parse};
use serde::Serialize;
use serde_json::Value;

use crate::audit;
use crate::authorize::{Caller, authorize_method};
use crate::context::Context;
use crate::idempotency::{self, Idempotency, Key};
use crate::{methods, suggest};

/// The last answer of a stream, as JSON.
pub type LastAnswer = BoxFuture<'static, Result<String, Failure>>;

/// What a call is answered with.
pub enum Answer {
    /// The result, as JSON.
    Once(Arc<str>),
    /// A first result at once, and a last one on the same id.
    Twice(String, LastAnswer),
    /// A subscription that the connection has to serve.
    Subscribe(nexus_protocol::event::SubscribeParams),
}

/// Calls handlers; remembers the answers of commands, so that they may be repeated.
pub struct Dispatcher {
    context: Arc<Context>,
    idempotency: Idempotency,
}

macro_rules! call_enum {
    ($($wire:literal => $variant:ident, $resource:ident :: $function:ident,
       $($params:ident)::+, $($result:ident)::+, $scope:ident, $kind:ident, $doc:literal;)+) => {
        /// A call whose params have been read: one variant per row of the method table.
        #[derive(Debug)]
        pub enum Call { $(#[doc = $doc] $variant(nexus_protocol::$($params)::+),)+ }

        impl Call {
            /// The method.
            #[must_use]
            pub fn method(&self) -> Method {
                match self { $(Self::$variant(_) => Method::$variant,)+ }
            }

            fn read_as(method: Method, params: Value) -> Result<Self, Failure> {
                match method {
                    $(Method::$variant => parse::params(method, params).map(Self::$variant),)+
                }
            }
        }

        impl Dispatcher {
            /// Boxed handler by handler, so that a call takes no more memory than its own needs.
            async fn handle(&self, caller: &Caller, permit: Permit, call: Call)
                -> Result<Answer, Failure> {
                match call {
                    $(Call::$variant(params) => {
                        handle_row!($kind, $resource::$function, self, caller, permit,
                                    Method::$variant, params)
                    })+
                }
            }
        }
    };
}

/// One row by its kind.
macro_rules! handle_row {
    (Query, event::subscribe,
     $self:ident, $caller:ident, $permit:ident, $method:expr, $params:ident) => {{
        drop($permit);
        Ok(Answer::Subscribe($params))
    }};
    (Query, $resource:ident::$function:ident,
     $self:ident, $caller:ident, $permit:ident, $method:expr, $params:ident) => {
        json(&Box::pin(methods::$resource::$function(&$self.context, $permit, $params)).await?)
            .map(|text| Answer::Once(text.into()))
    };
    (Command, key::$function:ident, $($rest:tt)+) => {
        handle_row!(Command by its caller, key::$function, $($rest)+)
    };
    (Command, device::$function:ident, $($rest:tt)+) => {
        handle_row!(Command by its caller, device::$function, $($rest)+)
    };
    // Whoever hands on authority hands on some of its own.
    (Command by its caller, $resource:ident::$function:ident,
     $self:ident, $caller:ident, $permit:ident, $method:expr, $params:ident) => {{
        // The answer to one caller is not for another who stands for the same principal.
        let whole = ($caller.authority.basis.to_string(), &$caller.scopes, &$params);
        let key = Key::new(&$caller.principal, &$params.idempotency_key, $method, &whole)?;
        let context = &$self.context;
        let command = async {
            let answer = methods::$resource::$function(context, $caller, $permit, $params);
            json(&Box::pin(answer).await?)
        };
        $self.once(key, command).await.map(Answer::Once)
    }};
    (Command, $resource:ident::$function:ident,
     $self:ident, $caller:ident, $permit:ident, $method:expr, $params:ident) => {{
        let key = Key::new(&$caller.principal, &$params.idempotency_key, $method, &$params)?;
        let context = &$self.context;
        let command = async {
            json(&Box::pin(methods::$resource::$function(context, $permit, $params)).await?)
        };
        $self.once(key, command).await.map(Answer::Once)
    }};
    (Stream, $resource:ident::$function:ident,
     $self:ident, $caller:ident, $permit:ident, $method:expr, $params:ident) => {{
        let key = Key::new(&$caller.principal, &$params.idempotency_key, $method, &$params)?;
        let is_known = $self.claim(&key).await?;
        let run = methods::$resource::$function(&$self.context, $permit, $params);
        let (first, last) = Box::pin(run).await?;
        let first = json(&first)?;
        if !is_known {
            $self.record(key, first.as_str().into());
        }
        Ok(Answer::Twice(first, async { json(&last.await?) }.boxed()))
    }};
}

for_each_method!(call_enum);

impl Call {
    /// Reads a call. Params that are left out are empty ones.
    ///
    /// # Errors
    /// `Invalid`, naming the method or the field that does not fit, and what would be right.
    pub fn read(name: &str, params: Option<&str>) -> Result<Self, Failure> {
        let Some(method) = Method::by_name(name) else { return Err(unknown_method(name)) };
        let value = || -> Result<Value, Failure> {
            let text = params.unwrap_or("null");
            serde_json::from_str(text)
                .map_err(|error| Failure::invalid(format!("`params` is not JSON: {error}")))
        };
        Self::read_as(method, value()?).map_err(|failure| {
            // Read a second time, because this is the rare case and the value is used up.
            match value().ok().and_then(|value| unknown_field(method, &value)) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })
    }
}

impl Call {
    /// Reads a call that may come under another name of its row. `fresh_key` makes a key where
    /// callers under that name send none.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_any(
        name: &str,
        params: Option<&str>,
        fresh_key: &dyn Fn() -> String,
    ) -> Result<Self, Failure> {
        let Some(alias) = alias::find(name) else { return Self::read(name, params) };
        let value = serde_json::from_str(params.unwrap_or("null"))
            .map_err(|error| Failure::invalid(format!("`params` is not JSON: {error}")))?;
        let params = alias.translate(value, fresh_key).to_string();
        Self::read(alias.method.name(), Some(&params))
    }

    /// Whether there is a row of this name, or with this other name.
    #[must_use]
    pub fn is_known(name: &str) -> bool {
        Method::by_name(name).is_some() || alias::find(name).is_some()
    }
}

impl Dispatcher {
    /// Makes the dispatcher of a daemon.
    #[must_use]
    pub fn new(context: Arc<Context>) -> Self {
        Self { context, idempotency: Idempotency::default() }
    }

    /// Decides, audits and calls. A handler that panics is our fault and answers `INTERNAL`;
    /// whoever called goes on.
    ///
    /// # Errors
    /// Whatever the decision or the handler says. The cause has been logged.
    pub async fn call(&self, caller: &Caller, call: Call) -> Result<Answer, Failure> {
        let method = call.method();
        let answer = AssertUnwindSafe(self.decide_and_call(caller, call)).catch_unwind().await;
        let answer = answer.unwrap_or_else(|panic| Err(Failure::internal(panic_text(&*panic))));
        answer.inspect_err(|failure| log_failure(method, failure)).map(|answer| match answer {
            Answer::Twice(first, last) => Answer::Twice(first, guarded(method, last)),
            other => other,
        })
    }

    async fn decide_and_call(&self, caller: &Caller, call: Call) -> Result<Answer, Failure> {
        let permit = authorize_method(&self.context, caller, call.method()).await?;
        let Some(decision) = permit.audit_position() else {
            return self.handle(caller, permit, call).await;
        };
        // Even if the caller goes away or the handler panics, the decision gets its outcome.
        let mut outcome = audit::Outcome::of_command(&self.context, decision);
        let answer = self.handle(caller, permit, call).await;
        outcome.settle(answer.as_ref().err());
        answer
    }

    /// A message to a session is a command that stands by its key for good: its handler finds the
    /// request by it. Every other command is answered from memory when it is repeated.
    async fn once(
        &self,
        key: Key,
        command: impl Future<Output = Result<String, Failure>>,
    ) -> Result<Arc<str>, Failure> {
        let now = self.context.clock.now();
        if !key.creates_request() {
            return self.idempotency.once(key, now, command).await;
        }
        let is_known = self.claim(&key).await?;
        let answer: Arc<str> = command.await?.into();
        if !is_known {
            self.record(key, answer.clone());
        }
        Ok(answer)
    }

    /// Whether it is on record what a key stands for, in this life of the daemon or an earlier one.
    async fn claim(&self, key: &Key) -> Result<bool, Failure> {
        self.idempotency.claim(key, self.context.clock.now())?;
        idempotency::check_recorded(&self.context.ledger, key).await
    }

    /// Records what a key stands for, beside the answer: the request itself is on disk already,
    /// this only lets a mistaken reuse of the key be noticed after a restart.
    fn record(&self, key: Key, answer: Arc<str>) {
        let (ledger, now) = (self.context.ledger.clone(), self.context.clock.now());
        tokio::spawn(async move {
            if let Err(failure) = idempotency::record(&ledger, key, answer, now).await {
                tracing::warn!(?failure, "an idempotency key could not be recorded");
            }
        });
    }
}

fn json(result: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(result).map_err(Failure::internal)
}

/// The last answer comes long after the call; a panic on the way must not take the connection
/// with it either.
fn guarded(method: Method, last: LastAnswer) -> LastAnswer {
    let guarded = AssertUnwindSafe(last).catch_unwind().map(move |answer| {
        let answer = answer.unwrap_or_else(|panic| Err(Failure::internal(panic_text(&*panic))));
        answer.inspect_err(|failure| log_failure(method, failure))
    });
    guarded.boxed()
}

fn log_failure(method: Method, failure: &Failure) {
    let (method, code) = (method.name(), failure.code);
    match (failure.kind, failure.cause()) {
        (nexus_domain::FailureKind::Internal, cause) => {
            tracing::error!(method, code, cause, "a call failed: {failure}");
        }
        (_, Some(cause)) => tracing::warn!(method, code, cause, "a call failed: {failure}"),
        (_, None) => tracing::debug!(method, code, "a call failed: {failure}"),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", text.unwrap_or("no message"))
}

fn unknown_method(name: &str) -> Failure {
    let shown: String = name.chars().take(80).collect();
    let failure = Failure::invalid(format!("there is no method `{}`", shown.escape_debug()));
    match suggest::closest(&shown, Method::ALL.iter().map(|method| method.name())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`features.methods` of hello-ok lists what may be called"),
    }
}

/// A hint for a field that the method does not have, which is most often a slip of the fingers.
fn unknown_field(method: Method, params: &Value) -> Option<String> {
    let fields = params.as_object()?;
    let schema = nexus_protocol::schema::params(method, Dialect::Published);
    let none = serde_json::Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let stranger = fields.keys().find(|field| !known.contains_key(*field))?;
    let near = suggest::closest(stranger, known.keys().map(String::as_str));
    Some(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<_> = known.keys().map(|field| format!("`{field}`")).collect();
            match known.is_empty() {
                true => format!("`{}` takes no params", method.name()),
                false => format!("`{}` takes {}", method.name(), known.join(", ")),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use nexus_protocol::MethodKind;
    use serde_json::json;

    use super::*;

    fn fails(name: &str, params: Value) -> Failure {
        Call::read(name, Some(&params.to_string())).unwrap_err()
    }

    #[test]
    fn an_unknown_method_is_met_with_the_nearest_one() {
        let failure = fails("session.history", json!({}));
        assert_eq!(failure.code, "INVALID_REQUEST");
        assert_eq!(failure.hint.as_deref(), Some("did you mean `sessions.history`?"));
        assert!(fails("\u{7}", json!({})).message.contains("\\u{7}"));
    }

    #[test]
    fn a_bad_field_is_named_with_its_path() {
        let failure = fails("sessions.history", json!({ "key": "main", "limit": "ten" }));
        assert!(failure.message.contains("params.limit"), "{failure}");
        let failure = fails("sessions.history", json!({ "key": "two words" }));
        assert!(failure.message.contains("params.key"), "{failure}");
        assert!(fails("sessions.history", json!([])).code == "INVALID_REQUEST");
    }

    #[test]
    fn a_misspelt_field_is_met_with_the_right_one() {
        let failure = fails("sessions.history", json!({ "key": "main", "limt": 1 }));
        assert_eq!(failure.hint.as_deref(), Some("did you mean `limit`?"));
        let failure = fails("health", json!({ "verbose": true }));
        assert_eq!(failure.hint.as_deref(), Some("`health` takes no params"));
    }

    #[test]
    fn left_out_params_are_empty_and_keys_are_required() {
        assert!(Call::read("health", None).is_ok());
        assert!(Call::read("health", Some("null")).is_ok());
        let failure = fails("runtime.reload", json!({}));
        assert!(failure.message.contains("idempotencyKey"), "{failure}");
        let failure = fails("runtime.reload", json!({ "idempotencyKey": "" }));
        assert!(failure.message.contains("idempotencyKey"), "{failure}");
        let failure = fails("runtime.reload", json!({ "idempotencyKey": "k".repeat(129) }));
        assert!(failure.message.contains("128"), "{failure}");
    }

    #[tokio::test]
    async fn a_panic_is_our_fault_and_nobody_elses() {
        let last: LastAnswer = async { panic!("the secret") }.boxed();
        let failure = guarded(Method::AgentRun, last).await.unwrap_err();
        assert_eq!(failure.code, "INTERNAL");
        assert!(!failure.message.contains("secret"));
        assert!(failure.cause().unwrap().contains("the secret"));
    }

    #[test]
    fn every_command_takes_an_idempotency_key() {
        for method in Method::ALL.iter().filter(|m| m.kind() == MethodKind::Command) {
            let schema = nexus_protocol::schema::params(*method, Dialect::Published);
            let required = schema["required"].as_array().unwrap();
            assert!(required.contains(&json!("idempotencyKey")), "{}", method.name());
        }
    }
}
