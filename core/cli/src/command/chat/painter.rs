//! Shows a turn while it happens: text to stdout as it is written, everything else to stderr.

use nexus_domain::agent::ToolCallStatus;
use nexus_domain::event::Transient;
use nexus_domain::message::{Message, Role};
use nexus_domain::permission::{
    PermissionAnswer, PermissionKind, PermissionRequest, PermissionStatus,
};

use super::reply::{Reply, Show};
use crate::command::acl;
use crate::environment::now;
use crate::failure::Result;
use crate::output::{Output, Sign, style, text};

/// Columns of a tool's argument or result on its line.
const DETAIL_COLUMNS_MAX: usize = 90;
/// Columns of a call beside the line that its program has just written.
const BESIDE_COLUMNS_MAX: usize = 40;
/// Lines of a change that are shown.
const DIFF_LINES_MAX: usize = 40;

/// How a tool call ended.
pub(super) struct ToolEnd<'a> {
    pub(super) name: &'a str,
    pub(super) status: ToolCallStatus,
    pub(super) duration_ms: u64,
    pub(super) excerpt: &'a str,
    pub(super) record: Option<&'a str>,
}

/// What has been shown of a turn.
pub(super) struct Painter {
    output: Output,
    reply: Reply,
    /// Calls that run: id and what they do.
    running: Vec<(String, String)>,
    whole: String,
    is_line_open: bool,
    is_waiting_shown: bool,
}

impl Painter {
    pub(super) fn new(output: Output) -> Self {
        let mut painter = Self {
            output,
            reply: Reply::default(),
            running: Vec::new(),
            whole: String::new(),
            is_line_open: false,
            is_waiting_shown: false,
        };
        painter.wait("working");
        painter
    }

    /// Everything the agent said.
    pub(super) fn into_text(self) -> String {
        self.whole
    }

    /// Ends the last line.
    pub(super) fn end(&mut self) -> Result<()> {
        self.clear_wait();
        if self.is_line_open && !self.output.is_json() {
            self.output.piece("\n")?;
        }
        self.is_line_open = false;
        Ok(())
    }

    /// Shows on a terminal that something is at work; the next output takes its place.
    fn wait(&mut self, what: &str) {
        if self.is_line_open || !self.output.is_error_tty() || self.output.is_json() {
            return;
        }
        self.clear_wait();
        let sign = self.output.sign_note(Sign::Busy);
        let room = self.output.columns().saturating_sub(6);
        let words = self.output.paint_note(style::DIM, &text::cut(what, room));
        self.output.note_piece(&format!("  {sign} {words}"));
        self.is_waiting_shown = true;
    }

    fn clear_wait(&mut self) {
        if std::mem::take(&mut self.is_waiting_shown) {
            self.output.note_piece("\r\u{1b}[K");
        }
    }

    /// A word beside the text, on a line of its own.
    pub(super) fn note(&mut self, words: &str) -> Result<()> {
        self.clear_wait();
        self.break_line()?;
        self.output.note(&self.output.paint_note(style::DIM, words));
        Ok(())
    }

    /// Where text and notes meet on one terminal, a note begins a new line.
    fn break_line(&mut self) -> Result<()> {
        if self.is_line_open && self.output.is_tty() && self.output.is_error_tty() {
            self.output.piece("\n")?;
            self.is_line_open = false;
        }
        Ok(())
    }

    fn say(&mut self, words: &str) -> Result<()> {
        if words.is_empty() || self.output.is_json() {
            return Ok(());
        }
        self.clear_wait();
        self.output.piece(&text::clean(words))?;
        self.is_line_open = !words.ends_with('\n');
        Ok(())
    }

    /// Text as it is written, for a person who watches. In a pipe only recorded messages are
    /// shown: a reply that begins anew cannot be taken back there.
    pub(super) fn streamed(&mut self, passing: &Transient) -> Result<()> {
        if !self.output.is_tty() {
            return Ok(());
        }
        let show = self.reply.streamed(passing);
        self.show(show)
    }

    fn show(&mut self, show: Show) -> Result<()> {
        match show {
            Show::Nothing => Ok(()),
            Show::More(text) => self.say(&text),
            Show::Anew(text) => {
                self.note("(the reply starts over)")?;
                self.say(&text)
            }
        }
    }

    /// A recorded message is the truth: whatever the stream left out is shown now.
    pub(super) fn message(&mut self, message: &Message) -> Result<()> {
        if message.role != Role::Assistant {
            return Ok(());
        }
        let whole = message.text();
        let show = self.reply.recorded(message.id, &whole);
        self.show(show)?;
        if self.is_line_open {
            self.output.piece("\n")?;
            self.is_line_open = false;
        }
        if !whole.trim().is_empty() {
            if !self.whole.is_empty() {
                self.whole.push_str("\n\n");
            }
            self.whole.push_str(whole.trim_end());
        }
        if message.tool_calls().next().is_some() {
            self.wait("working");
        }
        Ok(())
    }

    pub(super) fn tool_started(&mut self, id: &str, name: &str, summary: &str) -> Result<()> {
        let what = what(name, summary);
        self.break_line()?;
        self.wait(&what);
        self.running.retain(|(running, _)| running != id);
        self.running.push((id.to_owned(), what));
        Ok(())
    }

    /// What the program of a call has just written: its last line stands beside the call until the
    /// next one, or the result, takes its place.
    pub(super) fn program_wrote(&mut self, id: &str, delta: &str) {
        let line = delta.lines().rfind(|line| !line.trim().is_empty());
        let found = self.running.iter().find(|(running, _)| running == id);
        if let (Some(line), Some((_, what))) = (line, found) {
            let what = text::cut(what, BESIDE_COLUMNS_MAX);
            let line = text::one_line(line.trim());
            self.wait(&format!("{what} │ {line}"));
        }
    }

