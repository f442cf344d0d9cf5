//! `nexus config explain`: where a value comes from, and what a change of it takes.

use nexus_client::call;
use nexus_protocol::config::{ConfigOrigin, ExplainParams, ExplainResult};

use super::ask::ask;
use super::{plain, source};
use crate::context::Context;
use crate::failure::{Exit, Result};
use crate::output::{Output, Sign, style, text};

pub(super) async fn run(key: &str, context: &Context) -> Result<Exit> {
    let params = ExplainParams { key: key.to_owned() };
    let result = ask::<call::ConfigExplain>(params, context).await?.result;
    if context.output.is_json() {
        context.output.document(&result)?;
    } else {
        show(&result, &context.output)?;
    }
    Ok(Exit::Ok)
}

fn show(result: &ExplainResult, output: &Output) -> Result<()> {
    let value = result.value.as_ref().map_or_else(|| "not set".to_owned(), plain);
    output.line(&format!("{} = {}", result.key, output.paint(style::BOLD, &value)))?;
    output.line(&format!("  {}", text::one_line(&result.doc)))?;
    output.line(&format!("  takes {}", result.wanted))?;
    output.line("")?;
    for origin in &result.sources {
        output.line(&line_of(origin, output))?;
    }
    if result.sources.is_empty() {
        output.line("  nobody sets it, and it has no default")?;
    }
    output.line("")?;
    let how = match (result.applies_live, result.is_pending) {
        (true, _) => format!("{} a change is in force at once", output.sign(Sign::Good)),
        (false, false) => format!("{} a change needs a restart", output.sign(Sign::Warn)),
        (false, true) => format!(
            "{} it was changed and waits for a restart: nexus daemon restart",
            output.sign(Sign::Warn)
        ),
    };
    output.line(&how)
}

fn line_of(origin: &ConfigOrigin, output: &Output) -> String {
    let place = match (&origin.name, origin.line) {
        (Some(name), Some(line)) => format!("{name}, line {line}"),
        (Some(name), None) => name.clone(),
        (None, _) => String::new(),
    };
    let word = text::pad(source(origin.source), 12);
    let line = format!("{word}  {}  {place}", plain(&origin.value));
    let line = line.trim_end();
    match origin.is_in_force {
        true => format!("  {} {}", output.sign(Sign::Good), output.paint(style::BOLD, line)),
        false => format!("    {}", output.paint(style::DIM, line)),
    }
}
