//! The keeper: starts the program, and sees to it that nothing of it is left when it ends, when it
//! is stopped, or when the daemon is gone. It stands outside of the confinement and runs nothing
//! foreign itself.

use std::io::{self, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{EXIT_FAILED, terminal};
use crate::wire::{News, Order, WIRE_VERSION, receive, send};

pub(super) fn run() -> ExitCode {
    let Ok(control) = control() else { return ExitCode::from(EXIT_FAILED) };
    match keep(&control) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a daemon there is nobody to tell.
            let _ = send(&control, &News::Failed { why: error.to_string() });
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// Takes the socket that is the keeper's stdin, and leaves nothing there for the program.
pub(super) fn control() -> io::Result<UnixStream> {
    let control = io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null")?)?;
    Ok(UnixStream::from(control))
}

fn keep(control: &UnixStream) -> io::Result<()> {
    let mut orders = BufReader::new(control.try_clone()?);
    let order: Order = receive(&mut orders)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if order.version != WIRE_VERSION {
        return Err(io::Error::other(format!(
            "the helper on the disk speaks version {WIRE_VERSION}, the daemon {}: restart the \
             daemon after an update",
            order.version
        )));
    }
    prepare(&order);
    let group = Group::make(&order);
    let terminal = order.pty.then(terminal::open).transpose()?;
    let (ours, theirs) = UnixStream::pair()?;
    let child = start(&order, theirs.into(), terminal.as_ref())?;
    #[cfg(target_os = "linux")]
    crate::linux::tree::set_main(child.id());
    let copying = terminal.map(terminal::Terminal::copy_to_stdout);
    send(&ours, &order)?;
    let tree = Arc::new(Tree { child: Mutex::new(child), is_stopped: AtomicBool::new(false) });
    let watched = Arc::clone(&tree);
    let watcher = control.try_clone()?;
    // Whoever holds the other end says "stop" by letting go of it.
    std::thread::spawn(move || {
        let mut control = BufReader::new(watcher);
        while let Ok(Some(())) = receive::<()>(&mut control) {}
        watched.stop();
    });
    // The stage inside says what is in force and closes its end by becoming the program.
    let mut inside = BufReader::new(ours);
    let mut has_failed = false;
    while let Ok(Some(news)) = receive::<News>(&mut inside) {
        has_failed |= matches!(news, News::Failed { .. });
        send(control, &news)?;
    }
    let status = tree.wait()?;
    tree.sweep();
    if let Some(copying) = copying {
        // The copy ends when the last process has closed the terminal, and none is left.
        let _ = copying.join();
    }
    group.remove();
    if has_failed {
        return Ok(());
    }
    // bwrap reports the end by a signal as a shell does.
    let signal = status.signal().or_else(|| status.code().map(|code| code - 128));
    let signal = signal.filter(|signal| (1..=64).contains(signal));
    let is_stopped = tree.is_stopped.load(Ordering::SeqCst);
    let code = status.code().filter(|_| signal.is_none());
    send(control, &News::Exited { code, signal, is_stopped })
}

fn start(
    order: &Order,
    control: OwnedFd,
    terminal: Option<&terminal::Terminal>,
) -> io::Result<Child> {
    let argv = stage(order);
    let (program, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
    let mut command = Command::new(program);
    command.args(arguments).env_clear().current_dir("/").stdin(Stdio::from(control));
    if let Some(terminal) = terminal {
        command.stdout(terminal.inner()?).stderr(terminal.inner()?);
    }
    command.spawn().map_err(|error| {
        let program = program.to_string_lossy();
        io::Error::new(error.kind(), format!("{program} could not be started: {error}"))
    })
}

#[cfg(target_os = "linux")]
fn stage(order: &Order) -> Vec<std::ffi::OsString> {
    match &order.bwrap {
        Some(bwrap) => crate::linux::namespaces::command(bwrap, order),
        None => vec![order.helper.clone().into(), super::INSIDE.into()],
    }
}

#[cfg(target_os = "macos")]
fn stage(order: &Order) -> Vec<std::ffi::OsString> {
    crate::macos::command(order)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn stage(order: &Order) -> Vec<std::ffi::OsString> {
    vec![order.helper.clone().into(), super::INSIDE.into()]
}

/// Whatever loses its parent becomes a child of the keeper, so that no double fork leads away; and
/// when memory runs out, the program is what the system takes first.
#[cfg(target_os = "linux")]
fn prepare(order: &Order) {
    // Below it everything inherits it, and cannot take it back.
    if order.profile.limits.niceness > 0
        && let Err(error) =
            rustix::process::setpriority_process(None, order.profile.limits.niceness)
    {
        tracing::debug!(%error, "as nice as others");
    }
    let me = rustix::process::getpid();
    if let Err(error) = rustix::process::set_child_subreaper(Some(me)) {
        tracing::debug!(%error, "not a subreaper");
    }
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

#[cfg(not(target_os = "linux"))]
fn prepare(_: &Order) {}

#[cfg(target_os = "linux")]
type Group = crate::linux::cgroup::Group;

#[cfg(not(target_os = "linux"))]
struct Group;

#[cfg(not(target_os = "linux"))]
impl Group {
    fn make(_: &Order) -> Self {
        Self
    }

    fn remove(self) {}
}

struct Tree {
    child: Mutex<Child>,
    is_stopped: AtomicBool,
}

impl Tree {
    /// Waits for the program's own end without holding the lock: `stop` needs it.
    fn wait(&self) -> io::Result<std::process::ExitStatus> {
        let pid = self.child.lock().unwrap_or_else(PoisonError::into_inner).id();
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap_or_default())
            .ok_or(io::ErrorKind::InvalidInput)?;
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while waitid(WaitId::Pid(pid), ended).is_err_and(|error| error == rustix::io::Errno::INTR) {
        }
        self.child.lock().unwrap_or_else(PoisonError::into_inner).wait()
    }

    fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        // An error means that it has ended already.
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        self.sweep();
    }

    /// Kills what is left. With namespaces nothing is: their first process is gone, and the kernel
    /// has ended all others with it.
    fn sweep(&self) {
        #[cfg(target_os = "linux")]
        crate::linux::tree::kill_descendants();
        #[cfg(not(target_os = "linux"))]
        {
            let pid = self.child.lock().unwrap_or_else(PoisonError::into_inner).id();
            let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap_or_default());
            if let Some(pid) = pid {
                let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
            }
        }
    }
}
