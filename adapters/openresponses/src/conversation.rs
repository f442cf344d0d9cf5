//! Items as the daemon takes them: what was said before, and what is to be answered now.

use nexus_adapter::{Brief, Image, Part, Role, Said, ToolCall, ToolResult};
use nexus_ingress::{Picture, Problem, arrive, is_blank, picture};
use serde_json::{Value, json};

use crate::request::unfit;

/// Most pictures of one conversation.
const PICTURES_MAX: usize = 50;
/// Most messages of one conversation; below what the daemon takes, for what arrives.
const SAID_MAX: usize = 2_000;
/// What stands before the summary of a conversation that was compacted.
const SUMMARY: &str = "This is a summary of our conversation so far:\n\n";

/// A conversation, as the daemon takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Conversation {
    /// The text of the message that is to be answered, or its title.
    pub(crate) content: String,
    /// What comes along.
    pub(crate) brief: Brief,
    /// The pictures, in the order in which the brief has them.
    pub(crate) pictures: Vec<Picture>,
}

/// How a conversation is read.
pub(crate) struct Reader<'a> {
    /// What a compaction sealed, if it was made for this caller.
    pub(crate) unseal: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the oldest is left out when there is too much.
    pub(crate) truncates: bool,
}

impl Reader<'_> {
    /// Reads the items `before` and the ones that the client sent now, and adds them to `brief`.
    ///
    /// # Errors
    /// What does not fit together, with the field.
    pub(crate) fn read(
        &self,
        before: &[Value],
        sent: &[Value],
        mut brief: Brief,
    ) -> Result<Conversation, Problem> {
        let mut reading = Reading::default();
        for item in before {
            reading.take(item, "previous_response_id", self.unseal)?;
        }
        for (n, item) in sent.iter().enumerate() {
            reading.take(item, &format!("input[{n}]"), self.unseal)?;
        }
        let Reading { mut instructions, mut said, mut pictures } = reading;
        let last = said.pop().filter(|last| last.role != Role::Assistant).ok_or_else(|| {
            let message = "the last item of `input` must be a message of the user or the output of \
                           a function: an agent answers, it does not go on with what it said";
            Problem::invalid("input", "invalid_value", message)
        })?;
        // Models refuse messages in which nothing is said.
        said.retain(|said| !said.parts.iter().all(is_blank));
        self.shorten(&mut said, &mut pictures)?;
        let (content, parts) = arrive(vec![last], "input")?;
        instructions.splice(0..0, brief.instructions.take());
        brief.instructions = (!instructions.is_empty()).then(|| instructions.join("\n\n"));
        brief.is_whole = !parts.is_empty();
        (brief.said, brief.parts) = (said, parts);
        brief.check(true).map_err(unfit("input"))?;
        Ok(Conversation { content, brief, pictures })
    }

    fn shorten(&self, said: &mut Vec<Said>, pictures: &mut Vec<Picture>) -> Result<(), Problem> {
        if said.len() <= SAID_MAX {
            return Ok(());
        }
        if !self.truncates {
            let message = format!(
                "the conversation has more than {SAID_MAX} messages; compact it with POST \
                 /v1/responses/compact, or set `truncation` to auto"
            );
            return Err(Problem::invalid("input", "context_length_exceeded", message));
        }
        let n_over = said.len() - SAID_MAX;
        // A call is not torn from its result: a conversation begins with the user.
        let begins = said[n_over..].iter().position(|said| said.role == Role::User);
        let left_out = begins.map_or(said.len(), |begins| n_over + begins);
        let n_pictures: usize = said[..left_out].iter().map(|said| n_images(&said.parts)).sum();
        pictures.drain(..n_pictures);
        said.drain(..left_out);
        Ok(())
    }
}

fn n_images(parts: &[Part]) -> usize {
    parts.iter().filter(|part| matches!(part, Part::Image(_))).count()
}

#[derive(Default)]
struct Reading {
    instructions: Vec<String>,
    said: Vec<Said>,
    pictures: Vec<Picture>,
}

impl Reading {
    fn take(
        &mut self,
        item: &Value,
        at: &str,
        unseal: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), Problem> {
        match item["type"].as_str().unwrap_or_default() {
            "message" => self.message(item, at)?,
            "function_call" => self.say(Role::Assistant, vec![call(item)]),
            "function_call_output" => self.say(Role::Tool, vec![result(item)]),
            "compaction" => {
                let sealed = item["encrypted_content"].as_str().unwrap_or_default();
                let summary = unseal(sealed).ok_or_else(|| {
                    let message = "this is no compaction that was made here for this key";
                    let at = format!("{at}.encrypted_content");
                    Problem::invalid(at, "invalid_encrypted_content", message)
                })?;
                self.say(Role::User, vec![Part::Text(format!("{SUMMARY}{summary}"))]);
            }
            // What a model thought is not shown to it again.
            _ => {}
        }
        Ok(())
    }

    fn message(&mut self, item: &Value, at: &str) -> Result<(), Problem> {
        let role = match item["role"].as_str().unwrap_or_default() {
            "system" | "developer" => {
                let text = texts(&item["content"]);
                self.instructions.extend(Some(text).filter(|text| !text.trim().is_empty()));
                return Ok(());
            }
            "assistant" => Role::Assistant,
            _ => Role::User,
        };
        let mut parts = Vec::new();
        for (n, part) in list(&item["content"]).iter().enumerate() {
            parts.push(match part["image_url"].as_str() {
                Some(url) => self.picture(url, &format!("{at}.content[{n}].image_url"))?,
                None => Part::Text(text_of(part).to_owned()),
            });
        }
        self.say(role, parts);
        Ok(())
    }

    fn picture(&mut self, url: &str, at: &str) -> Result<Part, Problem> {
        if self.pictures.len() == PICTURES_MAX {
            let message = format!("at most {PICTURES_MAX} pictures are taken");
            return Err(Problem::invalid(at, "array_above_max_length", message));
        }
        let picture = picture::read(url, at)?;
        let content_type = picture.content_type.to_owned();
        self.pictures.push(picture);
        Ok(Part::Image(Image { content_type, blob: String::new() }))
    }

    /// Adds a message. What the model said and which functions it called is one message, and so
    /// are the results of calls that were made together.
    fn say(&mut self, role: Role, parts: Vec<Part>) {
        match self.said.last_mut() {
            Some(last) if last.role == role && role != Role::User => last.parts.extend(parts),
            _ => self.said.push(Said { role, parts }),
        }
    }
}

fn call(item: &Value) -> Part {
    let word = |field: &str| item[field].as_str().unwrap_or_default();
    let arguments = match word("arguments").trim() {
        "" => json!({}),
        // A model may have written something else; it is kept as it was.
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    let (id, name) = (word("call_id").to_owned(), word("name").to_owned());
    Part::ToolCall(ToolCall { id, name, arguments })
}

fn result(item: &Value) -> Part {
    let content = match item["output"].as_str() {
        Some(text) => text.to_owned(),
        None => texts(&item["output"]),
    };
    let call_id = item["call_id"].as_str().unwrap_or_default().to_owned();
    Part::ToolResult(ToolResult { call_id, content, is_error: false })
}

fn list(content: &Value) -> &[Value] {
    content.as_array().map_or(&[], Vec::as_slice)
}

fn texts(content: &Value) -> String {
    list(content).iter().map(text_of).collect::<Vec<_>>().join("\n")
}

fn text_of(part: &Value) -> &str {
    part["text"].as_str().or_else(|| part["refusal"].as_str()).unwrap_or_default()
}
