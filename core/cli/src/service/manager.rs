//! The service manager of this system, and what it is asked to do.

use std::fs;
use std::path::{Path, PathBuf};

use super::{File, Order, PERSON, Scope, launchd, systemd, tasks};
use crate::environment::Environment;
use crate::failure::{CliError, Exit, Result};
use crate::process::{self, Tool};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Systemd,
    Launchd,
    Tasks,
}

const KIND: Kind = if cfg!(target_os = "macos") {
    Kind::Launchd
} else if cfg!(windows) {
    Kind::Tasks
} else {
    Kind::Systemd
};

/// Where packages put units.
const PACKAGED: &str = "/usr/lib/systemd";

/// What looks after one service.
#[derive(Clone, Debug)]
pub(crate) struct Manager {
    name: String,
    scope: Scope,
    /// Where its files lie.
    folder: PathBuf,
    /// The person's own folder, if one is known.
    person: Option<PathBuf>,
}

/// A service that is written down.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) files: Vec<PathBuf>,
    /// What it starts.
    pub(crate) program: PathBuf,
    /// The home that it runs.
    pub(crate) home: PathBuf,
    /// Whether its port is listened on for it.
    pub(crate) has_socket: bool,
    /// Whether it came with a package, which keeps its files.
    pub(crate) is_packaged: bool,
}

/// Reads program and home out of a file of ours.
type Read = fn(&str) -> Option<(String, String)>;

impl Manager {
    /// The one that looks after a service of this name.
    pub(crate) fn of(name: &str, scope: Scope, environment: &Environment) -> Result<Self> {
        let folder = match (KIND, scope) {
            (Kind::Systemd, Scope::System) => Some(PathBuf::from("/etc/systemd/system")),
            (Kind::Launchd, Scope::System) => Some(PathBuf::from("/Library/LaunchDaemons")),
            (Kind::Systemd, Scope::User) => {
                environment.user_config.as_ref().map(|folder| folder.join("systemd/user"))
            }
            (Kind::Launchd, Scope::User) => {
                environment.user_home.as_ref().map(|folder| folder.join("Library/LaunchAgents"))
            }
            (Kind::Tasks, _) => {
                environment.user_home.as_ref().map(|home| home.join("AppData/Local/Nexus"))
            }
        };
        let folder = folder.ok_or_else(|| {
            CliError::usage("no home folder of yours is known").fix("set HOME, and try again")
        })?;
        Ok(Self { name: name.to_owned(), scope, folder, person: environment.user_home.clone() })
    }

    /// The service that runs this home, if one is written down: the person's before the machine's.
    pub(crate) fn for_home(home: &Path, environment: &Environment) -> Option<(Self, Installed)> {
        [Scope::User, Scope::System].into_iter().find_map(|scope| {
            let manager = Self::of(super::NAME, scope, environment).ok()?;
            let installed = manager.installed().filter(|installed| installed.home == home)?;
            Some((manager, installed))
        })
    }

    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// What is to be written down.
    pub(crate) fn files(&self, order: &Order) -> Vec<File> {
        match KIND {
            Kind::Systemd => systemd::units(order, &self.folder),
            Kind::Launchd => vec![launchd::plist(order, &self.folder)],
            Kind::Tasks => vec![tasks::task(order, &self.folder)],
        }
    }

    /// What is written down: by us, or by a package and turned on.
    pub(crate) fn installed(&self) -> Option<Installed> {
        self.written().or_else(|| self.packaged())
    }

    /// A unit that came with a package counts once somebody turned it on.
    fn packaged(&self) -> Option<Installed> {
        let (units, wants) = match self.scope {
            Scope::System => ("system", "multi-user.target.wants"),
            Scope::User => ("user", "default.target.wants"),
        };
        let unit = self.unit("service");
        let everybodys = Path::new("/etc/systemd").join(units);
        let is_on = [&self.folder, &everybodys]
            .into_iter()
            .any(|folder| folder.join(wants).join(&unit).is_symlink());
        if KIND != Kind::Systemd || !is_on {
            return None;
        }
        let path = Path::new(PACKAGED).join(units).join(unit);
        let (program, home) = systemd::read(&fs::read_to_string(&path).ok()?)?;
        let home = match Path::new(&home).strip_prefix(PERSON) {
            Ok(below) => self.person.as_ref()?.join(below),
            Err(_) => home.into(),
        };
        let (files, program) = (vec![path], program.into());
        Some(Installed { files, program, home, has_socket: false, is_packaged: true })
    }

    /// What we wrote down.
    fn written(&self) -> Option<Installed> {
        let (file, read): (String, Read) = match KIND {
            Kind::Systemd => (format!("{}.service", self.name), systemd::read),
            Kind::Launchd => (format!("{}.plist", launchd::label(&self.name)), launchd::read),
            Kind::Tasks => (format!("{}.xml", self.name), tasks::read),
        };
        let path = self.folder.join(file);
        let (program, home) = read(&fs::read_to_string(&path).ok()?)?;
        let socket = self.folder.join(format!("{}.socket", self.name));
        let has_socket = KIND == Kind::Systemd && socket.is_file();
        let files = [path].into_iter().chain(has_socket.then_some(socket)).collect();
        let (program, home) = (program.into(), home.into());
        Some(Installed { files, program, home, has_socket, is_packaged: false })
    }

