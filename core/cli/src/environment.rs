//! The one place that reads the process environment, the clock and the terminal.

use std::io::IsTerminal;
use std::path::PathBuf;

use nexus_domain::Timestamp;

/// Columns assumed when nobody knows.
const COLUMNS_DEFAULT: usize = 100;

/// What the process was started with.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// Home folder by `NEXUS_ROOT`, or `~/nexus`; nothing when neither is known.
    pub(crate) home: Option<PathBuf>,
    /// Whether `NEXUS_ROOT` names it.
    pub(crate) is_home_named: bool,
    /// The person's own folder.
    pub(crate) user_home: Option<PathBuf>,
    /// Where programs keep what the person configured: `XDG_CONFIG_HOME`, or `~/.config`.
    pub(crate) user_config: Option<PathBuf>,
    /// Whether colours are unwanted, or wanted in spite of everything.
    pub(crate) color: Option<bool>,
    /// Whether the terminal shows more than ASCII.
    pub(crate) is_utf8: bool,
    /// Whether stdin, stdout and stderr are terminals.
    pub(crate) is_stdin_tty: bool,
    pub(crate) is_stdout_tty: bool,
    pub(crate) is_stderr_tty: bool,
    /// Width of the terminal.
    pub(crate) columns: usize,
    /// Whether a browser can be opened: a desktop is there.
    pub(crate) has_desktop: bool,
    /// Folder of this program.
    pub(crate) program_folder: Option<PathBuf>,
    /// Folders in which programs are looked for.
    pub(crate) path_folders: Vec<PathBuf>,
}

#[expect(clippy::disallowed_methods, reason = "this file is the one reader of the environment")]
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "this file is the one reader of the environment")]
fn path_var(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

impl Environment {
    /// Reads everything once.
    pub(crate) fn of_process() -> Self {
        let user_home = path_var("HOME").or_else(|| path_var("USERPROFILE")).map(PathBuf::from);
        let home = path_var("NEXUS_ROOT").map(PathBuf::from);
        let is_stdout_tty = std::io::stdout().is_terminal();
        let color = match (var("NO_COLOR"), var("CLICOLOR_FORCE").as_deref(), var("TERM")) {
            (Some(_), ..) => Some(false),
            (None, Some(force), _) if force != "0" => Some(true),
            (.., Some(term)) if term == "dumb" => Some(false),
            _ => None,
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| var(name));
        let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let path_folders = path_var("PATH").map(|path| std::env::split_paths(&path).collect());
        let named_config = path_var("XDG_CONFIG_HOME").map(PathBuf::from);
        let user_config =
            named_config.or_else(|| user_home.as_ref().map(|folder| folder.join(".config")));
        Self {
            is_home_named: home.is_some(),
            home: home.or_else(|| user_home.as_ref().map(|folder| folder.join("nexus"))),
            user_home,
            user_config,
            color,
            is_utf8: locale.is_none_or(|name| !matches!(name.as_str(), "C" | "POSIX")),
            is_stdin_tty: std::io::stdin().is_terminal(),
            is_stdout_tty,
            is_stderr_tty: std::io::stderr().is_terminal(),
            columns: columns.filter(|n| *n > 0).unwrap_or(COLUMNS_DEFAULT),
            has_desktop: cfg!(any(target_os = "macos", windows))
                || var("DISPLAY").is_some()
                || var("WAYLAND_DISPLAY").is_some(),
            program_folder: std::env::current_exe()
                .ok()
                .and_then(|program| program.parent().map(PathBuf::from)),
            path_folders: path_folders.unwrap_or_default(),
        }
    }
}

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this file is the one reader of the clock")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
}
