//! The daemon that takes over from the tray: `nexusd`, started beside it, which asks for the home by
//! itself and goes on when the tray has ended.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nexus_client::Discovery;

/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 50;
/// Time it has to take over, in milliseconds: as long as the runs of the tray's daemon may need.
const TAKE_MS_MAX: u64 = 60_000;

/// Where `nexusd` is: beside this program, or on the PATH that is given.
#[must_use]
pub fn program(path: Option<&str>) -> Option<PathBuf> {
    let name = format!("nexusd{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok()?.parent().map(Path::to_owned);
    let folders = beside.into_iter().chain(path.into_iter().flat_map(std::env::split_paths));
    folders.map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// Has it take the home over, and waits until it answers.
///
/// # Errors
/// Why it does not.
pub async fn take_over(program: &Path, home: &Path) -> Result<(), String> {
    let log = home.join("state/logs/nexusd.out");
    let mut child = start(program, home, &log).map_err(|error| {
        format!("{} does not start: {error}; install nexusd beside the tray", program.display())
    })?;
    let pid = child.id();
    for _ in 0..TAKE_MS_MAX / LOOK_MS {
        if matches!(Discovery::find(home).await, Discovery::Running(now) if now.pid == pid) {
            // Whoever starts a process takes in its end, too.
            std::thread::spawn(move || child.wait());
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            let printed = std::fs::read_to_string(&log).unwrap_or_default();
            let said = printed.lines().find_map(|line| line.strip_prefix("error: "));
            return Err(said.map_or_else(|| format!("nexusd ended: {status}"), str::to_owned));
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    let _ = child.kill();
    std::thread::spawn(move || child.wait());
    Err("nexusd did not take over in time; see the log, or start it with: nexus up".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "the daemon goes on in a process of its own")]
fn start(program: &Path, home: &Path, log: &Path) -> io::Result<Child> {
    let printed = std::fs::File::create(log)?;
    let mut command = Command::new(program);
    command.arg("--home").arg(home).arg("--take-over").current_dir(home);
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed);
    #[cfg(unix)]
    {
        // What is sent to the tray's group, as by a terminal, is not meant for it.
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    command.spawn()
}
