//! The items of a request, each made whole: with an id, a status, and content as a list.

use nexus_ingress::Problem;
use serde_json::{Map, Value, json};

/// Most items of one request.
const ITEMS_MAX: usize = 4_096;
/// Longest id that a client may give an item, in bytes.
const ID_BYTES_MAX: usize = 128;
/// Longest id of a call, and longest name of a function, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Item that stands for one that was stored.
pub(crate) const REFERENCE: &str = "item_reference";

/// Reads `input`.
pub(super) fn read_all(input: Option<Value>) -> Result<Vec<Value>, Problem> {
    match input {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![user(&text)]),
        Some(Value::Array(items)) if items.len() > ITEMS_MAX => {
            let message = format!("`input` has more than {ITEMS_MAX} items");
            Err(Problem::invalid("input", "array_above_max_length", message))
        }
        Some(Value::Array(items)) => {
            let items = items.into_iter().enumerate();
            items.map(|(n, item)| read(item, &format!("input[{n}]"))).collect()
        }
        Some(_) => {
            let message = "`input` is a text or a list of items";
            Err(Problem::invalid("input", "invalid_type", message))
        }
    }
}

/// A message of the user.
pub(crate) fn user(text: &str) -> Value {
    json!({
        "type": "message",
        "id": nexus_ingress::random("msg_"),
        "status": "completed",
        "role": "user",
        "content": [{ "type": "input_text", "text": text }],
    })
}

fn read(item: Value, at: &str) -> Result<Value, Problem> {
    let Value::Object(item) = item else {
        return Err(Problem::invalid(at, "invalid_type", format!("`{at}` is no object")));
    };
    let item = Item { item, at };
    match item.kind() {
        "message" => item.message(),
        "function_call" => item.call(),
        "function_call_output" => item.result(),
        "reasoning" => item.reasoning(),
        "compaction" => item.compaction(),
        REFERENCE => item.reference(),
        other => {
            let message = format!(
                "`{at}.type` is `{}`; supported are message, function_call, \
                 function_call_output, reasoning, compaction and item_reference",
                other.escape_debug()
            );
            Err(Problem::unsupported_value(format!("{at}.type"), message))
        }
    }
}

struct Item<'a> {
    item: Map<String, Value>,
    at: &'a str,
}

