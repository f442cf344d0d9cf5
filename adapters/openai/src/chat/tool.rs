//! Tools that the client runs itself.

use nexus_adapter::{ClientTool, ToolChoice};
use nexus_ingress::Problem;
use serde_json::{Value, json};

use super::request::Tool;

/// The tools of a request.
pub(super) fn read(tools: &[Tool]) -> Result<Vec<ClientTool>, Problem> {
    tools.iter().enumerate().map(|(n, tool)| read_one(n, tool)).collect()
}

fn read_one(n: usize, tool: &Tool) -> Result<ClientTool, Problem> {
    if tool.kind != "function" {
        let message = format!(
            "`tools[{n}].type` is `{}`; only `function` is supported",
            tool.kind.escape_debug()
        );
        return Err(Problem::unsupported_value(format!("tools[{n}].type"), message));
    }
    let function = tool.function.as_ref().ok_or_else(|| {
        let message = format!("`tools[{n}].function` is missing");
        Problem::invalid(format!("tools[{n}].function"), "missing_required_parameter", message)
    })?;
    let schema = match &function.parameters {
        // A function without parameters.
        None => json!({ "type": "object", "properties": {} }),
        Some(schema) => schema.clone(),
    };
    Ok(ClientTool {
        name: function.name.clone(),
        description: function.description.clone().unwrap_or_default(),
        schema,
        is_strict: function.strict == Some(true),
    })
}

/// Whether the model has to call one.
pub(super) fn choice(choice: Option<&Value>, tools: &[ClientTool]) -> Result<ToolChoice, Problem> {
    let invalid = |code, message: String| Err(Problem::invalid("tool_choice", code, message));
    let chosen = match choice {
        None | Some(Value::Null) => return Ok(ToolChoice::Auto),
        Some(Value::String(word)) => match word.as_str() {
            "auto" => return Ok(ToolChoice::Auto),
            "none" => return Ok(ToolChoice::None),
            "required" => ToolChoice::Required,
            _ => {
                let message =
                    "`tool_choice` is none, auto, required, or an object that names a function";
                return invalid("invalid_value", message.to_owned());
            }
        },
        Some(named) => match (named["type"].as_str(), named["function"]["name"].as_str()) {
            (Some("function"), Some(name)) => ToolChoice::Named(name.to_owned()),
            _ => {
                let message = "of the objects only {\"type\": \"function\", \"function\": \
                               {\"name\": …}} is supported as `tool_choice`";
                return invalid("unsupported_value", message.to_owned());
            }
        },
    };
    match &chosen {
        _ if tools.is_empty() => {
            let message = "`tool_choice` is only allowed when `tools` are there";
            invalid("invalid_value", message.to_owned())
        }
        ToolChoice::Named(name) if !tools.iter().any(|tool| tool.name == *name) => {
            let message = format!(
                "`tool_choice` names `{}`, which is not among `tools`",
                name.escape_debug()
            );
            invalid("invalid_value", message)
        }
        _ => Ok(chosen),
    }
}
