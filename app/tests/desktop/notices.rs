//! A desktop's server of notices that keeps what it is told and presses what the test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, interface};

use super::desktop::until;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A notice as the desktop was asked to show it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    number: u32,
    pub(crate) title: String,
    pub(crate) body: String,
    /// Names and labels, in turn.
    actions: Vec<String>,
}

impl Shown {
    /// The number that the server gave it.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The labels of its buttons.
    pub(crate) fn labels(&self) -> Vec<&str> {
        self.actions.chunks(2).skip(1).filter_map(|pair| pair.get(1)).map(String::as_str).collect()
    }

    /// The name of the button with this label.
    pub(crate) fn action(&self, label: &str) -> String {
        let pair = self.actions.chunks(2).find(|pair| pair.get(1).is_some_and(|it| it == label));
        pair.unwrap_or_else(|| panic!("no `{label}` in {self:?}"))[0].clone()
    }
}

#[derive(Clone, Default)]
struct Server {
    shown: Arc<Mutex<Vec<Shown>>>,
    n_shown: Arc<Mutex<u32>>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "body-markup", "persistence"].map(str::to_owned).to_vec()
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has eight")]
    fn notify(
        &self,
        _app: String,
        earlier: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _stays: i32,
    ) -> u32 {
        let mut shown = lock(&self.shown);
        let number = match earlier {
            0 => {
                let mut n_shown = lock(&self.n_shown);
                *n_shown += 1;
                *n_shown
            }
            earlier => earlier,
        };
        shown.retain(|one| one.number != number);
        shown.push(Shown { number, title, body, actions });
        number
    }

    async fn close_notification(&self, number: u32, #[zbus(signal_emitter)] to: SignalEmitter<'_>) {
        lock(&self.shown).retain(|one| one.number != number);
        Self::notification_closed(&to, number, 3).await.unwrap();
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".to_owned(), "test".to_owned(), "1".to_owned(), "1.2".to_owned())
    }

    #[zbus(signal)]
    async fn action_invoked(to: &SignalEmitter<'_>, number: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        to: &SignalEmitter<'_>,
        number: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

/// The server, running.
pub(crate) struct Notices {
    connection: Connection,
    server: Server,
}

impl Notices {
    /// Takes the place of the desktop's own server.
    pub(crate) async fn serve(bus: &str) -> Self {
        let server = Server::default();
        let connection = zbus::connection::Builder::address(bus)
            .unwrap()
            .name(NAME)
            .unwrap()
            .serve_at(PATH, server.clone())
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { connection, server }
    }

    /// Waits for a notice whose title contains these words.
    pub(crate) async fn told(&self, words: &str) -> Shown {
        let find =
            || lock(&self.server.shown).iter().find(|one| one.title.contains(words)).cloned();
        until(&format!("somebody is told: {words}"), async || find()).await
    }

    /// Waits until nothing is shown.
    pub(crate) async fn are_gone(&self) {
        let is_empty = || lock(&self.server.shown).is_empty().then_some(());
        until("no notice is left", async || is_empty()).await;
    }

    /// Everything that is shown.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        lock(&self.server.shown).clone()
    }

    /// Presses a button, which closes the notice as on any desktop.
    pub(crate) async fn press(&self, notice: &Shown, action: &str) {
        let to = SignalEmitter::new(&self.connection, PATH).unwrap();
        Server::action_invoked(&to, notice.number, action).await.unwrap();
        lock(&self.server.shown).retain(|one| one.number != notice.number);
        Server::notification_closed(&to, notice.number, 2).await.unwrap();
    }
}

/// Presses a button of somebody else's notice, as any program on the bus may try.
pub(crate) async fn forge(bus: &str, number: u32, action: &str) {
    let connection = zbus::connection::Builder::address(bus).unwrap().build().await.unwrap();
    let to = SignalEmitter::new(&connection, PATH).unwrap();
    Server::action_invoked(&to, number, action).await.unwrap();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
