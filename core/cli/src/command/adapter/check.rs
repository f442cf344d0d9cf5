//! `nexus adapter check`: the score card of a program, by the hands of `nexusd`.

use clap::Args;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, style, text};

/// Who is looked at.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Its settings, as a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    config: String,
    /// Program and arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(check: Check, context: &Context) -> Result<Exit> {
    let mut words = vec!["adapter-check".to_owned(), "--config".to_owned(), check.config];
    words.push("--json".to_owned());
    words.push("--".to_owned());
    for word in check.command {
        // The program gets a folder of its own to work in, where a relative path leads nowhere.
        let path = std::path::Path::new(&word);
        let is_file = word.contains(['/', '\\']) || path.extension().is_some();
        words.push(match is_file && path.is_file() {
            true => std::path::absolute(path)?.display().to_string(),
            false => word,
        });
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let answer = context.nexusd()?.ask_plain(&words)?;
    let checks = answer.document["checks"].as_array().cloned().ok_or_else(|| {
        let said = answer.document["error"].as_str().unwrap_or(answer.stderr.trim());
        CliError::failed(format!("the check could not be made: {said}"))
    })?;
    let is_ok = answer.document["ok"] == true;
    let exit = if is_ok { Exit::Ok } else { Exit::Found };
    let output = &context.output;
    if output.is_json() {
        output.document(&answer.document)?;
        return Ok(exit);
    }
    let (mut n_passed, mut n_failed) = (0, 0);
    for check in &checks {
        let word = |key: &str| check[key].as_str().unwrap_or_default();
        let sign = match word("outcome") {
            "passed" => {
                n_passed += 1;
                Sign::Good
            }
            "failed" => {
                n_failed += 1;
                Sign::Bad
            }
            _ => Sign::Idle,
        };
        let name = text::pad(&word("name").replace('_', " "), 18);
        output.line(&format!("{} {name} {}", output.sign(sign), word("wants")))?;
        if let Value::String(detail) = &check["detail"] {
            let detail = format!("    {}", text::one_line(detail));
            output.line(&output.paint(style::DIM, &detail))?;
        }
    }
    let n_left_out = checks.len() - n_passed - n_failed;
    let verdict = if is_ok { "it keeps the contract" } else { "it does not keep the contract" };
    output.line(&format!(
        "{} {verdict}: {n_passed} passed, {n_failed} failed, {n_left_out} left out",
        output.sign(if is_ok { Sign::Good } else { Sign::Bad }),
    ))?;
    Ok(exit)
}
