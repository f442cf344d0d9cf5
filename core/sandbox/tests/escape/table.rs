//! Every attempt, what it said, and what was found outside.

use std::fmt::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use nexus_sandbox::{Ended, Network};

use super::bench::{Bench, Outcome, SECRET};

#[derive(Debug)]
pub struct Row {
    name: &'static str,
    /// With everything, and without namespaces.
    outcomes: Vec<(String, bool)>,
}

impl Row {
    pub fn has_escaped(&self) -> bool {
        self.outcomes.iter().any(|(_, has_escaped)| *has_escaped)
    }
}

/// Those outside who must hear nothing.
struct Listeners {
    tcp: TcpListener,
    udp: UdpSocket,
    unix: UnixListener,
    hidden: UnixListener,
    /// It may be talked to; nothing is behind it here.
    _proxy: UnixListener,
}

impl Listeners {
    fn open(bench: &Bench) -> Self {
        let listeners = Self {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            unix: UnixListener::bind(bench.path("user/socket")).unwrap(),
            hidden: UnixListener::bind_addr(
                &SocketAddr::from_abstract_name(abstract_name(bench)).unwrap(),
            )
            .unwrap(),
            _proxy: UnixListener::bind(bench.path("user/proxy")).unwrap(),
        };
        listeners.tcp.set_nonblocking(true).unwrap();
        listeners.udp.set_nonblocking(true).unwrap();
        listeners.unix.set_nonblocking(true).unwrap();
        listeners.hidden.set_nonblocking(true).unwrap();
        listeners
    }

    fn have_heard(&self) -> bool {
        self.tcp.accept().is_ok()
            || self.udp.recv_from(&mut [0; 16]).is_ok()
            || self.unix.accept().is_ok()
            || self.hidden.accept().is_ok()
    }
}

fn abstract_name(bench: &Bench) -> String {
    bench.path("abstract").display().to_string()
}

pub async fn run(full: &Bench, bare: &Bench) -> Vec<Row> {
    let mut columns = Vec::new();
    for bench in [full, bare] {
        columns.push(column(bench).await);
    }
    let bare = columns.pop().unwrap();
    let full = columns.pop().unwrap();
    let rows = full
        .into_iter()
        .zip(bare)
        .map(|((name, full), (_, bare))| Row { name, outcomes: vec![full, bare] });
    rows.collect()
}

