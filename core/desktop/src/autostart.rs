//! Starting at login. The setting belongs to the person at this desktop and lies where their
//! desktop looks for it; no daemon knows it, because a daemon may serve several desktops or none.

use std::path::Path;

use auto_launch::AutoLaunch;

/// The name under which the desktop lists it.
const NAME: &str = "nexus";
/// At login, nobody has asked for a window.
pub const HIDDEN: &str = "--hidden";
/// Names the home folder when it is not the usual one.
pub const HOME: &str = "--home";

/// Why it cannot be turned on or off.
#[derive(Debug, thiserror::Error)]
pub enum AutostartError {
    /// The program that would be started is not where it was looked for.
    #[error("there is no tray application at {0}; install it first")]
    NoProgram(String),
    /// The desktop does not take it.
    #[error("starting at login cannot be changed: {0}")]
    Refused(String),
}

/// Starting at login, for one program and one home folder.
pub struct Autostart {
    entry: AutoLaunch,
}

impl Autostart {
    /// For the tray application `program`; `home` is given when it is not the usual one.
    ///
    /// # Errors
    /// When the program is not there.
    pub fn new(program: &Path, home: Option<&Path>) -> Result<Self, AutostartError> {
        if !program.is_absolute() || !program.is_file() {
            return Err(AutostartError::NoProgram(program.display().to_string()));
        }
        let mut args = vec![HIDDEN.to_owned()];
        if let Some(home) = home {
            args.extend([HOME.to_owned(), quoted(&home.to_string_lossy())]);
        }
        Ok(Self { entry: entry(&quoted(&program.to_string_lossy()), &args) })
    }

    /// Whether it starts at login.
    ///
    /// # Errors
    /// When the desktop does not say.
    pub fn is_on(&self) -> Result<bool, AutostartError> {
        self.entry.is_enabled().map_err(refused)
    }

    /// Turns it on or off; saying the same again changes nothing.
    ///
    /// # Errors
    /// When the desktop does not take it.
    pub fn set(&self, is_on: bool) -> Result<(), AutostartError> {
        let outcome = if is_on { self.entry.enable() } else { self.entry.disable() };
        outcome.map_err(refused)
    }
}

fn refused(error: auto_launch::Error) -> AutostartError {
    AutostartError::Refused(error.to_string())
}

#[cfg(target_os = "linux")]
fn entry(program: &str, args: &[String]) -> AutoLaunch {
    AutoLaunch::new(NAME, program, auto_launch::LinuxLaunchMode::XdgAutostart, args)
}

#[cfg(target_os = "macos")]
fn entry(program: &str, args: &[String]) -> AutoLaunch {
    let mode = auto_launch::MacOSLaunchMode::LaunchAgent;
    AutoLaunch::new(NAME, program, mode, args, &["dev.nexus.desktop"], "")
}

#[cfg(windows)]
fn entry(program: &str, args: &[String]) -> AutoLaunch {
    AutoLaunch::new(NAME, program, auto_launch::WindowsEnableMode::CurrentUser, args)
}

/// A path as one word of an `Exec` line, which knows double quotes and four characters that need
/// a stroke before them there. Elsewhere words are passed as they are.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@=".contains(c);
    if !cfg!(target_os = "linux") || path.chars().all(is_plain) {
        return path.to_owned();
    }
    let mut word = String::from("\"");
    for c in path.chars() {
        match c {
            // The file is read twice: as a value, then as a command line.
            '"' | '`' | '$' => word.extend(['\\', '\\', c]),
            '\\' => word.push_str("\\\\\\\\"),
            '%' => word.push_str("%%"),
            c => word.push(c),
        }
    }
    word.push('"');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_started() {
        let error = Autostart::new(Path::new("/nowhere/nexus-app"), None).err().unwrap();
        assert!(error.to_string().contains("/nowhere/nexus-app"), "{error}");
        assert!(Autostart::new(Path::new("nexus-app"), None).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        assert_eq!(quoted("/usr/bin/nexus-app"), "/usr/bin/nexus-app");
        assert_eq!(quoted("/home/me/my apps/nexus"), "\"/home/me/my apps/nexus\"");
        assert_eq!(quoted("/a$b\"c"), "\"/a\\\\$b\\\\\"c\"");
        assert_eq!(quoted("/50%"), "\"/50%%\"");
    }
}
