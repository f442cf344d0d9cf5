//! What programs of an agent see: the system, its workspace, and what the owner adds. Never the
//! daemon's own state, other agents, or where people keep their keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_agent::tools::ExecConfig;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_sandbox::{Limits, Network, Profile, system_folders};

use crate::context::Context;
use crate::pinned;

/// Where the system keeps programs.
const PATH: &[&str] = &["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// Where people keep what no program of an agent may see, below their home. Hidden even where the
/// owner lets programs read the folder above.
pub(crate) const SECRET_PLACES: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".password-store",
    ".cargo/credentials.toml",
    ".config/gcloud",
    ".config/gh",
    ".config/google-chrome",
    ".config/chromium",
    ".config/op",
    ".local/share/keyrings",
    ".mozilla",
    "Library/Keychains",
];

const MIB: u64 = 1024 * 1024;

/// How programs of an agent are run in a session.
pub(super) fn exec(context: &Context, agent: &AgentId, session: &SessionKey) -> ExecConfig {
    let config = context.config.current();
    let environment = context.config.environment();
    let settings = &config.exec;
    let path: Vec<PathBuf> =
        settings.path.iter().cloned().chain(PATH.iter().map(PathBuf::from)).collect();
    let joined: Vec<_> = path.iter().map(|folder| folder.display().to_string()).collect();
    let workspace = context.workspace(agent);
    // Without namespaces there is no /tmp of its own, and nobody else's is offered.
    let scratch = match context.programs.has_scratch() {
        true => "/tmp".to_owned(),
        false => workspace.display().to_string(),
    };
    let mut env: BTreeMap<String, String> = [
        ("PATH", joined.join(":")),
        ("HOME", scratch.clone()),
        ("TMPDIR", scratch),
        ("LANG", "C.UTF-8".to_owned()),
        ("TERM", "dumb".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let passed = settings.env.iter().filter_map(|name| Some((name, environment.get(name)?)));
    env.extend(passed.map(|(name, value)| (name.clone(), value.to_owned())));
    let pinned = pinned::hidden(&context.home, &config, &context.agents.book(), agent);
    let mut hidden = hidden(context, agent, environment.get("HOME"));
    hidden.extend(pinned.iter().cloned());
    let profile = Profile {
        read: system_folders().into_iter().chain(settings.read.iter().cloned()).collect(),
        write: pinned::held(&workspace, &pinned),
        hidden,
        network: Network::None,
        limits: Limits {
            memory_bytes_max: settings.memory_mib_max * MIB,
            processes_max: settings.processes_max,
            file_bytes_max: settings.file_mib_max * MIB,
            ..Limits::default()
        },
        env,
    };
    ExecConfig {
        programs: Arc::clone(&context.programs),
        session: session.to_string(),
        profile,
        writable: writable(context, agent),
        path,
        sockets: sockets(context),
        allow_private_hosts: config.http_fetch.allow_private_hosts,
    }
}

/// Where programs of an agent may write. `None` for the whole workspace.
fn writable(context: &Context, agent: &AgentId) -> Option<Vec<PathBuf>> {
    let paths = context.iam.engine().writes(agent)?;
    Some(paths.into_iter().map(PathBuf::from).collect())
}

/// A folder that no confined program sees and whose name is short enough for sockets.
fn sockets(context: &Context) -> PathBuf {
    let of_user = context.config.environment().get("XDG_RUNTIME_DIR").map(PathBuf::from);
    let of_user = of_user.filter(|folder| folder.is_absolute() && folder.is_dir());
    of_user.unwrap_or_else(|| PathBuf::from("/tmp"))
}

fn hidden(context: &Context, agent: &AgentId, user_home: Option<&str>) -> Vec<PathBuf> {
    let home = &context.home;
    let mut hidden = vec![home.state(), home.config_file()];
    let agents = home.root().join("home").join("agents");
    let workspace = context.workspace(agent);
    if workspace.starts_with(&agents) {
        let others = agents.read_dir().into_iter().flatten().flatten();
        hidden.extend(others.map(|entry| entry.path()).filter(|path| !workspace.starts_with(path)));
    } else {
        hidden.push(agents);
    }
    let places = user_home.map(Path::new).into_iter();
    hidden.extend(places.flat_map(|user| SECRET_PLACES.iter().map(move |place| user.join(place))));
    hidden
}
