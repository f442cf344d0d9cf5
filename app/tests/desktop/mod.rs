//! A private desktop: display, session bus, window manager, and a panel that shows tray icons.
//! Everything lives in a temporary folder and ends with the value.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// How long anything may take to appear, in milliseconds.
pub(crate) const PATIENCE_MS: u64 = 60_000;
/// Pause between two looks, in milliseconds.
const LOOK_PAUSE_MS: u64 = 100;

/// A panel with nothing but a task list and a place for tray icons.
const PANEL: &str = include_str!("panel.xml");

pub(crate) struct Desktop {
    folder: TempDir,
    envs: Vec<(&'static str, String)>,
    bus: String,
    /// In the order of their start.
    children: Vec<Child>,
}

impl Desktop {
    /// Starts the desktop.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desktop =
            Self { envs: Vec::new(), bus: String::new(), children: Vec::new(), folder };
        for (name, inside) in [
            ("HOME", "home"),
            ("XDG_RUNTIME_DIR", "runtime"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_CACHE_HOME", "home/.cache"),
        ] {
            let path = desktop.folder.path().join(inside);
            make_private(&path);
            desktop.envs.push((name, path.to_string_lossy().into_owned()));
        }
        for (name, value) in [
            ("XDG_CURRENT_DESKTOP", "XFCE"),
            ("XDG_SESSION_TYPE", "x11"),
            ("GDK_BACKEND", "x11"),
            ("NO_AT_BRIDGE", "1"),
            ("GTK_A11Y", "none"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("GSETTINGS_BACKEND", "memory"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ] {
            desktop.envs.push((name, value.to_owned()));
        }
        let panel = desktop.folder.path().join("home/.config/xfce4/xfconf/xfce-perchannel-xml");
        std::fs::create_dir_all(&panel).unwrap();
        std::fs::write(panel.join("xfce4-panel.xml"), PANEL).unwrap();

        let screen = ["-displayfd", "1", "-screen", "0", "1100x720x24", "-nolisten", "tcp"];
        let display = desktop.first_line_of("Xvfb", &screen);
        desktop.envs.push(("DISPLAY", format!(":{display}")));
        let bus = ["--session", "--nofork", "--nopidfile", "--print-address=1"];
        desktop.bus = desktop.first_line_of("dbus-daemon", &bus);
        desktop.envs.push(("DBUS_SESSION_BUS_ADDRESS", desktop.bus.clone()));
        desktop.unlock_keyring();
        desktop.keep("openbox", &[]);
        desktop.keep("xfce4-panel", &["--disable-wm-check"]);
        desktop
    }

    /// Address of the session bus.
    pub(crate) fn bus(&self) -> &str {
        &self.bus
    }

    /// A folder that ends with the desktop.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A program that sees this desktop and nothing else of the environment but `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a program of the desktop to its end.
    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Output {
        self.command(program).args(args).output().unwrap_or_else(|error| missing(program, &error))
    }

    /// Titles of the windows that are open.
    pub(crate) fn window_titles(&self) -> Vec<String> {
        let list = self.run("wmctrl", &["-l"]);
        let text = String::from_utf8_lossy(&list.stdout).into_owned();
        // Id, desktop, machine, title.
        text.lines()
            .map(|line| line.split_whitespace().skip(3).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// Whether the middle of the screen shows more than one colour: a page, not an empty window.
    pub(crate) fn is_painted(&self) -> bool {
        let middle = ["-window", "root", "-crop", "900x500+100+100", "-format", "%k", "info:"];
        let n_colours = self.run("import", &middle).stdout;
        String::from_utf8_lossy(&n_colours).trim().parse().is_ok_and(|n: u32| n > 1)
    }

    /// Keeps a picture of the screen beside the test's program, for people.
    pub(crate) fn picture(&self, name: &str) {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        self.run("import", &["-window", "root", &file.to_string_lossy()]);
    }

    /// A keychain that is open, as after a login: one that is locked is shown in the tray. It takes
    /// the place of one that is there already, and ends with its bus.
    pub(crate) fn unlock_keyring(&self) {
        let args = ["--replace", "--unlock", "--components=secrets", "--daemonize"];
        let mut command = self.command("gnome-keyring-daemon");
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| missing("gnome-keyring", &error));
        child.stdin.take().unwrap().write_all(b"of no meaning\n").unwrap();
        assert!(child.wait().unwrap().success(), "the keychain does not open");
    }

    fn keep(&mut self, program: &str, args: &[&str]) {
        let mut command = self.command(program);
        command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
        self.children.push(command.spawn().unwrap_or_else(|error| missing(program, &error)));
    }

    fn first_line_of(&mut self, program: &str, args: &[&str]) -> String {
        let mut command = self.command(program);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| missing(program, &error));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.children.push(child);
        assert!(!line.trim().is_empty(), "{program} ended before it was ready");
        line.trim().to_owned()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            end(child);
        }
    }
}

/// Ends a process for sure.
pub(crate) fn end(child: &mut Child) {
    // One that has ended by itself needs nothing.
    let _ = child.kill();
    let _ = child.wait();
}

/// Waits until `look` finds something.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE_MS / LOOK_PAUSE_MS {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_PAUSE_MS)).await;
    }
    panic!("waited {PATIENCE_MS} ms in vain: {what}");
}

fn make_private(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).unwrap();
}

fn missing(program: &str, error: &std::io::Error) -> ! {
    panic!("{program} cannot be started ({error}); `cargo xtask test --step packages` installs it");
}
