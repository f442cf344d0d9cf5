//! What the rules know to say. Texts only.

use nexus_domain::message::{ToolCall, ToolResult};

use super::commands::Command;

/// How it introduces itself.
pub(super) const GREETING: &str = "Hello. I am the offline provider of Nexus: rule-based, without \
a language model. I can read, write and search files in your workspace, run programs and answer \
questions about Nexus. Say `help` to see how.";

const HELP: &str = "I am rule-based and have no language model, so I understand plain commands:

- `read FILE` shows a file
- `list [DIR]` lists a folder
- `search TEXT [in DIR]` finds text in files
- `write FILE: CONTENT` writes a file (several lines are fine)
- `append FILE: CONTENT` adds to its end
- `replace OLD with NEW in FILE` edits it
- `delete FILE` moves it into the trash (you are asked first)
- `run PROGRAM WORDS` runs a program, confined; put `with network` at the end to let it ask for
  other machines (you are asked about each)
- `fetch URL` reads a web page (you are asked first)
- `time [ZONE]` tells the time

Join commands with `then`: `write a.txt: hello then read a.txt`.
Ask me about: models and keys, approvals, status, files, stopping, restarts, cost.";

const MODELS: &str = "I am rule-based, not a language model; you can add a real one. Put the key \
into the environment, for example `OPENAI_API_KEY` or `ANTHROPIC_API_KEY`, and start Nexus again \
with `nexus up`; or run a local Ollama, which is found on its usual port. To choose for yourself, \
edit `nexus.toml`:

```toml
[agents.main]
models = [\"openai/gpt-5\"]

[models.openai]
kind = \"openai\"
key = \"env:OPENAI_API_KEY\"
models = [\"gpt-5\"]
```

`nexus models list` shows what was found and why, `nexus models test` makes one small call.";

const APPROVALS: &str = "Reading and writing files in the workspace and running confined programs \
is allowed; whatever leaves this machine, such as `fetch`, and whatever deletes waits for your \
decision first. You see exactly what would be done. \
Decide right here in the chat, in the browser, or with `nexus acl request list`, then `nexus acl \
request approve ID` or `nexus acl request deny ID`. Silence for a day means no. Each decision is in the audit \
ledger.";

const STATUS: &str = "`nexus status` shows whether the daemon runs, which model answers and what \
waits for you; `nexus daemon logs` shows its log. The same is in the browser: `nexus ui`.";

const FILES: &str = "Everything lives in one home folder, `~/nexus` unless NEXUS_ROOT says \
otherwise: `nexus.toml` is the configuration, `AGENTS.md` holds house rules that every agent is \
shown, `home/` is my workspace, and `state/` holds the ledger, the logs and the agent files. I can \
only touch files inside the workspace.";

const STOP: &str = "Press Ctrl-C in the chat or the stop button in the browser: the run ends at \
once, and no tool starts after that. `nexus down` stops the daemon itself.";

const RESTART: &str = "Every step is recorded before the next one begins. If the daemon is killed \
in the middle of a turn, it goes on from the last recorded step when it is started again; what may \
have happened already is not repeated without asking you.";

const COST: &str = "I cost nothing: I am rule-based and run on this machine, without a language \
model. With a real model, tokens and cost are counted for each call; `nexus models list` shows the \
prices, and `[models.prices]` in `nexus.toml` overrides them.";

const THANKS: &str = "You are welcome.";

struct Topic {
    /// Any of these words in the message chooses the topic.
    words: &'static [&'static str],
    answer: &'static str,
}

