//! `nexus runtime`: the running daemon, and any call of the method table.

use std::ffi::OsStr;
use std::io::Read;

use clap::Subcommand;
use clap::builder::{PossibleValue, TypedValueParser};
use nexus_client::{Client, call};
use nexus_domain::Failure;
use nexus_protocol::agent::RunParams;
use nexus_protocol::health::{HealthParams, HealthResult, HealthStatus};
use nexus_protocol::schema::{self, Dialect};
use nexus_protocol::{Method, MethodKind, parse};
use serde_json::{Value, json};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::Table;
use crate::output::{Output, Sign, text};
use crate::suggest::closest;

/// Largest input of a call, in bytes; the daemon takes no more anyway.
const INPUT_BYTES_MAX: u64 = nexus_protocol::PAYLOAD_BYTES_MAX as u64;

const HEALTH_EXAMPLES: &str = "\
Examples
  nexus runtime health
  nexus runtime health --json";
const STATUS_EXAMPLES: &str = "\
Examples
  nexus runtime status
  nexus runtime status --json";
const METHODS_EXAMPLES: &str = "\
Examples
  nexus runtime methods
  nexus runtime methods | grep sessions";
const CALL_EXAMPLES: &str = "\
Examples
  nexus runtime call sessions.list
  nexus runtime call sessions.get '{\"key\": \"main\"}'
  nexus runtime call agent @message.json
  echo '{\"limit\": 5}' | nexus runtime call requests.list -

A command without an idempotencyKey is given a fresh one.";

/// The running daemon.
#[derive(Debug, Subcommand)]
pub(crate) enum Runtime {
    /// How the daemon and its parts are
    #[command(after_help = HEALTH_EXAMPLES)]
    Health,
    /// What needs you, what is at work, what it cost
    #[command(after_help = STATUS_EXAMPLES)]
    Status,
    /// Have agents begin nothing new, or stand still altogether
    Pause(super::pause::Pause),
    /// End a pause; what waited runs
    Resume(super::pause::Resume),
    /// Every method the daemon answers
    #[command(visible_alias = "method", after_help = METHODS_EXAMPLES)]
    Methods,
    /// Call a method
    #[command(after_help = CALL_EXAMPLES)]
    Call {
        /// Wire name of the method, such as sessions.list
        #[arg(value_parser = MethodName, hide_possible_values = true)]
        method: String,
        /// Params as JSON, @FILE, or - for stdin
        params: Option<String>,
    },
}

pub(crate) async fn run(runtime: Runtime, context: &Context) -> Result<Exit> {
    match runtime {
        Runtime::Health => health(context).await,
        Runtime::Status => super::lifecycle::status::show(context).await,
        Runtime::Pause(pause) => super::pause::pause(&pause, context).await,
        Runtime::Resume(_) => super::pause::resume(context).await,
        Runtime::Methods => methods(context),
        Runtime::Call { method, params } => call_any(&method, params.as_deref(), context).await,
    }
}

async fn health(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let health = client.request::<call::Health>(HealthParams {}).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&health)?;
    } else {
        let (sign, word) = health_words(health.status);
        output.line(&format!(
            "{} {word} · nexus {} · up {} · process {}",
            output.sign(sign),
            health.version,
            text::duration_ms(health.uptime_ms),
            health.pid
        ))?;
        output.line(&counts(&health))?;
        show_checks(&health, output)?;
    }
    Ok(match health.status {
        HealthStatus::Unhealthy => Exit::Found,
        _ => Exit::Ok,
    })
}

/// How something is, as a sign and a word.
pub(crate) fn health_words(status: HealthStatus) -> (Sign, &'static str) {
    match status {
        HealthStatus::Starting => (Sign::Busy, "starting"),
        HealthStatus::Healthy => (Sign::Good, "healthy"),
        HealthStatus::Degraded => (Sign::Warn, "degraded"),
        HealthStatus::Unhealthy => (Sign::Bad, "unhealthy"),
    }
}

fn counts(health: &HealthResult) -> String {
    let mut text = format!(
        "  {} on their way, {} done since the start",
        text::count(health.pipeline.active_requests, "request"),
        health.pipeline.total_processed
    );
    if health.adapters.total > 0 {
        text.push_str(&format!(
            ", {} of {} adapters running",
            health.adapters.running, health.adapters.total
        ));
    }
    text
}

fn show_checks(health: &HealthResult, output: &Output) -> Result<()> {
    let mut table = Table::new([("", 0), ("check", 0), ("is", 2), ("since", 1), ("what", 0)], "");
    for check in &health.checks {
        let (sign, word) = health_words(check.status);
        let (sign, sign_style) = output.sign_parts(sign);
        let fix = check.fix.as_ref().map_or(String::new(), |fix| format!(" → {fix}"));
        table.row([
            crate::output::table::Cell::styled(format!("  {sign}"), sign_style),
            check.id.as_str().into(),
            word.into(),
            text::ago(check.since, now()).into(),
            format!("{}{fix}", check.reason).into(),
        ]);
    }
    if health.checks.is_empty() { Ok(()) } else { table.print(output) }
}

