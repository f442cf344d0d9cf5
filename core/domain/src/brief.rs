//! What a caller brings along for one run: a conversation it keeps itself, tools it runs itself,
//! how the model is to speak. A brief narrows and informs; it gives no right that the agent and
//! the caller do not have.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::message::{Image, Part, Role};

/// Most messages of a conversation that a caller brings along.
pub const SAID_MAX: usize = 2_048;
/// Most tools of a caller.
pub const CLIENT_TOOLS_MAX: usize = 128;
/// Longest name of a caller's tool, in bytes.
pub const TOOL_NAME_BYTES_MAX: usize = 64;
/// Most texts that end a reply.
pub const STOPS_MAX: usize = 4;

/// One message of a conversation that the caller keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Who spoke.
    pub role: Role,
    /// What was said.
    pub parts: Vec<Part>,
}

/// A tool that the caller runs itself: when the model calls it, the turn ends and the call is
/// handed to the caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientTool {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it does, for the model.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of its arguments.
    pub schema: Value,
    /// Whether the provider is to hold the model to the schema.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_strict: bool,
}

/// Whether the model has to call a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// As it likes.
    #[default]
    Auto,
    /// No tool, neither the caller's nor the agent's.
    None,
    /// Some tool.
    Required,
    /// This one.
    Named(String),
}

/// The form in which the model is to answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyForm {
    /// Text.
    #[default]
    Text,
    /// Some JSON object.
    Json,
    /// JSON that fits a schema.
    Schema {
        /// What the form is called.
        name: String,
        /// JSON Schema.
        schema: Value,
        /// Whether the provider is to hold the model to it.
        #[serde(default)]
        is_strict: bool,
    },
}

/// How much a model is to think before it speaks, where it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// Hardly.
    Minimal,
    /// Little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// Very much.
    Xhigh,
}

/// How the model is to choose its words. What is left out is the provider's to choose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Makes replies repeatable where the provider can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Texts at which the reply ends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<String>,
    /// Most tokens of each reply; the agent's own limit where that is lower.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens_max: Option<u32>,
    /// How much the model is to think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// Whether one reply may call several tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_parallel: Option<bool>,
}

/// What a caller brings along.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brief {
    /// Instructions of the caller, behind the agent's own and below them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The conversation before the message that arrives, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
    /// What arrives beside the text of the message: pictures. If there is text among it, or results
    /// of the caller's tools, then this is the message, and its text is only a title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Whether that is the message in any case, as when it is nothing but pictures.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_whole: bool,
    /// Tools that the caller runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ClientTool>,
    /// Whether the model has to call one.
    pub tool_choice: ToolChoice,
    /// How the model speaks.
    pub sampling: Sampling,
    /// The form of the answer.
    pub reply_form: ReplyForm,
}

impl Brief {
    /// Every picture in it, to be looked up or replaced.
    pub fn images_mut(&mut self) -> impl Iterator<Item = &mut Image> {
        let said = self.said.iter_mut().flat_map(|said| said.parts.iter_mut());
        said.chain(self.parts.iter_mut()).filter_map(|part| match part {
            Part::Image(image) => Some(image),
            _ => None,
        })
    }

    /// Checks the numbers, the names and what belongs together. `is_alone` says that nothing was said
    /// but what is in here.
    ///
    /// # Errors
    /// `Invalid`, naming the field and what would be right.
    pub fn check(&self, is_alone: bool) -> Result<(), Failure> {
        if self.said.len() > SAID_MAX {
            return Err(Failure::invalid(format!(
                "`said` has {} messages; at most {SAID_MAX} are taken",
                self.said.len()
            )));
        }
        self.check_sampling()?;
        self.check_tools()?;
        if is_alone { self.check_calls() } else { Ok(()) }
    }