/// The first topic with a matching word answers, so the particular ones come first.
const TOPICS: &[Topic] = &[
    Topic {
        words: &["approve", "approval", "approvals", "permission", "permissions", "allow", "deny"],
        answer: APPROVALS,
    },
    Topic {
        words: &["cost", "costs", "price", "prices", "expensive", "tokens", "budget"],
        answer: COST,
    },
    Topic {
        words: &["who", "yourself", "ai", "human", "gpt", "claude", "offline"],
        answer: GREETING,
    },
    Topic {
        words: &[
            "model",
            "models",
            "key",
            "keys",
            "openai",
            "anthropic",
            "ollama",
            "gemini",
            "provider",
            "llm",
        ],
        answer: MODELS,
    },
    Topic {
        words: &["status", "health", "log", "logs", "running", "browser", "ui"],
        answer: STATUS,
    },
    Topic { words: &["stop", "cancel", "abort", "interrupt", "quit", "exit"], answer: STOP },
    Topic {
        words: &["restart", "crash", "crashed", "kill", "killed", "durable", "recover", "lost"],
        answer: RESTART,
    },
    Topic {
        words: &[
            "where",
            "folder",
            "workspace",
            "home",
            "config",
            "configuration",
            "configure",
            "settings",
        ],
        answer: FILES,
    },
    Topic { words: &["help", "can", "commands", "command", "how", "usage", "tools"], answer: HELP },
    Topic { words: &["hello", "hi", "hey", "hallo", "moin", "ready"], answer: GREETING },
    Topic { words: &["thanks", "thank", "danke", "thx"], answer: THANKS },
];

/// Answers a message that is not a command.
pub(super) fn talk(text: &str, tools: &[&str]) -> String {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let asks_for_help = lower.contains("what can you do");
    if asks_for_help {
        return HELP.to_owned();
    }
    let topic = TOPICS.iter().find(|topic| topic.words.iter().any(|word| words.contains(word)));
    if let Some(topic) = topic {
        return topic.answer.to_owned();
    }
    let missing = if tools.is_empty() { " (this agent has no tools at the moment)" } else { "" };
    format!(
        "I did not understand that: I am rule-based and have no language model. I know these \
         commands{missing}: read, list, search, write, append, replace, delete, run, fetch, time. Say `help` \
         for how they are written, or `models` for how to add a real model."
    )
}

/// Tells what came of some commands.
pub(super) fn report(commands: &[Command], done: &[(ToolCall, ToolResult)]) -> String {
    let mut texts: Vec<_> =
        commands.iter().zip(done).map(|(command, (_, result))| one(command, result)).collect();
    let n_left = commands.len().saturating_sub(done.len());
    if n_left > 0 {
        let rest = if n_left == 1 { "command" } else { "commands" };
        texts.push(format!("I stopped there; {n_left} {rest} did not run."));
    }
    texts.join("\n\n")
}

fn one(command: &Command, result: &ToolResult) -> String {
    let content = result.content.trim_end();
    if result.is_error {
        return format!("That did not work: {content}");
    }
    match command {
        Command::Read { path } => format!("Here is `{path}`:\n\n{}", fenced(content)),
        Command::List { path } if path == "." => format!("Your workspace:\n\n{}", fenced(content)),
        Command::List { path } => format!("In `{path}`:\n\n{}", fenced(content)),
        Command::Search { text, .. } => {
            format!("What I found for \"{text}\":\n\n{}", fenced(content))
        }
        Command::Run { line, .. } => format!("I ran `{line}`:\n\n{}", fenced(content)),
        Command::Fetch { url } => format!("From {url}:\n\n{}", fenced(content)),
        Command::Time { .. }
        | Command::Write { .. }
        | Command::Append { .. }
        | Command::Delete { .. }
        | Command::Replace { .. } => content.to_owned(),
    }
}

/// A block whose fence is longer than any in the text, so that content cannot break out of it.
fn fenced(content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{content}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_find_their_topic() {
        let check = |question: &str, expect: &str| {
            let said = talk(question, &[]);
            assert!(said.contains(expect), "{question}: {said}");
        };
        check("what can you do?", "read FILE");
        check("how do I add an API key?", "OPENAI_API_KEY");
        check("How do approvals work?", "nexus acl");
        check("where do my files live", "~/nexus");
        check("is it running?", "nexus status");
        check("what does it cost", "nothing");
        check("what happens after a crash", "last recorded step");
        check("qwertz", "read, list, search");
        check("thanks!", "welcome");
    }

    #[test]
    fn content_cannot_break_out_of_its_fence() {
        let text = fenced("a\n````\nb");
        assert!(text.starts_with("`````\n") && text.ends_with("\n`````"));
    }
}
