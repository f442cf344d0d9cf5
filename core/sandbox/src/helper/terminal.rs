//! A terminal for programs that want one. Nobody types into it; what is written to it goes to the
//! keeper's stdout.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::thread::JoinHandle;

use rustix::pty::{OpenptFlags, grantpt, openpt, unlockpt};

/// Size that programs are told, in characters.
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;

pub(super) struct Terminal {
    outer: OwnedFd,
    inner: OwnedFd,
}

pub(super) fn open() -> io::Result<Terminal> {
    let outer = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&outer)?;
    unlockpt(&outer)?;
    let inner = open_inner(&outer)?;
    let size =
        rustix::termios::Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&inner, size)?;
    Ok(Terminal { outer, inner })
}

#[cfg(target_os = "linux")]
fn open_inner(outer: &OwnedFd) -> io::Result<OwnedFd> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    Ok(rustix::pty::ioctl_tiocgptpeer(outer, flags)?)
}

#[cfg(not(target_os = "linux"))]
fn open_inner(outer: &OwnedFd) -> io::Result<OwnedFd> {
    use rustix::fs::{Mode, OFlags};
    let name = rustix::pty::ptsname(outer, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(name.as_c_str(), flags, Mode::empty())?)
}

impl Terminal {
    /// The program's end.
    pub(super) fn inner(&self) -> io::Result<Stdio> {
        Ok(self.inner.try_clone()?.into())
    }

    /// Copies until the last process has closed its end. Ours is closed here.
    pub(super) fn copy_to_stdout(self) -> JoinHandle<()> {
        let Self { outer, inner } = self;
        drop(inner);
        std::thread::spawn(move || {
            // The end of a terminal is an error, and so is a reader that went away: both end it.
            let _ = io::copy(&mut File::from(outer), &mut io::stdout().lock());
        })
    }
}

/// Makes the terminal on stdout the one of this process, in a session of its own.
pub(super) fn take() -> io::Result<()> {
    rustix::process::setsid()?;
    rustix::stdio::dup2_stdin(io::stdout().as_fd())?;
    Ok(rustix::process::ioctl_tiocsctty(io::stdin().as_fd())?)
}
