//! Where words go: data to stdout, everything else to stderr, and one JSON document when asked.

pub(crate) mod id;
pub(crate) mod table;
pub(crate) mod text;

use std::io::Write;

use anstyle::{AnsiColor, Style};
use nexus_domain::request::RequestStatus;
use serde::Serialize;

use crate::arguments::ColorChoice;
use crate::environment::Environment;
use crate::failure::{CliError, Result};

/// The semantic colours, mapped to the sixteen of a terminal.
pub(crate) mod style {
    use super::{AnsiColor, Style};

    pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
    pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
    pub(crate) const BAD: Style = AnsiColor::Red.on_default();
    /// Asks for a person; used for nothing else.
    pub(crate) const ASK: Style = AnsiColor::Magenta.on_default().bold();
    pub(crate) const BUSY: Style = AnsiColor::Cyan.on_default();
    pub(crate) const DIM: Style = Style::new().dimmed();
    pub(crate) const BOLD: Style = Style::new().bold();
    pub(crate) const PLAIN: Style = Style::new();
}

/// A sign that carries the meaning without its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Good,
    Warn,
    Bad,
    Ask,
    Busy,
    Idle,
}

/// How this run of the program talks.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    is_json: bool,
    is_quiet: bool,
    has_color: bool,
    has_error_color: bool,
    is_utf8: bool,
    is_tty: bool,
    is_error_tty: bool,
    columns: usize,
}

impl Output {
    pub(crate) fn new(
        environment: &Environment,
        is_json: bool,
        is_quiet: bool,
        color: ColorChoice,
    ) -> Self {
        let wants = |is_tty: bool| match (color, environment.color) {
            (ColorChoice::Always, _) => true,
            (ColorChoice::Never, _) => false,
            (ColorChoice::Auto, Some(wanted)) => wanted,
            (ColorChoice::Auto, None) => is_tty,
        };
        Self {
            is_json,
            is_quiet,
            has_color: wants(environment.is_stdout_tty) && !is_json,
            has_error_color: wants(environment.is_stderr_tty),
            is_utf8: environment.is_utf8,
            is_tty: environment.is_stdout_tty,
            is_error_tty: environment.is_stderr_tty,
            columns: environment.columns,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Whether a person reads stdout.
    pub(crate) fn is_tty(&self) -> bool {
        self.is_tty && !self.is_json
    }

    /// Whether a person reads stderr.
    pub(crate) fn is_error_tty(&self) -> bool {
        self.is_error_tty
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// One line of data.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        Ok(writeln!(stdout, "{text}")?)
    }

    /// A piece of data, at once.
    pub(crate) fn piece(&self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        Ok(stdout.flush()?)
    }

    /// The one JSON document of this command.
    pub(crate) fn document(&self, value: &impl Serialize) -> Result<()> {
        let text = match self.is_tty {
            true => serde_json::to_string_pretty(value),
            false => serde_json::to_string(value),
        };
        self.line(&text.map_err(|e| CliError::failed(e.to_string()))?)
    }

    /// One line of many JSON documents.
    pub(crate) fn json_line(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value).map_err(|e| CliError::failed(e.to_string()))?;
        self.line(&text)
    }

    /// A word beside the data; a reader of stderr that went away does not matter.
    pub(crate) fn note(&self, text: &str) {
        if !self.is_quiet {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// A piece of a word beside the data.
    pub(crate) fn note_piece(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }

    /// Text in a style, on stdout.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.has_color { painted(style, text) } else { text.to_owned() }
    }

    /// Text in a style, on stderr.
    pub(crate) fn paint_note(&self, style: Style, text: &str) -> String {
        if self.has_error_color { painted(style, text) } else { text.to_owned() }
    }

    /// A sign on stdout, in its colour.
    pub(crate) fn sign(&self, sign: Sign) -> String {
        let (text, style) = self.sign_parts(sign);
        self.paint(style, text)
    }

    /// A sign on stderr, in its colour.
    pub(crate) fn sign_note(&self, sign: Sign) -> String {
        let (text, style) = self.sign_parts(sign);
        self.paint_note(style, text)
    }

    pub(crate) fn sign_parts(&self, sign: Sign) -> (&'static str, Style) {
        let (wide, ascii, style) = match sign {
            Sign::Good => ("●", "*", style::GOOD),
            Sign::Warn => ("▲", "!", style::WARN),
            Sign::Bad => ("✕", "x", style::BAD),
            Sign::Ask => ("?", "?", style::ASK),
            Sign::Busy => ("◌", "~", style::BUSY),
            Sign::Idle => ("○", "o", style::DIM),
        };
        (if self.is_utf8 { wide } else { ascii }, style)
    }

    /// A bar character, or what stands for it.
    pub(crate) fn bar(&self) -> char {
        if self.is_utf8 { '█' } else { '#' }
    }

    /// Says what went wrong: to stderr for people, to stdout for programs.
    pub(crate) fn complain(&self, error: &CliError) {
        if error.is_silent {
            return;
        }
        if self.is_json {
            let _ = self.document(&error.to_json());
            return;
        }
        let mut lines = format!(
            "{} {}",
            self.paint_note(style::BAD.bold(), "error:"),
            text::clean(&error.what)
        );
        if let Some(why) = &error.why {
            lines.push_str(&format!("\n  why  {}", text::clean(why)));
        }
        let is_list = error.fix.len() > 1;
        for (n, fix) in error.fix.iter().enumerate() {
            let label = if n == 0 { "fix" } else { "   " };
            let number = if is_list { format!("{}. ", n + 1) } else { String::new() };
            lines.push_str(&format!("\n  {label}  {number}{}", text::clean(fix)));
        }
        let _ = writeln!(std::io::stderr().lock(), "{lines}");
    }
}

fn painted(style: Style, text: &str) -> String {
    if style == style::PLAIN || text.is_empty() {
        return text.to_owned();
    }
    format!("{style}{text}{style:#}")
}

/// How a request stands, as a sign and a word.
pub(crate) fn request_status(status: RequestStatus) -> (Sign, &'static str) {
    match status {
        RequestStatus::Processing => (Sign::Busy, "working"),
        RequestStatus::Queued => (Sign::Idle, "queued"),
        RequestStatus::Parked => (Sign::Ask, "waiting"),
        RequestStatus::Completed => (Sign::Good, "completed"),
        RequestStatus::Denied => (Sign::Bad, "denied"),
        RequestStatus::HandledByAutomation => (Sign::Good, "automation"),
        RequestStatus::Cancelled => (Sign::Warn, "stopped"),
        RequestStatus::Failed => (Sign::Bad, "failed"),
    }
}
