//! What a child is started with.

use std::path::PathBuf;

use nexus_protocol::adapter::HelloParams;

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
}
