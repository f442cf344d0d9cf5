//! Notices by the specification of the free desktops: `org.freedesktop.Notifications` on the
//! session bus, with buttons where the server has them.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc};
use zbus::zvariant::Value;
use zbus::{Connection, Proxy};

use super::{Notifier, NotifyError};
use crate::notice::{Button, Notice, Press};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// What pressing the notice itself is called.
const BODY: &str = "default";
/// The server decides how long a notice stays.
const STAYS_AS_USUAL: i32 = -1;
/// It stays until somebody looks.
const STAYS: i32 = 0;

/// The notices that are shown, by key and by the server's number.
type Shown = Arc<Mutex<HashMap<String, u32>>>;

/// The server of notices on the session bus.
pub(super) struct Desktop {
    server: Proxy<'static>,
    shown: Shown,
    has_actions: bool,
    has_markup: bool,
}

impl Desktop {
    pub(super) async fn connect(
        presses: mpsc::Sender<Press>,
    ) -> Result<Box<dyn Notifier>, NotifyError> {
        let none = |error: zbus::Error| NotifyError::None(error.to_string());
        let connection = Connection::session().await.map_err(none)?;
        // Signals of others who claim to be the server are not listened to: the proxy takes those
        // of the name's owner only.
        let server = Proxy::new(&connection, NAME, PATH, NAME).await.map_err(none)?;
        let abilities: Vec<String> = server.call("GetCapabilities", &()).await.map_err(none)?;
        let has = |ability: &str| abilities.iter().any(|one| one == ability);
        let shown = Shown::default();
        let pressed = server.receive_signal("ActionInvoked").await.map_err(none)?;
        let closed = server.receive_signal("NotificationClosed").await.map_err(none)?;
        tokio::spawn(listen(pressed, closed, Arc::clone(&shown), presses));
        let (has_actions, has_markup) = (has("actions"), has("body-markup"));
        Ok(Box::new(Self { server, shown, has_actions, has_markup }))
    }

    /// Names and labels of the buttons, in turn. A server without buttons may still tell when the
    /// notice itself is pressed.
    fn actions(&self, notice: &Notice) -> Vec<String> {
        let mut actions = vec![BODY.to_owned(), "Open".to_owned()];
        if self.has_actions {
            for (button, label) in &notice.buttons {
                actions
                    .extend([format!("{}:{}", button.name(), notice.nonce), (*label).to_owned()]);
            }
        }
        actions
    }
}

impl Notifier for Desktop {
    fn show<'a>(&'a self, notice: &'a Notice) -> BoxFuture<'a, Result<(), NotifyError>> {
        Box::pin(async move {
            let mut shown = self.shown.lock().await;
            let earlier = shown.get(&notice.key).copied().unwrap_or(0);
            let body = if self.has_markup { escaped(&notice.body) } else { notice.body.clone() };
            let urgency = if notice.is_urgent { 2_u8 } else { 1_u8 };
            let hints = HashMap::from([
                ("urgency", Value::from(urgency)),
                ("desktop-entry", Value::from("nexus")),
            ]);
            let stays = if notice.is_urgent { STAYS } else { STAYS_AS_USUAL };
            let (title, actions) = (notice.title.as_str(), self.actions(notice));
            let call = ("Nexus", earlier, "nexus", title, body.as_str(), actions, hints, stays);
            let number: u32 = self
                .server
                .call("Notify", &call)
                .await
                .map_err(|error| NotifyError::Refused(error.to_string()))?;
            shown.insert(notice.key.clone(), number);
            Ok(())
        })
    }

    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(number) = self.shown.lock().await.remove(key) else { return };
            let closed: Result<(), _> = self.server.call("CloseNotification", &(number,)).await;
            if let Err(error) = closed {
                tracing::debug!(%error, "a notice was gone already");
            }
        })
    }
}

async fn listen(
    mut pressed: zbus::proxy::SignalStream<'static>,
    mut closed: zbus::proxy::SignalStream<'static>,
    shown: Shown,
    presses: mpsc::Sender<Press>,
) {
    loop {
        tokio::select! {
            // A press closes its notice: it is looked at before its notice is forgotten.
            biased;
            message = pressed.next() => {
                let Some(message) = message else { return };
                let Ok((number, action)) = message.body().deserialize::<(u32, String)>() else {
                    continue;
                };
                let key = key_of(&*shown.lock().await, number);
                let Some(key) = key else { continue };
                if presses.send(press(key, &action)).await.is_err() {
                    return;
                }
            }
            message = closed.next() => {
                let Some(message) = message else { return };
                if let Ok((number, _reason)) = message.body().deserialize::<(u32, u32)>() {
                    shown.lock().await.retain(|_, known| *known != number);
                }
            }
        }
    }
}

fn key_of(shown: &HashMap<String, u32>, number: u32) -> Option<String> {
    shown.iter().find(|(_, known)| **known == number).map(|(key, _)| key.clone())
}

fn press(key: String, action: &str) -> Press {
    match action.split_once(':') {
        Some((button, nonce)) => {
            Press { key, nonce: Some(nonce.to_owned()), button: Button::by_name(button) }
        }
        None => Press { key, nonce: None, button: None },
    }
}

/// Text that a server which reads markup shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_says_what_and_with_which_word() {
        let named = press("ask:1".into(), "allow:abc");
        let button = Some(Button::Allow);
        assert_eq!(named, Press { key: "ask:1".into(), nonce: Some("abc".into()), button });
        for text in ["default", "", "allow", "sudo:abc"] {
            assert_eq!(press("k".into(), text).button, None, "{text}");
        }
    }

    #[test]
    fn words_of_an_agent_are_no_markup() {
        assert_eq!(escaped("<a href=\"x\">&"), "&lt;a href=\"x\"&gt;&amp;");
    }
}