async fn column(bench: &Bench) -> Vec<(&'static str, (String, bool))> {
    let listeners = Listeners::open(bench);
    std::fs::remove_dir_all(bench.path("home/notes")).unwrap();
    std::fs::create_dir(bench.path("home/notes")).unwrap();
    std::os::unix::fs::symlink(bench.path("state"), bench.path("home/notes/link")).unwrap();
    let at = |inside: &str| bench.path(inside).display().to_string();
    let (me, outsider) = (std::process::id().to_string(), bench.outsider.id().unwrap().to_string());
    let tcp = listeners.tcp.local_addr().unwrap().to_string();
    let udp = listeners.udp.local_addr().unwrap().to_string();
    let abstract_name = abstract_name(bench);
    let attempts: Vec<(&str, Vec<String>)> = [
        ("read a key in ~/.ssh", vec!["read", &at("user/.ssh/id")]),
        ("read the daemon's token", vec!["read", &at("state/token")]),
        ("read the ledger", vec!["read", &at("state/nexus.db")]),
        ("read another agent's folder", vec!["read", &at("home/agents/other/diary")]),
        ("list the other agents", vec!["list", &at("home/agents")]),
        ("follow a link swapped in", vec!["read", &at("home/notes/link/token")]),
        ("read the password hashes", vec!["read", "/etc/shadow"]),
        ("read the environment of others", vec!["environ"]),
        ("read the daemon's environment", vec!["read", &format!("/proc/{outsider}/environ")]),
        ("write into state", vec!["write", &at("state/planted")]),
        ("write beside the workspace", vec!["write", &at("planted")]),
        ("write through a link", vec!["write", &at("home/notes/link/planted")]),
        ("write into /usr", vec!["write", "/usr/local/bin/nexus-planted"]),
        ("write into /etc", vec!["write", "/etc/nexus-planted"]),
        ("remove another agent's file", vec!["remove", &at("home/agents/other/diary")]),
        ("connect by TCP", vec!["tcp", &tcp]),
        ("send by UDP", vec!["udp", &udp]),
        ("connect to a Unix socket outside", vec!["unix", &at("user/socket")]),
        ("connect to an abstract socket", vec!["abstract", &abstract_name]),
        ("with a proxy: connect by TCP", vec!["tcp", &tcp]),
        ("with a proxy: connect to the internet", vec!["tcp", "1.1.1.1:443"]),
        ("with a proxy: send by UDP", vec!["udp", "1.1.1.1:53"]),
        ("with a proxy: open a raw socket", vec!["raw"]),
        ("with a proxy: connect to a Unix socket", vec!["unix", &at("user/socket")]),
        ("with a proxy: connect to an abstract socket", vec!["abstract", &abstract_name]),
        ("trace the daemon", vec!["ptrace", &me]),
        ("trace another process", vec!["ptrace", &outsider]),
        ("kill another process", vec!["kill", &outsider]),
        ("kill everything", vec!["kill-all"]),
        ("make a namespace", vec!["namespace"]),
        ("start 500 processes", vec!["fork-bomb", "500"]),
        ("take 1 GiB of memory", vec!["memory", "1024"]),
        ("write a file of 64 MiB", vec!["fill", &at("home/notes/large"), "64"]),
        ("fill /tmp", vec!["fill", "/tmp/large", "64"]),
        ("open 5000 files", vec!["files", "5000"]),
    ]
    .into_iter()
    .map(|(name, words)| (name, words.into_iter().map(str::to_owned).collect()))
    .collect();
    let mut rows = Vec::new();
    for (name, words) in attempts {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut attempt = bench.attempt(&words);
        if name.starts_with("with a proxy") {
            attempt.profile.network =
                Network::Proxy { socket: bench.path("user/proxy"), port: 3128 };
        }
        let outcome = bench.run(attempt).await;
        let has_escaped = outcome.output.contains(SECRET)
            || listeners.have_heard()
            || bench.path("state/planted").exists()
            || bench.path("planted").exists()
            || std::path::Path::new("/usr/local/bin/nexus-planted").exists()
            || std::path::Path::new("/etc/nexus-planted").exists()
            || !bench.path("home/agents/other/diary").exists()
            || rustix_is_gone(bench)
            || (outcome.said.starts_with('+') && !is_harmless(name, &outcome));
        rows.push((name, (in_words(&outcome), has_escaped)));
    }
    rows
}

fn rustix_is_gone(bench: &Bench) -> bool {
    let pid = bench.outsider.id().unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

/// Attempts that may succeed because there is nothing behind them.
fn is_harmless(name: &str, outcome: &Outcome) -> bool {
    match name {
        "list the other agents" => outcome.said == "+[]",
        "read the environment of others" => outcome.said == "+",
        // Inside a process space of its own that is its own processes.
        "kill everything" => true,
        _ => false,
    }
}

fn in_words(outcome: &Outcome) -> String {
    match (outcome.said.split_at_checked(1), outcome.ended) {
        (Some(("-", why)), _) => {
            let why = why.split(" (os error").next().unwrap_or(why);
            format!("refused: {why}")
        }
        (Some((_, "[]")), _) => "an empty folder".to_owned(),
        (Some((_, "")), _) => "nobody there".to_owned(),
        (Some((_, what)), _) => what.to_owned(),
        (None, Ended::Code(_)) => "failed".to_owned(),
        (None, ended) => ended.to_string(),
    }
}

pub fn print(rows: &[Row]) -> String {
    let mut text = String::from(
        "<!-- generated by core/sandbox/tests/escape.rs; NEXUS_BLESS=1 writes it anew -->\n\
         # Attempts to get out of the sandbox\n\n\
         What a confined program tried on Linux, with everything in force (posture `full`) and \
         without\nnamespaces (posture `partial`: Landlock, seccomp, limits and the killing of the \
         tree remain).\nAfter each attempt the test looks from outside whether it had an effect; \
         none had.\n\n\
         | attempt | with everything | without namespaces |\n| --- | --- | --- |\n",
    );
    for row in rows {
        let _ = write!(text, "| {}", row.name);
        for (outcome, has_escaped) in &row.outcomes {
            let mark = if *has_escaped { "**ESCAPED** " } else { "" };
            let _ = write!(text, " | {mark}{outcome}");
        }
        text.push_str(" |\n");
    }
    text
}