fn methods(context: &Context) -> Result<Exit> {
    let output = &context.output;
    if output.is_json() {
        let rows = Method::ALL.iter().map(|method| {
            json!({
                "method": method.name(), "kind": method.kind().name(),
                "scope": method.scope().name(), "doc": method.doc(),
            })
        });
        output.document(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new([("method", 0), ("kind", 1), ("scope", 2), ("what it does", 0)], "");
    for method in Method::ALL {
        table.row([
            method.name().into(),
            method.kind().name().into(),
            method.scope().name().into(),
            method.doc().into(),
        ]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}

async fn call_any(name: &str, params: Option<&str>, context: &Context) -> Result<Exit> {
    let method = Method::by_name(name).ok_or_else(|| unknown_method(name))?;
    let mut params = read_params(params)?;
    if method == Method::EventsSubscribe {
        return Err(
            CliError::usage("a single call cannot follow events").fix("nexus events tail --json")
        );
    }
    let needs_key = method.kind() != MethodKind::Query;
    if let (true, Some(object)) = (needs_key, params.as_object_mut())
        && !object.contains_key("idempotencyKey")
    {
        object.insert("idempotencyKey".to_owned(), json!(context.fresh_key()?));
    }
    // Here rather than there: a slip is answered at once, and without a daemon.
    parse::check(method, params.clone()).map_err(|failure| misfit(method, &failure))?;
    let client = context.connect().await?;
    let answer = match method {
        Method::AgentRun => run_agent(&client, params, &context.output).await?,
        method => client.call(method, params).await?,
    };
    context.output.document(&answer)?;
    Ok(Exit::Ok)
}

/// `agent` answers twice; the document is the final answer.
async fn run_agent(client: &Client, params: Value, output: &Output) -> Result<Value> {
    let params: RunParams = serde_json::from_value(params).map_err(|e| {
        CliError::usage(format!("the params of `agent` are wrong: {e}"))
            .fix("nexus runtime call agent '{\"message\": \"hello\"}'")
    })?;
    let mut run = client.agent(&params).await?;
    output.note(&format!("accepted as {}", run.accepted.run_id));
    let result = run.finished().await?;
    serde_json::to_value(result).map_err(|e| CliError::failed(e.to_string()))
}

/// What does not fit, with what the method takes.
fn misfit(method: Method, failure: &Failure) -> CliError {
    let error = CliError::new(Exit::Usage, "BAD_PARAMS", failure.message.clone());
    let schema = schema::params(method, Dialect::Published);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|n| n == name));
    let fields = schema.get("properties").and_then(Value::as_object);
    let fields: Vec<_> = fields
        .into_iter()
        .flat_map(|fields| fields.keys())
        .map(|name| if is_required(name) { name.clone() } else { format!("{name}?") })
        .collect();
    match fields.is_empty() {
        true => error.fix(format!("`{}` takes no params", method.name())),
        false => error.fix(format!("`{}` takes {}", method.name(), fields.join(", "))),
    }
}

/// Takes any name, so that a mistyped one is answered with the nearest; shells complete those of
/// the table.
#[derive(Clone, Debug)]
struct MethodName;

impl TypedValueParser for MethodName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> std::result::Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values =
            Method::ALL.iter().map(|method| PossibleValue::new(method.name()).help(method.doc()));
        Some(Box::new(values))
    }
}

fn unknown_method(name: &str) -> CliError {
    let error =
        CliError::new(Exit::Usage, "UNKNOWN_METHOD", format!("there is no method `{name}`"));
    match closest(name, Method::ALL.iter().map(|method| method.name())) {
        Some(near) => error.fix(format!("did you mean `{near}`? nexus runtime call {near}")),
        None => error.fix("nexus runtime methods"),
    }
}

/// Reads params from the command line, a file or stdin.
fn read_params(argument: Option<&str>) -> Result<Value> {
    let (text, source) = match argument {
        None => return Ok(json!({})),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().lock().take(INPUT_BYTES_MAX).read_to_string(&mut text)?;
            (text, "stdin".to_owned())
        }
        Some(argument) => match argument.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|e| CliError::usage(format!("{file} cannot be read: {e}")))?;
                (text, file.to_owned())
            }
            None => (argument.to_owned(), "the params".to_owned()),
        },
    };
    serde_json::from_str(&text).map_err(|e| {
        let mut error = CliError::usage(format!("{source} is not JSON: {e}"));
        "BAD_JSON".clone_into(&mut error.code);
        error.fix("quote the whole object for the shell: '{\"key\": \"main\"}'")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_method_is_answered_with_the_right_one() {
        let error = unknown_method("session.list");
        assert_eq!(error.fix, ["did you mean `sessions.list`? nexus runtime call sessions.list"]);
        assert_eq!(unknown_method("frobnicate!").fix, ["nexus runtime methods"]);
    }

    #[test]
    fn params_that_do_not_fit_are_answered_with_what_does() {
        let params = json!({ "key": "main", "limit": "ten" });
        let failure = parse::check(Method::SessionsHistory, params).unwrap_err();
        let error = misfit(Method::SessionsHistory, &failure);
        assert!(error.what.contains("params.limit"), "{}", error.what);
        assert!(error.fix[0].starts_with("`sessions.history` takes "), "{:?}", error.fix);
        assert!(
            error.fix[0].contains("limit?") && error.fix[0].contains(" key"),
            "{:?}",
            error.fix
        );
    }

    #[test]
    fn params_that_are_no_json_are_a_usage_error() {
        assert_eq!(read_params(None).unwrap(), json!({}));
        assert_eq!(read_params(Some("{\"a\": 1}")).unwrap(), json!({"a": 1}));
        assert_eq!(read_params(Some("{a: 1}")).unwrap_err().exit, Exit::Usage);
        assert_eq!(read_params(Some("@/no/such/file")).unwrap_err().exit, Exit::Usage);
    }
}