    /// Writes the files, takes away those of an earlier one, and has the service start with the
    /// login or the machine. True when anything is different now.
    pub(crate) fn install(&self, files: &[File]) -> Result<bool> {
        self.reach()?;
        let before = self.written().map(|installed| installed.files).unwrap_or_default();
        let stale: Vec<_> =
            before.into_iter().filter(|path| files.iter().all(|file| file.path != *path)).collect();
        let is_same =
            |file: &File| fs::read_to_string(&file.path).is_ok_and(|text| text == file.text);
        let is_changed = !stale.is_empty() || !files.iter().all(is_same);
        if KIND == Kind::Systemd && !stale.is_empty() {
            self.systemctl(&["disable", "--now", &self.unit("socket")])?;
        }
        for path in stale {
            fs::remove_file(path)?;
        }
        for file in files {
            put(file)?;
        }
        match KIND {
            Kind::Systemd => {
                self.systemctl(&["daemon-reload"])?;
                let units = self.units();
                self.systemctl_on("enable", &units)?;
            }
            // What is written down there is loaded with the start.
            Kind::Launchd => {}
            Kind::Tasks => {
                let file = files[0].path.display().to_string();
                run("schtasks", &["/Create", "/F", "/TN", &self.name, "/XML", &file])?;
            }
        }
        Ok(is_changed)
    }

    /// Whether the service manager answers at all.
    fn reach(&self) -> Result<()> {
        if KIND != Kind::Systemd {
            return Ok(());
        }
        let asked = self.tool(&["show", "--property=Version"]);
        let why = match asked {
            Ok(tool) if tool.is_ok => return Ok(()),
            Ok(tool) => tool.stderr,
            Err(error) => error.what,
        };
        let whose = if self.scope == Scope::User { "your" } else { "the machine's" };
        let what = format!("{whose} systemd does not answer");
        let error = CliError::new(Exit::Unreachable, "NO_SERVICE_MANAGER", what).why(why);
        Err(match self.scope {
            Scope::User => error
                .fix("log in with a session of your own, not by su or sudo")
                .fix("nexus daemon install --system  (as root)")
                .fix("nexus up  (without a service)"),
            Scope::System => error.fix("nexus up  (without a service)"),
        })
    }

    /// Starts it, and waits until it says that it is ready.
    pub(crate) fn start(&self) -> Result<()> {
        match KIND {
            Kind::Systemd => {
                // An earlier failure must not stand in the way of somebody who means it.
                let _ = self.tool(&["reset-failed", &self.unit("service")]);
                self.systemctl_on("start", &self.units())
            }
            Kind::Launchd => {
                let domain = self.launchd_domain()?;
                let file = self.folder.join(format!("{}.plist", launchd::label(&self.name)));
                let file = file.display().to_string();
                let target = format!("{domain}/{}", launchd::label(&self.name));
                if !process::run_tool("launchctl", &["print", &target])?.is_ok {
                    run("launchctl", &["bootstrap", &domain, &file])?;
                }
                run("launchctl", &["kickstart", &target])
            }
            Kind::Tasks => run("schtasks", &["/Run", "/TN", &self.name]),
        }
    }

    /// Has it stop listening, so that nobody starts it again by knocking.
    pub(crate) fn close_socket(&self) -> Result<()> {
        self.systemctl(&["stop", &self.unit("socket")])
    }

    /// Stops it, takes it out of the start, and removes its files.
    pub(crate) fn uninstall(&self, installed: &Installed) -> Result<()> {
        self.reach()?;
        match KIND {
            Kind::Systemd => {
                self.systemctl_on("disable", &[vec!["--now".to_owned()], self.units()].concat())?;
            }
            Kind::Launchd => {
                let target = format!("{}/{}", self.launchd_domain()?, launchd::label(&self.name));
                // Not loaded is as good.
                let _ = process::run_tool("launchctl", &["bootout", &target])?;
            }
            Kind::Tasks => run("schtasks", &["/Delete", "/F", "/TN", &self.name])?,
        }
        for path in installed.files.iter().filter(|_| !installed.is_packaged) {
            fs::remove_file(path)?;
        }
        if KIND == Kind::Systemd {
            self.systemctl(&["daemon-reload"])?;
            let _ = self.tool(&["reset-failed", &self.unit("service")]);
        }
        Ok(())
    }

    /// How it stands, in a word of its manager: `active`, `failed`, `inactive` and others.
    pub(crate) fn state(&self) -> String {
        match KIND {
            Kind::Systemd => {
                let asked = self.tool(&["is-active", &self.unit("service")]);
                let word = asked.map(|tool| tool.stdout.trim().to_owned()).unwrap_or_default();
                if word.is_empty() { "unknown".to_owned() } else { word }
            }
            Kind::Launchd | Kind::Tasks => "written down".to_owned(),
        }
    }