impl Item<'_> {
    /// What it is; a message need not say so, nor a reference.
    fn kind(&self) -> &str {
        match self.item.get("type").filter(|kind| !kind.is_null()) {
            Some(kind) => kind.as_str().unwrap_or_default(),
            None if self.item.contains_key("role") => "message",
            None if self.item.len() <= 2 && self.item.contains_key("id") => REFERENCE,
            None => "",
        }
    }

    fn id(&self, prefix: &str) -> Value {
        let given = self.item.get("id").and_then(Value::as_str);
        let given = given.filter(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX);
        given.map_or_else(|| json!(nexus_ingress::random(prefix)), |id| json!(id))
    }

    fn text(&self, field: &str) -> Result<&str, Problem> {
        let at = format!("{}.{field}", self.at);
        match self.item.get(field) {
            None | Some(Value::Null) => Err(missing(&at)),
            Some(value) => value.as_str().ok_or_else(|| {
                Problem::invalid(at.clone(), "invalid_type", format!("`{at}` is no text"))
            }),
        }
    }

    /// A text that names something: not empty, and not too long.
    fn name(&self, field: &str) -> Result<&str, Problem> {
        let name = self.text(field)?;
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            let at = format!("{}.{field}", self.at);
            let message = format!("`{at}` has 1 to {NAME_BYTES_MAX} characters");
            return Err(Problem::invalid(at, "invalid_value", message));
        }
        Ok(name)
    }

    fn message(mut self) -> Result<Value, Problem> {
        let role = self.text("role")?.to_owned();
        let known: &[&str] = match role.as_str() {
            "user" => &["input_text", "input_image"],
            "system" | "developer" => &["input_text"],
            "assistant" => &["output_text", "refusal"],
            other => {
                let message = format!(
                    "`{}` is no role; the roles are user, assistant, system and developer",
                    other.escape_debug()
                );
                let at = format!("{}.role", self.at);
                return Err(Problem::invalid(at, "invalid_value", message));
            }
        };
        let at = format!("{}.content", self.at);
        let content = match self.item.remove("content") {
            None | Some(Value::Null) => return Err(missing(&at)),
            Some(Value::String(text)) => vec![json!({ "type": known[0], "text": text })],
            Some(Value::Array(parts)) => parts,
            Some(_) => {
                let message = format!("`{at}` is a text or a list of parts");
                return Err(Problem::invalid(at, "invalid_type", message));
            }
        };
        let content = parts(content, known, &at)?;
        let mut read = json!({
            "type": "message",
            "id": self.id("msg_"),
            "status": "completed",
            "role": role,
            "content": content,
        });
        if let Some(phase) = self.item.get("phase").filter(|_| role == "assistant")
            && (phase == "commentary" || phase == "final_answer")
        {
            read["phase"] = phase.clone();
        }
        Ok(read)
    }

    fn call(self) -> Result<Value, Problem> {
        Ok(json!({
            "type": "function_call",
            "id": self.id("fc_"),
            "call_id": self.name("call_id")?,
            "name": self.name("name")?,
            "arguments": self.text("arguments")?,
            "status": "completed",
        }))
    }

    fn result(mut self) -> Result<Value, Problem> {
        let at = format!("{}.output", self.at);
        let output = match self.item.remove("output") {
            Some(Value::String(text)) => json!(text),
            Some(Value::Array(list)) => json!(parts(list, &["input_text"], &at)?),
            None | Some(Value::Null) => return Err(missing(&at)),
            Some(_) => {
                let message = format!("`{at}` is a text or a list of parts");
                return Err(Problem::invalid(at, "invalid_type", message));
            }
        };
        Ok(json!({
            "type": "function_call_output",
            "id": self.id("fco_"),
            "call_id": self.name("call_id")?,
            "output": output,
            "status": "completed",
        }))
    }

    /// Kept, so that it can be listed; models are not shown it again.
    fn reasoning(mut self) -> Result<Value, Problem> {
        let at = format!("{}.summary", self.at);
        let summary = match self.item.remove("summary") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => parts(list, &["summary_text"], &at)?,
            Some(_) => {
                return Err(Problem::invalid(
                    at.clone(),
                    "invalid_type",
                    format!("`{at}` is no list"),
                ));
            }
        };
        Ok(json!({
            "type": "reasoning",
            "id": self.id("rs_"),
            "summary": summary,
            "status": "completed",
        }))
    }

    fn compaction(self) -> Result<Value, Problem> {
        let sealed = self.text("encrypted_content")?;
        Ok(json!({ "type": "compaction", "id": self.id("cmp_"), "encrypted_content": sealed }))
    }

    fn reference(self) -> Result<Value, Problem> {
        Ok(json!({ "type": REFERENCE, "id": self.text("id")? }))
    }
}

/// The parts of a content, each made whole.
fn parts(list: Vec<Value>, known: &[&str], at: &str) -> Result<Vec<Value>, Problem> {
    let list = list.into_iter().enumerate();
    list.map(|(n, part)| self::part(part, known, &format!("{at}[{n}]"))).collect()
}

fn part(part: Value, known: &[&str], at: &str) -> Result<Value, Problem> {
    let Value::Object(mut part) = part else {
        return Err(Problem::invalid(at, "invalid_type", format!("`{at}` is no object")));
    };
    let kind = part.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !known.contains(&kind.as_str()) {
        let message = format!(
            "content of type `{}` is not supported here, only {}",
            kind.escape_debug(),
            known.join(" and ")
        );
        return Err(Problem::unsupported_value(format!("{at}.type"), message));
    }
    let field = match kind.as_str() {
        "refusal" => "refusal",
        "input_image" => "image_url",
        _ => "text",
    };
    let Some(Value::String(text)) = part.remove(field) else {
        let message = match part.contains_key("file_id") {
            true => format!(
                "`{at}.file_id` is not supported, since there are no files; send the picture as \
                 `image_url`: data:image/png;base64,…"
            ),
            false => format!("`{at}.{field}` is missing"),
        };
        let param = format!("{at}.{field}");
        return Err(Problem::invalid(param, "missing_required_parameter", message));
    };
    let mut read = match kind.as_str() {
        "output_text" => json!({ "type": kind, "annotations": [], "logprobs": [] }),
        "input_image" => {
            let detail = part.get("detail").and_then(Value::as_str).unwrap_or("auto");
            json!({ "type": kind, "detail": detail })
        }
        _ => json!({ "type": kind }),
    };
    // Moved, since a picture may be most of a large body.
    read[field] = Value::String(text);
    Ok(read)
}

fn missing(at: &str) -> Problem {
    Problem::invalid(at, "missing_required_parameter", format!("`{at}` is missing"))
}
