//! Everything a person should know before deciding a permission request.

use nexus_domain::contact::SenderFacts;
use nexus_domain::permission::{
    PathAccess, PermissionKind, PermissionRequest, PermissionStatus, Target,
};

use super::request::{became_person, outcome, status_words};
use crate::environment::now;
use crate::failure::Result;
use crate::output::{Output, style, text};

/// Columns of the names on the left.
const LABEL_COLUMNS: usize = 10;

/// Prints a permission request whole.
pub(super) fn details(request: &PermissionRequest, output: &Output) -> Result<()> {
    let (sign, _) = status_words(request.status);
    let (agent, action) = (&request.agent_id, &request.action);
    let word = outcome(request);
    let head = match request.kind {
        PermissionKind::Sender => format!("somebody unknown writes to {agent}"),
        _ => format!("{agent} wants to use {}", text::one_line(&action.tool)),
    };
    output.line(&format!("{} {word}: {head}", output.sign(sign)))?;
    let rows = Rows { output };
    match &request.sender {
        Some(sender) => who(sender, &rows)?,
        None => {
            let summary = output.paint(style::BOLD, &text::one_line(&action.summary));
            rows.raw("action", &summary)?;
        }
    }
    for (n, target) in action.targets.iter().enumerate() {
        rows.row(if n == 0 { "touches" } else { "" }, &touched(target))?;
    }
    if let Some(folder) = &action.folder {
        rows.row("folder", folder)?;
    }
    let arguments = serde_json::to_string_pretty(&action.arguments).unwrap_or_default();
    for (n, line) in text::clean(&arguments).lines().enumerate() {
        rows.raw(if n == 0 { "arguments" } else { "" }, line)?;
    }
    rows.row("digest", &action.digest)?;
    rows.row("for", &request.chain.to_string())?;
    rows.row("session", request.session_key.as_str())?;
    rows.row("request", &request.request_id.to_string())?;
    rows.row("asked", &text::day_and_clock(request.created_at))?;
    rows.row("why", &request.reason)?;
    if request.kind == PermissionKind::UnknownOutcome {
        rows.row("careful", "the daemon died while this ran; it may have happened already")?;
    }
    match request.status {
        PermissionStatus::Pending => answers(request, &rows),
        _ => decided(request, &rows),
    }
}

/// Who writes, and what. The name and the words are the sender's own.
fn who(sender: &SenderFacts, rows: &Rows<'_>) -> Result<()> {
    rows.row("sender", &format!("{}:{}", sender.channel, sender.sender_id))?;
    if let Some(name) = &sender.name {
        rows.row("shown as", &format!("“{name}”, as the sender says; it proves nothing"))?;
    }
    let words = rows.output.paint(style::BOLD, &text::one_line(&sender.excerpt));
    rows.raw("writes", &words)?;
    rows.row("to", &format!("the account {} on {}", sender.account_id, sender.channel))?;
    let first = text::day_and_clock(sender.first_seen);
    rows.row("seen", &format!("first {first}, {} so far", text::count(sender.n_seen, "message")))
}

/// What each answer to a question about a sender would do.
fn answers_to_sender(request: &PermissionRequest, rows: &Rows<'_>) -> Result<()> {
    rows.row("until", &text::left(request.expires_at, now()))?;
    let answers = [
        ("approve", "this message; the sender stays unknown"),
        ("approve --for day", "messages of this sender, for a day"),
        ("approve --for always", "the sender becomes a person you know"),
        ("deny", "this message and those that wait behind it"),
        ("deny --always", "messages of this sender, from now on"),
    ];
    for (n, (answer, effect)) in answers.into_iter().enumerate() {
        let name = if n == 0 { "answers" } else { "" };
        rows.raw(name, &format!("{answer:<21}{effect}"))?;
    }
    scopes(request, rows)?;
    rows.row("", "the sender is told nothing, whatever you answer")
}

