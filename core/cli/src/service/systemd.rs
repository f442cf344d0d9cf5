//! Units of systemd.
//!
//! What the daemon does itself must stay possible: it confines programs with namespaces of its own
//! (so there is no `RestrictNamespaces`, nothing that covers parts of `/proc`, and the calls for it
//! are let through), counts them in control groups (`Delegate`), and some of them write the code
//! that they run (so there is no `MemoryDenyWriteExecute`).

use std::path::Path;

use super::{File, Handed, Order, PERSON, Scope, text};

/// Silence after which the daemon is ended and started again, in seconds.
const WATCHDOG_S: u32 = 30;
/// Time that a start has, in seconds: a large ledger may have to be migrated.
const START_S_MAX: u32 = 120;
/// Time that a stop has, in seconds: the daemon drains for up to 30.
const STOP_S_MAX: u32 = 45;

/// What holds for every service of ours.
const HARDENING: &str = "\
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0077
";

/// What only the machine's service manager can do besides.
const SYSTEM_HARDENING: &str = "\
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectKernelModules=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RemoveIPC=yes
KeyringMode=private
SystemCallFilter=@system-service @mount sethostname seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
SystemCallErrorNumber=EPERM
";

/// Home folders that `ProtectHome=yes` would hide.
const HIDDEN: &[&str] = &["/home", "/root", "/run/user"];

/// The units, to be written into `folder`.
pub(super) fn units(order: &Order, folder: &Path) -> Vec<File> {
    let name = &order.name;
    let file = |ending: &str, text| File { path: folder.join(format!("{name}.{ending}")), text };
    let mut files = vec![file("service", service(order))];
    if let Some(port) = order.socket_port {
        files.push(file("socket", socket(name, port)));
    }
    files
}

fn service(order: &Order) -> String {
    let target = match order.scope {
        Scope::User => "default.target",
        Scope::System => "multi-user.target",
    };
    let mut unit = "[Unit]\nDescription=Nexus daemon\n".to_owned();
    if order.scope == Scope::System {
        unit += "Wants=network-online.target\nAfter=network-online.target\n";
    }
    unit += "StartLimitIntervalSec=300\nStartLimitBurst=5\n";
    unit += "\n[Service]\nType=notify\nNotifyAccess=main\n";
    unit += &format!("ExecStart={} --home {}\n", word(&order.program), home(&order.home));
    // The shell's own: a small system has no program of that name.
    unit += "ExecReload=/bin/sh -c \"kill -HUP $MAINPID\"\n";
    unit += "Restart=on-failure\nRestartSec=2\n";
    unit += &format!("WatchdogSec={WATCHDOG_S}\n");
    unit += &format!("TimeoutStartSec={START_S_MAX}\nTimeoutStopSec={STOP_S_MAX}\n");
    unit += "KillMode=mixed\nDelegate=yes\n";
    for Handed { name, path, is_encrypted } in &order.credentials {
        let key = if *is_encrypted { "LoadCredentialEncrypted" } else { "LoadCredential" };
        unit += &format!("{key}={name}:{}\n", percent(text(path)));
    }
    unit += HARDENING;
    if order.scope == Scope::System {
        if let Some(account) = &order.account {
            unit += &format!("User={account}\n");
        }
        unit += SYSTEM_HARDENING;
        let is_hidden = HIDDEN.iter().any(|folder| order.home.starts_with(folder));
        unit += if is_hidden { "ProtectHome=read-only\n" } else { "ProtectHome=yes\n" };
        unit += &format!("ReadWritePaths={}\n", word(&order.home));
    }
    // With a socket the first connection starts it, and a login need not.
    unit + &format!("\n[Install]\nWantedBy={target}\n")
}

fn socket(name: &str, port: u16) -> String {
    format!(
        "[Unit]\nDescription=Port of the Nexus daemon\n\n\
         [Socket]\nListenStream=127.0.0.1:{port}\nService={name}.service\nBacklog=1024\n\n\
         [Install]\nWantedBy=sockets.target\n"
    )
}

/// A path as one word of a command line.
fn word(path: &Path) -> String {
    let escaped = text(path).replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$");
    format!("\"{}\"", percent(&escaped))
}

/// The home as a word; that of whoever the service belongs to is left to systemd.
fn home(path: &Path) -> String {
    match path.strip_prefix(PERSON) {
        Ok(below) => format!("\"{PERSON}/{}", &word(below)[1..]),
        Err(_) => word(path),
    }
}

/// `%` begins a specifier.
fn percent(text: &str) -> String {
    text.replace('%', "%%")
}