    /// The files that an installed service would have if this program wrote them now, when they
    /// are others than it has. Nothing for what a package keeps.
    pub(crate) fn outdated(&self, installed: &Installed) -> Option<Vec<File>> {
        if KIND != Kind::Systemd || installed.is_packaged {
            return None;
        }
        let texts = installed.files.iter().map(fs::read_to_string);
        let texts = texts.collect::<std::io::Result<Vec<_>>>().ok()?;
        let socket = texts.get(1).map(String::as_str);
        let order = systemd::read_order(&self.name, self.scope, texts.first()?, socket)?;
        let files = self.files(&order);
        let is_same = files.len() == texts.len()
            && files.iter().zip(&texts).all(|(file, text)| file.text == *text);
        (!is_same).then_some(files)
    }

    /// How often its manager started it again since it was started, and how it ended last.
    pub(crate) fn restarts(&self) -> Option<(u64, String)> {
        if KIND != Kind::Systemd {
            return None;
        }
        let unit = self.unit("service");
        let shown = self.tool(&["show", "--property=NRestarts,Result", &unit]).ok()?;
        let value = |key: &str| shown.stdout.lines().find_map(|line| line.strip_prefix(key));
        Some((value("NRestarts=")?.parse().ok()?, value("Result=")?.to_owned()))
    }

    /// Starts it anew, with what is written down now.
    pub(crate) fn restart(&self) -> Result<()> {
        match KIND {
            Kind::Systemd => self.systemctl(&["restart", &self.unit("service")]),
            Kind::Launchd | Kind::Tasks => self.start(),
        }
    }

    /// Whether it starts by itself.
    pub(crate) fn is_enabled(&self) -> bool {
        match KIND {
            Kind::Systemd => self
                .tool(&["is-enabled", &self.unit("service")])
                .is_ok_and(|tool| tool.stdout.trim() == "enabled"),
            Kind::Launchd | Kind::Tasks => true,
        }
    }

    /// The command that shows what it printed.
    pub(crate) fn log_command(&self) -> String {
        match (KIND, self.scope) {
            (Kind::Systemd, Scope::User) => format!("journalctl --user -u {} -n 20", self.name),
            (Kind::Systemd, Scope::System) => format!("journalctl -u {} -n 20", self.name),
            _ => "nexus daemon logs".to_owned(),
        }
    }

    fn unit(&self, ending: &str) -> String {
        format!("{}.{ending}", self.name)
    }

    fn units(&self) -> Vec<String> {
        let has_socket = self.installed().is_some_and(|installed| installed.has_socket);
        let socket = has_socket.then(|| self.unit("socket"));
        socket.into_iter().chain([self.unit("service")]).collect()
    }

    fn launchd_domain(&self) -> Result<String> {
        Ok(match self.scope {
            Scope::System => "system".to_owned(),
            Scope::User => {
                let id = process::run_tool("id", &["-u"])?;
                format!("gui/{}", id.stdout.trim())
            }
        })
    }

    fn tool(&self, arguments: &[&str]) -> Result<Tool> {
        let scope = if self.scope == Scope::User { "--user" } else { "--system" };
        process::run_tool("systemctl", &[&[scope, "--no-ask-password"], arguments].concat())
    }

    fn systemctl(&self, arguments: &[&str]) -> Result<()> {
        done(self.tool(arguments)?, "systemctl", arguments).map_err(|error| {
            let error = error.fix(self.log_command());
            if self.scope == Scope::System { error.fix("try it as root") } else { error }
        })
    }

    fn systemctl_on(&self, order: &str, words: &[String]) -> Result<()> {
        let words = words.iter().map(String::as_str);
        self.systemctl(&[order].into_iter().chain(words).collect::<Vec<_>>())
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    done(process::run_tool(program, arguments)?, program, arguments)
}

fn done(tool: Tool, program: &str, arguments: &[&str]) -> Result<()> {
    if tool.is_ok {
        return Ok(());
    }
    let said = if tool.stderr.is_empty() { tool.stdout } else { tool.stderr };
    let what = format!("`{program} {}` failed", arguments.join(" "));
    Err(CliError::failed(what).why(said.trim()))
}

/// Writes a file whole or not at all.
fn put(file: &File) -> Result<()> {
    let denied = |error: std::io::Error| {
        let what = format!("{} cannot be written: {error}", file.path.display());
        let error = CliError::failed(what);
        if file.path.starts_with("/etc") || file.path.starts_with("/Library") {
            return error.fix("run it as root, or leave out --system");
        }
        error
    };
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder).map_err(denied)?;
    }
    let beside = file.path.with_extension("new");
    fs::write(&beside, &file.text).and_then(|()| fs::rename(&beside, &file.path)).map_err(denied)
}