/// What each answer would allow.
fn answers(request: &PermissionRequest, rows: &Rows<'_>) -> Result<()> {
    if request.kind == PermissionKind::Sender {
        answers_to_sender(request, rows)?;
        return commands(request, rows);
    }
    rows.row("until", &text::left(request.expires_at, now()))?;
    rows.row("answers", "approve              this call, this once")?;
    if request.proposals.is_empty() {
        rows.row("", "deny                 this call; it is asked each time")?;
    } else {
        rows.row("", "approve --for day    what --scope N names, for a day")?;
        rows.row("", "approve --for always what --scope N names, until you revoke it")?;
        rows.row("", "deny                 this call")?;
        rows.row("", "deny --always        what --scope N names, from now on")?;
    }
    scopes(request, rows)?;
    commands(request, rows)
}

fn scopes(request: &PermissionRequest, rows: &Rows<'_>) -> Result<()> {
    for (n, proposal) in request.proposals.iter().enumerate() {
        let name = if n == 0 { "scopes" } else { "" };
        let first = if n == 0 { "  (unless you say another)" } else { "" };
        rows.row(name, &format!("{} {}{first}", n + 1, proposal.text))?;
    }
    Ok(())
}

fn commands(request: &PermissionRequest, rows: &Rows<'_>) -> Result<()> {
    let id = request.id;
    rows.output.note(&format!(
        "\nnexus acl request approve {id}\nnexus acl request deny {id} --reason TEXT"
    ));
    Ok(())
}

fn decided(request: &PermissionRequest, rows: &Rows<'_>) -> Result<()> {
    if let Some(by) = &request.resolved_by {
        let at = request.resolved_at.map(|at| format!(", {}", text::day_and_clock(at)));
        rows.row("decided", &format!("by {by}{}", at.unwrap_or_default()))?;
    }
    if let Some(comment) = &request.comment {
        rows.row("said", comment)?;
    }
    if let Some(grant) = request.grant_id {
        rows.row("grant", &grant.to_string())?;
    }
    if let Some(sender) = became_person(request) {
        rows.row("person", &format!("nexus contact show {sender}"))?;
    }
    if let Some(signature) = &request.signature {
        let device = &signature.device;
        rows.row("signed", &format!("by device {device}: {}", signature.signature))?;
    }
    Ok(())
}

/// A target in words.
fn touched(target: &Target) -> String {
    match target {
        Target::Path { path, access, content } => {
            let verb = match access {
                PathAccess::Read => "read",
                PathAccess::Write => "write",
                PathAccess::Delete => "delete",
            };
            match (content, access) {
                (Some(content), _) => format!("{verb} {path}, as it stands: sha256 {content}"),
                (None, PathAccess::Write) => format!("{verb} {path}, which does not exist yet"),
                (None, _) => format!("{verb} {path}"),
            }
        }
        Target::Host { host, port } => format!("talk to {host} on port {port}"),
        Target::Command { argv, program, cwd, env, content, network } => {
            let words: Vec<_> = argv.iter().map(|word| format!("{word:?}")).collect();
            let env = if env.is_empty() { "none".to_owned() } else { env.join(", ") };
            let content = content.as_deref().map_or(String::new(), |it| format!(", sha256 {it}"));
            let network = if *network { "each host is asked about" } else { "none" };
            format!(
                "run {} (the file {program}{content}) in {cwd}; variables: {env}; network: {network}",
                words.join(" ")
            )
        }
        Target::Recipient { channel, to } => format!("write to {to} on {channel}"),
    }
}

struct Rows<'a> {
    output: &'a Output,
}

impl Rows<'_> {
    /// A value that came from elsewhere: on one line, with nothing hidden in it.
    fn row(&self, name: &str, value: &str) -> Result<()> {
        self.raw(name, &text::one_line(value))
    }

    fn raw(&self, name: &str, value: &str) -> Result<()> {
        let name = self.output.paint(style::DIM, &text::pad(name, LABEL_COLUMNS));
        self.output.line(&format!("  {name}{value}"))
    }
}