/// Program and home in a unit of ours; nothing when it is somebody else's.
pub(super) fn read(unit: &str) -> Option<(String, String)> {
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=\""))?;
    let (program, home) = command.strip_suffix('"')?.split_once("\" --home \"")?;
    let plain = |text: &str| {
        let text = text.replace("%%", "%").replace("$$", "$");
        text.replace("\\\"", "\"").replace("\\\\", "\\")
    };
    Some((plain(program), plain(home)))
}

/// The order that a unit of ours was written for, as far as it still says so.
pub(super) fn read_order(
    name: &str,
    scope: Scope,
    unit: &str,
    socket: Option<&str>,
) -> Option<Order> {
    let (program, home) = read(unit)?;
    let after = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key));
    let port = socket.and_then(|socket| {
        let listen = socket.lines().find_map(|line| line.strip_prefix("ListenStream="))?;
        listen.rsplit_once(':')?.1.parse().ok()
    });
    let handed = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let is_encrypted = key == "LoadCredentialEncrypted";
        let (name, path) =
            (is_encrypted || key == "LoadCredential").then(|| value.split_once(':')).flatten()?;
        let path = path.replace("%%", "%").into();
        Some(Handed { name: name.to_owned(), path, is_encrypted })
    };
    Some(Order {
        name: name.to_owned(),
        scope,
        program: program.into(),
        home: home.into(),
        account: after("User=").map(str::to_owned),
        socket_port: port,
        credentials: unit.lines().filter_map(handed).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(scope: Scope) -> Order {
        Order {
            name: "nexusd".to_owned(),
            scope,
            program: "/opt/nexus/bin/nexusd".into(),
            home: "/home/a b/100% \"$x\"\\nexus".into(),
            account: (scope == Scope::System).then(|| "nexus".to_owned()),
            socket_port: Some(18_789),
            credentials: vec![Handed {
                name: "nexus.vault-key".to_owned(),
                path: "/etc/nexus/key%1".into(),
                is_encrypted: true,
            }],
        }
    }

    #[test]
    fn a_unit_names_program_and_home_whatever_they_are_called() {
        let files = units(&order(Scope::User), Path::new("/units"));
        let paths: Vec<_> = files.iter().map(|file| text(&file.path)).collect();
        assert_eq!(paths, ["/units/nexusd.service", "/units/nexusd.socket"]);
        let unit = &files[0].text;
        let command =
            r#"ExecStart="/opt/nexus/bin/nexusd" --home "/home/a b/100%% \"$$x\"\\nexus""#;
        assert!(unit.lines().any(|line| line == command), "{unit}");
        let (program, home) = read(unit).unwrap();
        assert_eq!(program, "/opt/nexus/bin/nexusd");
        assert_eq!(home, "/home/a b/100% \"$x\"\\nexus");
        assert!(unit.contains("LoadCredentialEncrypted=nexus.vault-key:/etc/nexus/key%%1\n"));
        assert!(!unit.contains("User=") && unit.contains("WantedBy=default.target"));
        assert!(files[1].text.contains("ListenStream=127.0.0.1:18789\n"));
        assert_eq!(read("[Service]\nExecStart=/bin/true\n"), None);
    }

    #[test]
    fn a_unit_says_what_it_was_written_for() {
        for scope in [Scope::User, Scope::System] {
            let files = units(&order(scope), Path::new("/units"));
            let (unit, socket) = (&files[0].text, &files[1].text);
            let read = read_order("nexusd", scope, unit, Some(socket)).unwrap();
            assert_eq!(units(&read, Path::new("/units")), files);
        }
    }

    #[test]
    fn a_unit_of_a_package_is_for_whoever_enables_it() {
        let order = Order {
            home: Path::new(PERSON).join("nexus"),
            program: "/usr/bin/nexusd".into(),
            ..order(Scope::User)
        };
        super::super::check(&order).unwrap();
        let unit = service(&order);
        assert!(unit.contains("ExecStart=\"/usr/bin/nexusd\" --home \"%h/nexus\"\n"), "{unit}");
        assert_eq!(read(&unit).unwrap().1, "%h/nexus");
    }

    #[test]
    fn the_machines_service_has_an_account_and_writes_only_at_home() {
        let unit = service(&order(Scope::System));
        for line in ["User=nexus", "ProtectSystem=strict", "ProtectHome=read-only"] {
            assert!(unit.lines().any(|own| own == line), "{line} in {unit}");
        }
        let elsewhere = Order { home: "/var/lib/nexus".into(), ..order(Scope::System) };
        assert!(service(&elsewhere).contains("ProtectHome=yes\nReadWritePaths=\"/var/lib/nexus\""));
    }
}
