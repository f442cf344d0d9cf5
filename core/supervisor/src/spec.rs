//! What a child is started with.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_protocol::adapter::HelloParams;
use nexus_sandbox::{Profile, Sandbox};

/// Events a second that an adapter may hand in for long, unless its spec says otherwise.
pub const EVENTS_PER_S: u32 = 100;

/// A child as configured.
#[derive(Clone, Debug)]
pub struct ChildSpec {
    /// Its name, unique among the children.
    pub name: String,
    /// Program and arguments. The program is a name that is looked up in `path`, or an absolute
    /// path. No secret belongs here: every user of the machine can see it.
    pub command: Vec<String>,
    /// Its private folder: HOME and working directory. Made if it is missing, for the owner only.
    pub home: PathBuf,
    /// Value of PATH.
    pub path: String,
    /// Value of LANG.
    pub lang: String,
    /// What `hello` tells it; the only place its credential travels.
    pub hello: HelloParams,
    /// What it may reach and use; without it, whatever the user may.
    pub confinement: Option<Confinement>,
    /// Events a second that it may hand in for long; more wait in its pipe.
    pub events_per_s_max: u32,
}

/// How a child is confined.
#[derive(Clone, Debug)]
pub struct Confinement {
    /// What starts it.
    pub sandbox: Arc<Sandbox>,
    /// What it may reach and use; its environment is filled in from the spec.
    pub profile: Profile,
}
