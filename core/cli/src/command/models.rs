//! `nexus models`.

use clap::Subcommand;
use nexus_client::{Call, call};
use nexus_protocol::model::{ListParams, ModelFacts, TestParams, TestResult};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Sign, style, text};

/// Time a model has for the test call, in milliseconds.
const TEST_MS_MAX: u64 = 120_000;

const LIST_EXAMPLES: &str = "\
Examples
  nexus models list
  nexus models list --json";
const TEST_EXAMPLES: &str = "\
Examples
  nexus models test
  nexus models test openai/gpt-5";

/// Models.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// Which models there are, which is in use, and why
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Make one small call to a model and say how it went
    #[command(after_help = TEST_EXAMPLES)]
    Test {
        /// As provider/model; the one in use when left out
        model: Option<String>,
    },
}

pub(crate) async fn run(models: Models, context: &Context) -> Result<Exit> {
    match models {
        Models::List => list(context).await,
        Models::Test { model } => test(model, context).await,
    }
}

async fn list(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let result = client.request::<call::ModelsList>(ListParams {}).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&result)?;
        return Ok(Exit::Ok);
    }
    let empty = "no model is configured: see `nexus config list` under models";
    let columns =
        [("", 0), ("model", 0), ("is", 3), ("context", 2), ("in/out per Mtok", 1), ("why", 0)];
    let mut table = Table::new(columns, empty);
    for model in &result.models {
        let (sign, word) = state(model);
        let (sign, sign_style) = output.sign_parts(sign);
        let name_style = if model.is_active { style::BOLD } else { style::PLAIN };
        table.row([
            Cell::styled(sign, sign_style),
            Cell::styled(&model.id, name_style),
            word.into(),
            text::tokens(model.context_tokens_max).into(),
            price(model).into(),
            reason(model).into(),
        ]);
    }
    table.print(output)?;
    if output.is_tty() {
        output.note("\nchange it: nexus config set agents.main.models '[\"provider/model\"]'");
    }
    Ok(Exit::Ok)
}

fn state(model: &ModelFacts) -> (Sign, &'static str) {
    match (model.is_active, model.is_ready, model.cooling_until) {
        (_, false, _) => (Sign::Idle, "not ready"),
        (_, _, Some(until)) if until > now() => (Sign::Warn, "resting"),
        (true, ..) => (Sign::Good, "in use"),
        (false, ..) => (Sign::Busy, "ready"),
    }
}

fn reason(model: &ModelFacts) -> String {
    match model.cooling_until.filter(|until| *until > now()) {
        Some(until) => format!("{}; after failures, {}", model.reason, text::left(until, now())),
        None => model.reason.clone(),
    }
}

fn price(model: &ModelFacts) -> String {
    let dollars = |micro: u64| format!("${}.{:02}", micro / 1_000_000, micro % 1_000_000 / 10_000);
    match (model.input_micro_usd_per_mtok, model.output_micro_usd_per_mtok) {
        (Some(0), Some(0)) => "free".to_owned(),
        (Some(input), Some(output)) => format!("{} / {}", dollars(input), dollars(output)),
        _ => "unknown".to_owned(),
    }
}

async fn test(model: Option<String>, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = TestParams { model, idempotency_key: context.fresh_key()? };
    let params = serde_json::to_value(params).map_err(|e| CliError::failed(e.to_string()))?;
    let method = call::ModelsTest::METHOD;
    let answer = client.call_within(method, params, TEST_MS_MAX).await?;
    let result: TestResult =
        serde_json::from_value(answer.clone()).map_err(|e| CliError::failed(e.to_string()))?;
    if context.output.is_json() {
        context.output.document(&answer)?;
    } else {
        show_test(context, &result)?;
    }
    Ok(if result.is_ok { Exit::Ok } else { Exit::Failed })
}

fn show_test(context: &Context, result: &TestResult) -> Result<()> {
    let output = &context.output;
    let total = text::duration_ms(result.total_ms);
    if !result.is_ok {
        let sign = output.sign(Sign::Bad);
        output.line(&format!("{sign} {} did not answer ({total})", result.model))?;
        output.line(&format!("  why  {}", text::one_line(&result.message)))?;
        if let Some(hint) = &result.hint {
            output.line(&format!("  fix  {}", text::one_line(hint)))?;
        }
        return Ok(());
    }
    let first = result
        .first_token_ms
        .map_or(String::new(), |ms| format!(", first token after {}", text::duration_ms(ms)));
    output.line(&format!(
        "{} {} answered in {total}{first}: {}",
        output.sign(Sign::Good),
        result.model,
        text::one_line(&result.message)
    ))?;
    output.line(&format!("  {}, {}", text::usage(result.usage), text::cost(result.cost)))
}