    /// The calls whose results arrive.
    pub fn answered(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolResult(result) => Some(result.call_id.as_str()),
            _ => None,
        })
    }

    fn check_sampling(&self) -> Result<(), Failure> {
        let Sampling { temperature, top_p, stops, output_tokens_max, .. } = &self.sampling;
        let bounded = [("temperature", temperature, 2.0), ("top_p", top_p, 1.0)];
        for (name, value, max) in bounded {
            if value.is_some_and(|value| !(0.0..=max).contains(&value)) {
                return Err(Failure::invalid(format!("`{name}` must be between 0 and {max}")));
            }
        }
        if stops.len() > STOPS_MAX || stops.iter().any(String::is_empty) {
            return Err(Failure::invalid(format!(
                "`stops` takes up to {STOPS_MAX} texts, none of them empty"
            )));
        }
        if *output_tokens_max == Some(0) {
            return Err(Failure::invalid("`output_tokens_max` must be at least 1"));
        }
        Ok(())
    }

    fn check_tools(&self) -> Result<(), Failure> {
        if self.tools.len() > CLIENT_TOOLS_MAX {
            return Err(Failure::invalid(format!(
                "{} tools came along; at most {CLIENT_TOOLS_MAX} are taken",
                self.tools.len()
            )));
        }
        let mut names = HashSet::new();
        for tool in &self.tools {
            let is_fit = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            let name = &tool.name;
            if name.is_empty() || name.len() > TOOL_NAME_BYTES_MAX || !name.bytes().all(is_fit) {
                return Err(Failure::invalid(format!(
                    "`{}` is no name for a tool: 1 to {TOOL_NAME_BYTES_MAX} letters, digits, `_` \
                     or `-`",
                    name.escape_debug()
                )));
            }
            if !tool.schema.is_object() {
                return Err(Failure::invalid(format!("the schema of tool `{name}` is no object")));
            }
            if !names.insert(name) {
                return Err(Failure::invalid(format!("two tools are named `{name}`")));
            }
        }
        match &self.tool_choice {
            ToolChoice::Named(name) if !names.contains(name) => {
                Err(Failure::invalid(format!("`tool_choice` names `{name}`, which is not there")))
            }
            _ => Ok(()),
        }
    }

    /// Every result answers a call made before it, and every call has its result: models refuse
    /// a conversation where this does not hold.
    fn check_calls(&self) -> Result<(), Failure> {
        let mut open: HashSet<&str> = HashSet::new();
        let arriving = [(Role::User, &self.parts)];
        let said = self.said.iter().map(|said| (said.role, &said.parts)).chain(arriving);
        for (role, parts) in said {
            let results = parts.iter().filter_map(|part| match part {
                Part::ToolResult(result) => Some(result.call_id.as_str()),
                _ => None,
            });
            for id in results {
                if !open.remove(id) {
                    return Err(Failure::invalid(format!(
                        "there is a result for `{}`, and no call of that id before it",
                        id.escape_debug()
                    )));
                }
            }
            if role != Role::Tool && !open.is_empty() {
                let mut ids: Vec<_> = open.iter().map(|id| format!("`{id}`")).collect();
                ids.sort();
                return Err(Failure::invalid(format!(
                    "these calls have no result before the next message: {}",
                    ids.join(", ")
                )));
            }
            for part in parts {
                if let (Role::Assistant, Part::ToolCall(call)) = (role, part) {
                    open.insert(&call.id);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::{ToolCall, ToolResult};

    fn call(id: &str) -> Said {
        let call = ToolCall { id: id.into(), name: "look".into(), arguments: json!({}) };
        Said { role: Role::Assistant, parts: vec![Part::ToolCall(call)] }
    }

    fn result(id: &str) -> Part {
        Part::ToolResult(ToolResult { call_id: id.into(), content: "42".into(), is_error: false })
    }

    fn refusal(brief: &Brief) -> String {
        brief.check(true).unwrap_err().message
    }

    #[test]
    fn calls_and_results_belong_together() {
        let mut brief = Brief { said: vec![call("1")], ..Brief::default() };
        assert!(refusal(&brief).contains("`1`"), "a call without a result");
        brief.parts = vec![result("1")];
        brief.check(true).unwrap();
        brief.parts = vec![result("1"), result("1")];
        assert!(refusal(&brief).contains("no call of that id"));
        brief.said.push(Said { role: Role::Tool, parts: vec![result("1")] });
        brief.parts = Vec::new();
        brief.check(true).unwrap();
    }

    #[test]
    fn tools_have_fit_names_and_schemas() {
        let tool = |name: &str, schema| ClientTool {
            name: name.into(),
            description: String::new(),
            schema,
            is_strict: false,
        };
        let mut brief = Brief { tools: vec![tool("a b", json!({}))], ..Brief::default() };
        assert!(refusal(&brief).contains("`a b`"));
        brief.tools = vec![tool("a", json!({})), tool("a", json!({}))];
        assert!(refusal(&brief).contains("two tools"));
        brief.tools = vec![tool("a", json!(1))];
        assert!(refusal(&brief).contains("schema"));
        brief.tools = vec![tool("a", json!({}))];
        brief.tool_choice = ToolChoice::Named("b".into());
        assert!(refusal(&brief).contains("`b`"));
        brief.tool_choice = ToolChoice::Named("a".into());
        brief.check(true).unwrap();
    }

    #[test]
    fn numbers_have_bounds() {
        let mut brief = Brief::default();
        brief.sampling.temperature = Some(2.5);
        assert!(refusal(&brief).contains("temperature"));
        brief.sampling.temperature = Some(f64::NAN);
        assert!(refusal(&brief).contains("temperature"));
        brief.sampling = Sampling { stops: vec![String::new()], ..Sampling::default() };
        assert!(refusal(&brief).contains("stops"));
    }
}
