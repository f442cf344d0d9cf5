//! The set of children.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use nexus_domain::Failure;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::Handler;
use crate::child::{Child, Wanted};
use crate::clock::Clock;
use crate::keeper::{Keeper, blank};
use crate::orphans::Book;
use crate::pulse::Rings;
use crate::spec::ChildSpec;
use crate::status::State;
use crate::stderr::LastLines;

struct Kept {
    child: Child,
    _keeper: AbortOnDropHandle<()>,
}

/// Keeps the children. Dropping it kills them; [`Supervisor::drain`] ends them properly.
pub struct Supervisor {
    clock: Arc<dyn Clock>,
    handler: Arc<dyn Handler>,
    children: Mutex<BTreeMap<String, Kept>>,
    rings: watch::Sender<Rings>,
    book: Option<Arc<Book>>,
}

impl Supervisor {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, handler: Arc<dyn Handler>) -> Self {
        let rings = watch::Sender::new(Rings::default());
        Self { clock, handler, children: Mutex::default(), rings, book: None }
    }

    /// Writes down in a file who runs, for the case that this process is killed; and ends who is
    /// left of the last one that was. The names of those.
    pub fn write_down(&mut self, path: &std::path::Path) -> Vec<String> {
        let (book, ended) = Book::open(path);
        self.book = Some(Arc::new(book));
        ended
    }

    /// Shows every child that runs as suspended, until [`Self::wake`]: the machine is going to
    /// sleep. They go on by themselves as long as it has not.
    pub fn suspend(&self) {
        self.rings.send_modify(Rings::sleep);
    }

    /// Asks every child at once how it is, and starts those again that are waiting for their turn:
    /// the machine woke up. One that says nothing at all soon is started anew.
    pub fn wake(&self) {
        self.rings.send_modify(Rings::wake);
    }

    /// The same with the usual patience: the network changed.
    pub fn look(&self) {
        self.rings.send_modify(Rings::look);
    }

    /// Drains a child and forgets it; whether there was one.
    pub async fn remove(&self, name: &str) -> bool {
        let Some(child) = self.get(name) else { return false };
        child.stop().await;
        self.lock().remove(name).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a child in and starts it. Returns at once; its status tells how it goes.
    ///
    /// # Errors
    /// When there is a child of this name, or its command can never be started.
    pub fn add(&self, spec: ChildSpec) -> Result<Child, Failure> {
        check_command(&spec)?;
        let mut children = self.lock();
        if children.contains_key(&spec.name) {
            return Err(Failure::conflict(format!("there are two adapters named `{}`", spec.name)));
        }
        let (wanted, orders) = watch::channel(Wanted { is_running: true, n_orders: 0 });
        let (publisher, status) = watch::channel(blank(State::Starting, self.clock.now()));
        let link = Arc::new(Mutex::new(None));
        let stderr = Arc::new(Mutex::new(LastLines::default()));
        let name = spec.name.clone();
        let child = Child {
            name: name.as_str().into(),
            wanted: Arc::new(wanted),
            status,
            link: Arc::clone(&link),
            stderr: Arc::clone(&stderr),
        };
        let keeper = Keeper {
            spec,
            clock: Arc::clone(&self.clock),
            handler: Arc::clone(&self.handler),
            wanted: orders,
            status: publisher,
            link,
            stderr,
            rings: self.rings.subscribe(),
            book: self.book.clone(),
        };
        let keeper = AbortOnDropHandle::new(tokio::spawn(keeper.keep()));
        children.insert(name, Kept { child: child.clone(), _keeper: keeper });
        Ok(child)
    }

    /// Finds a child.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Child> {
        self.lock().get(name).map(|kept| kept.child.clone())
    }

    /// Every child, by name.
    #[must_use]
    pub fn children(&self) -> Vec<Child> {
        self.lock().values().map(|kept| kept.child.clone()).collect()
    }

    /// Ends all children side by side: end of input, then SIGTERM, then SIGKILL, 5 s apart. They
    /// stay known and can be started again.
    pub async fn drain(&self) {
        let children = self.children();
        join_all(children.iter().map(Child::stop)).await;
    }
}

impl std::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supervisor").field("children", &self.children()).finish_non_exhaustive()
    }
}

fn check_command(spec: &ChildSpec) -> Result<(), Failure> {
    let name = &spec.name;
    let Some(program) = spec.command.first().filter(|program| !program.is_empty()) else {
        return Err(Failure::invalid(format!("adapter `{name}` has no command"))
            .hint(format!("set `command = [\"/path/to/program\"]` under [adapters.{name}]")));
    };
    let is_name = !program.contains(['/', '\\']);
    if is_name || std::path::Path::new(program).is_absolute() {
        return Ok(());
    }
    // A relative path would be looked up in the child's own folder, where the child can write.
    Err(Failure::invalid(format!("adapter `{name}` has the relative command `{program}`"))
        .hint("write an absolute path, or the name of a program in PATH"))
}
