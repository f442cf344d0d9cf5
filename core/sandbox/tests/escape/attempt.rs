//! The other side: this very test program, started inside, tries to get out. What it achieves it
//! says in one line; whoever started it checks from outside whether that is true.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

/// The beginning of the line with the outcome.
pub const OUTCOME: &str = "OUTCOME ";

/// Runs one attempt and says how it went.
pub fn run(words: &[String]) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["read", path] => std::fs::read_to_string(path).map(|text| format!("read {text:?}")),
        ["list", path] => std::fs::read_dir(path).map(|entries| {
            format!("{:?}", entries.flatten().map(|e| e.file_name()).collect::<Vec<_>>())
        }),
        ["write", path] => std::fs::write(path, "planted").map(|()| "wrote it".to_owned()),
        ["remove", path] => std::fs::remove_file(path).map(|()| "removed it".to_owned()),
        ["tcp", address] => {
            TcpStream::connect_timeout(&address.parse().unwrap(), Duration::from_secs(2))
                .map(|_| "connected".to_owned())
        }
        ["fetch", address] => TcpStream::connect(address).and_then(|mut stream| {
            let mut text = String::new();
            stream.read_to_string(&mut text).map(|_| text)
        }),
        ["udp", address] => UdpSocket::bind("0.0.0.0:0")
            .and_then(|socket| socket.send_to(b"leak", address))
            .map(|_| "sent".to_owned()),
        ["raw"] => {
            use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};
            let icmp = SockProtocol::Icmp;
            socket(AddressFamily::Inet, SockType::Raw, SockFlag::empty(), icmp)
                .map(|_| "opened".to_owned())
                .map_err(Into::into)
        }
        ["unix", path] => UnixStream::connect(path).map(|_| "connected".to_owned()),
        ["abstract", name] => SocketAddr::from_abstract_name(name)
            .and_then(|address| UnixStream::connect_addr(&address))
            .map(|_| "connected".to_owned()),
        ["ptrace", pid] => {
            nix::sys::ptrace::attach(nix::unistd::Pid::from_raw(pid.parse().unwrap()))
                .map(|()| "attached".to_owned())
                .map_err(Into::into)
        }
        ["kill", pid] => {
            let pid = nix::unistd::Pid::from_raw(pid.parse().unwrap());
            nix::sys::signal::kill(pid, nix::sys::signal::SIGKILL)
                .map(|()| "killed".to_owned())
                .map_err(Into::into)
        }
        ["kill-all"] => {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(-1), nix::sys::signal::SIGTERM)
                .map(|()| "killed".to_owned())
                .map_err(Into::into)
        }
        ["environ"] => environs(),
        ["memory", mib] => memory(mib.parse().unwrap()),
        ["fill", path, mib] => fill(path, mib.parse().unwrap()),
        ["files", n] => open_files(n.parse().unwrap()),
        ["fork-bomb", n] => fork_bomb(n.parse().unwrap()),
        ["survive", how, sign] => survive(how, sign),
        ["spin"] => loop {
            std::hint::spin_loop();
        },
        ["chatter", mib] => chatter(mib.parse().unwrap()),
        ["namespace"] => Command::new("unshare")
            .args(["--user", "--map-root-user", "true"])
            .status()
            .and_then(|status| {
                if status.success() {
                    Ok("made one".to_owned())
                } else {
                    Err(std::io::Error::other("unshare failed"))
                }
            }),
        ["env"] => Ok(format!("{:?}", std::env::vars().map(|(name, _)| name).collect::<Vec<_>>())),
        other => panic!("no such attempt: {other:?}"),
    };
    match outcome {
        Ok(text) => println!("\n{OUTCOME}+{text}"),
        Err(error) => println!("\n{OUTCOME}-{error}"),
    }
}

/// The environments of all other processes that can be seen.
fn environs() -> std::io::Result<String> {
    let me = std::process::id().to_string();
    let mut found = String::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.parse::<u32>().is_ok() && name != me {
            let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            found.push_str(&String::from_utf8_lossy(&environ));
        }
    }
    Ok(found)
}

fn memory(mib: usize) -> std::io::Result<String> {
    let mut held: Vec<Vec<u8>> = Vec::new();
    for _ in 0..mib {
        let mut piece = Vec::new();
        piece.try_reserve_exact(1024 * 1024).map_err(std::io::Error::other)?;
        piece.resize(1024 * 1024, 1);
        held.push(piece);
    }
    Ok(format!("holds {} MiB", std::hint::black_box(held).len()))
}

fn fill(path: &str, mib: usize) -> std::io::Result<String> {
    let mut file = std::fs::File::create(path)?;
    for _ in 0..mib {
        file.write_all(&[1; 1024 * 1024])?;
    }
    Ok(format!("wrote {mib} MiB"))
}

fn open_files(n: usize) -> std::io::Result<String> {
    let files: Result<Vec<_>, _> = (0..n).map(|_| std::fs::File::open("/dev/null")).collect();
    files.map(|files| format!("holds {} files", files.len()))
}

fn fork_bomb(n: usize) -> std::io::Result<String> {
    let mut children = Vec::new();
    for _ in 0..n {
        children.push(Command::new("sleep").arg("1000").spawn()?);
    }
    Ok(format!("started {} processes", children.len()))
}

/// Leaves a process behind that writes to a file as long as it lives, and says when it is there.
fn survive(how: &str, sign: &str) -> std::io::Result<String> {
    let script = format!("while :; do echo alive >> '{sign}'; sleep 0.05; done");
    let mut command = match how {
        "setsid" => {
            let mut command = Command::new("setsid");
            command.args(["sh", "-c", &script]);
            command
        }
        "double-fork" => {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("(setsid sh -c \"{script}\" & ) & exit 0")]);
            command
        }
        _ => {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("trap '' TERM HUP INT; {script}")]);
            command.process_group(0);
            command
        }
    };
    command.spawn()?;
    while std::fs::metadata(sign).is_err() {
        std::thread::yield_now();
    }
    println!("\n{OUTCOME}+it is there");
    // Stays itself, so that the whole tree has to be killed.
    let _ = std::io::stdin().read(&mut [0]);
    loop {
        std::thread::park();
    }
}

fn chatter(mib: usize) -> std::io::Result<String> {
    let mut out = std::io::stdout().lock();
    for _ in 0..mib * 16 {
        out.write_all(&[b'x'; 64 * 1024])?;
    }
    Ok("said it all".to_owned())
}