    /// One line for a call: what, how long, how it ended; for a change, the change.
    pub(super) fn tool_ended(&mut self, id: &str, end: &ToolEnd<'_>) -> Result<()> {
        // Questions about machines that its program wanted go with it.
        let is_part =
            |other: &str| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('/'));
        self.running.retain(|(running, _)| !is_part(running));
        let at = self.running.iter().position(|(running, _)| running == id);
        let what = at.map_or_else(|| end.name.to_owned(), |at| self.running.remove(at).1);
        self.clear_wait();
        self.break_line()?;
        let sign = match end.status {
            ToolCallStatus::Completed => Sign::Good,
            ToolCallStatus::Unknown => Sign::Warn,
            _ => Sign::Bad,
        };
        let took = text::duration_ms(end.duration_ms);
        let output = &self.output;
        let what = text::cut(&what, DETAIL_COLUMNS_MAX);
        let took = output.paint_note(style::DIM, &took);
        output.note(&format!("  {} {what}  {took}", output.sign_note(sign)));
        if sign != Sign::Good {
            let excerpt = text::cut(&text::one_line(end.excerpt), DETAIL_COLUMNS_MAX);
            output.note(&format!("      {}", output.paint_note(style::DIM, &excerpt)));
        }
        if let Some(record) = end.record {
            self.diff(record);
        }
        let next = self.running.last().map_or("working".to_owned(), |(_, what)| what.clone());
        self.wait(&next);
        Ok(())
    }

    fn diff(&self, record: &str) {
        let record = text::clean(record);
        let n_lines = record.lines().count();
        for line in record.lines().take(DIFF_LINES_MAX) {
            let line_style = match line.chars().next() {
                Some('+') => style::GOOD,
                Some('-') => style::BAD,
                _ => style::DIM,
            };
            self.output.note(&format!("      {}", self.output.paint_note(line_style, line)));
        }
        if n_lines > DIFF_LINES_MAX {
            self.output.note(&format!("      ({} more lines)", n_lines - DIFF_LINES_MAX));
        }
    }

    /// A question that waits: who, what exactly, why.
    pub(super) fn permission(&mut self, permission: &PermissionRequest) -> Result<()> {
        self.clear_wait();
        self.break_line()?;
        if let Some(call_id) = permission.tool_call_id.clone() {
            self.running.push((call_id, acl::action(permission)));
        }
        let output = &self.output;
        let sign = output.sign_note(Sign::Ask);
        let who = &permission.agent_id;
        let tool = text::one_line(&permission.action.tool);
        let head = match permission.kind {
            PermissionKind::Sender => format!("somebody unknown writes to {who}"),
            _ => format!("{who} wants to use {}", output.paint_note(style::ASK, &tool)),
        };
        output.note(&format!("{sign} {head}"));
        let summary = text::one_line(&permission.action.summary);
        output.note(&format!("    {}", output.paint_note(style::BOLD, &summary)));
        let why = text::one_line(&permission.reason);
        output.note(&format!("    {}", output.paint_note(style::DIM, &why)));
        if permission.kind == PermissionKind::UnknownOutcome {
            output
                .note("    careful: the daemon died while this ran; it may have happened already");
        }
        let left = text::left(permission.expires_at, now());
        output.note(&format!("    {}", output.paint_note(style::DIM, &left)));
        if !permission.proposals.is_empty() {
            output.note("    for longer, it would hold for:");
        }
        for (n, proposal) in permission.proposals.iter().enumerate() {
            output.note(&format!("      {} {}", n + 1, text::one_line(&proposal.text)));
        }
        Ok(())
    }

    /// The receipt of a decision.
    pub(super) fn decided(&mut self, request: &PermissionRequest) -> Result<()> {
        let standing = request.answer.filter(|answer| answer.is_standing());
        let (sign, word) = match request.status {
            PermissionStatus::Approved => {
                (Sign::Good, standing.map_or("allowed, this once", PermissionAnswer::words))
            }
            PermissionStatus::Denied => {
                (Sign::Bad, standing.map_or("denied", PermissionAnswer::words))
            }
            PermissionStatus::Expired => (Sign::Warn, "it had expired"),
            PermissionStatus::Withdrawn => (Sign::Idle, "the run has ended meanwhile"),
            PermissionStatus::Pending => (Sign::Ask, "still waiting"),
        };
        self.output.note(&format!("  {} {word}", self.output.sign_note(sign)));
        if let Some(sender) = acl::became_person(request) {
            self.output.note(&format!("    take it back: nexus contact unlink {sender}"));
        }
        if let Some(grant) = request.grant_id {
            self.output.note(&format!("    take it back: nexus acl grants revoke {grant}"));
        }
        // A message of somebody else goes on in its own conversation.
        if request.kind != PermissionKind::Sender {
            self.wait("working");
        }
        Ok(())
    }
}

/// A call in words. A summary that begins with the tool's verb needs no name before it.
fn what(name: &str, summary: &str) -> String {
    let summary = text::one_line(summary);
    let verb = summary.split_whitespace().next().unwrap_or_default();
    match !verb.is_empty() && name.starts_with(verb) {
        true => summary,
        false => format!("{name} {summary}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_named_once() {
        assert_eq!(what("write_file", "write a.txt (6 bytes)"), "write a.txt (6 bytes)");
        assert_eq!(what("http_fetch", "GET http://a/"), "http_fetch GET http://a/");
        assert_eq!(what("time", ""), "time ");
    }
}
