//! Tools that the client runs itself, and which of them the model may or must call.

use nexus_adapter::{ClientTool, ToolChoice};
use nexus_ingress::Problem;
use serde_json::{Value, json};

use super::wire::Tool;

/// Tools that the API knows and that run on the side of the server.
const HOSTED: &[&str] = &[
    "web_search",
    "file_search",
    "code_interpreter",
    "image_generation",
    "computer",
    "mcp",
    "shell",
    "apply_patch",
    "tool_search",
];

/// The tools of a request, and how the response shows them.
pub(super) fn read(tools: &[Tool]) -> Result<(Vec<ClientTool>, Vec<Value>), Problem> {
    let mut read = Vec::with_capacity(tools.len());
    let mut shown = Vec::with_capacity(tools.len());
    for (n, tool) in tools.iter().enumerate() {
        let one = read_one(n, tool)?;
        shown.push(json!({
            "type": "function",
            "name": one.name,
            "description": tool.description,
            "parameters": tool.parameters,
            "strict": tool.strict,
        }));
        read.push(one);
    }
    Ok((read, shown))
}

fn read_one(n: usize, tool: &Tool) -> Result<ClientTool, Problem> {
    if tool.kind != "function" {
        let kind = tool.kind.escape_debug();
        let is_hosted = HOSTED.iter().any(|hosted| tool.kind.starts_with(hosted));
        let message = match is_hosted {
            true => format!(
                "`tools[{n}]` is `{kind}`, which would run on this side; what runs here is decided \
                 by the agent's own tools, which need not be named. Only tools of type `function` \
                 are taken, and run by you"
            ),
            false => format!("`tools[{n}].type` is `{kind}`; only `function` is supported"),
        };
        return Err(Problem::unsupported_value(format!("tools[{n}].type"), message));
    }
    let name = tool.name.clone().ok_or_else(|| {
        let message = format!("`tools[{n}].name` is missing");
        Problem::invalid(format!("tools[{n}].name"), "missing_required_parameter", message)
    })?;
    // A function without parameters.
    let schema = tool.parameters.clone();
    let schema = schema.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
    Ok(ClientTool {
        name,
        description: tool.description.clone().unwrap_or_default(),
        schema,
        is_strict: tool.strict == Some(true),
    })
}

/// What the model may call, what it must, and how the response shows it.
pub(super) struct Chosen {
    pub(super) tools: Vec<ClientTool>,
    pub(super) choice: ToolChoice,
    pub(super) shown: Value,
}

/// Reads `tool_choice`. Tools that are not allowed are left out, so that the model cannot call them.
pub(super) fn choose(choice: Option<&Value>, tools: Vec<ClientTool>) -> Result<Chosen, Problem> {
    let Some(choice) = choice else {
        return Ok(Chosen { tools, choice: ToolChoice::Auto, shown: json!("auto") });
    };
    if let Some(word) = choice.as_str() {
        let read = mode(word, "tool_choice")?;
        require_some(&read, &tools)?;
        return Ok(Chosen { tools, choice: read, shown: choice.clone() });
    }
    match choice["type"].as_str() {
        Some("function") => {
            let name = name(choice, "tool_choice")?;
            let shown = json!({ "type": "function", "name": name });
            require_known(&name, &tools, "tool_choice.name")?;
            Ok(Chosen { tools, choice: ToolChoice::Named(name), shown })
        }
        Some("allowed_tools") => allow(choice, tools),
        _ => {
            let message = "`tool_choice` is none, auto, required, {\"type\": \"function\", \
                           \"name\": …} or {\"type\": \"allowed_tools\", …}";
            Err(Problem::unsupported_value("tool_choice", message))
        }
    }
}

fn allow(choice: &Value, mut tools: Vec<ClientTool>) -> Result<Chosen, Problem> {
    let wrong = |message| Problem::invalid("tool_choice.tools", "invalid_value", message);
    let list = choice["tools"].as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| wrong("`tool_choice.tools` names at least one tool"))?;
    let mut names = Vec::with_capacity(list.len());
    for (n, one) in list.iter().enumerate() {
        let at = format!("tool_choice.tools[{n}]");
        if one["type"] != "function" {
            let message = format!("`{at}.type` is not `function`, which alone is supported");
            return Err(Problem::unsupported_value(format!("{at}.type"), message));
        }
        let name = name(one, &at)?;
        require_known(&name, &tools, &format!("{at}.name"))?;
        names.push(name);
    }
    let word = choice.get("mode").map_or(Some("auto"), Value::as_str).unwrap_or_default();
    let mode = mode(word, "tool_choice.mode")?;
    tools.retain(|tool| names.contains(&tool.name));
    let listed: Vec<_> =
        names.iter().map(|name| json!({ "type": "function", "name": name })).collect();
    let shown = json!({ "type": "allowed_tools", "tools": listed, "mode": word });
    Ok(Chosen { tools, choice: mode, shown })
}

fn mode(word: &str, at: &str) -> Result<ToolChoice, Problem> {
    match word {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" => Ok(ToolChoice::Required),
        _ => {
            let message = format!("`{at}` is one of none, auto and required");
            Err(Problem::invalid(at, "invalid_value", message))
        }
    }
}

fn name(tool: &Value, at: &str) -> Result<String, Problem> {
    tool["name"].as_str().map(str::to_owned).ok_or_else(|| {
        let message = format!("`{at}.name` is missing");
        Problem::invalid(format!("{at}.name"), "missing_required_parameter", message)
    })
}

fn require_some(choice: &ToolChoice, tools: &[ClientTool]) -> Result<(), Problem> {
    if *choice == ToolChoice::Required && tools.is_empty() {
        let message = "`tool_choice` is only `required` when `tools` are there";
        return Err(Problem::invalid("tool_choice", "invalid_value", message));
    }
    Ok(())
}

fn require_known(name: &str, tools: &[ClientTool], at: &str) -> Result<(), Problem> {
    if tools.iter().any(|tool| tool.name == name) {
        return Ok(());
    }
    let message = format!("`{at}` is `{}`, which is not among `tools`", name.escape_debug());
    Err(Problem::invalid(at, "invalid_value", message))
}
