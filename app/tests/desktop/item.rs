//! The tray item as the panel sees it: over the session bus.

use std::collections::HashMap;
use std::time::Duration;

use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

/// How often the menu is read before a wait for it is given up.
const LOOKS_MAX: u32 = 200;
/// Pause between two looks, in milliseconds.
const LOOK_PAUSE_MS: u64 = 200;

/// A menu entry as `com.canonical.dbusmenu` describes it: id, properties, children.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// One line of the menu.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    id: i32,
    /// What it says; empty for a rule.
    pub(crate) label: String,
    /// Whether it is ticked.
    pub(crate) is_on: bool,
}

pub(crate) struct Item {
    connection: Connection,
    bus_name: String,
    path: String,
}

impl Item {
    /// The item that is registered with the panel, if there is one.
    pub(crate) async fn registered(connection: &Connection) -> Option<Self> {
        const WATCHER: &str = "org.kde.StatusNotifierWatcher";
        let watcher =
            Proxy::new(connection, WATCHER, "/StatusNotifierWatcher", WATCHER).await.ok()?;
        let items: Vec<String> =
            watcher.get_property("RegisteredStatusNotifierItems").await.ok()?;
        let item = items.first()?;
        let slash = item.find('/')?;
        let (bus_name, path) = item.split_at(slash);
        Some(Self {
            connection: connection.clone(),
            bus_name: bus_name.to_owned(),
            path: path.to_owned(),
        })
    }

    /// A property of the item.
    pub(crate) async fn property(&self, name: &str) -> Option<String> {
        self.proxy().await?.get_property(name).await.ok()
    }

    /// The lines of its menu.
    pub(crate) async fn menu(&self) -> Vec<Line> {
        self.read_menu().await.unwrap_or_default()
    }

    /// Waits until a line of the menu contains `words`.
    pub(crate) async fn until_it_says(&self, words: &str) {
        let mut menu = Vec::new();
        for _ in 0..LOOKS_MAX {
            menu = self.menu().await;
            if menu.iter().any(|line| line.label.contains(words)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_PAUSE_MS)).await;
        }
        panic!("no line says `{words}`: {menu:?}");
    }

    /// Waits until no line of the menu contains `words`.
    pub(crate) async fn until_it_does_not_say(&self, words: &str) {
        for _ in 0..LOOKS_MAX {
            let menu = self.menu().await;
            if !menu.is_empty() && !menu.iter().any(|line| line.label.contains(words)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_PAUSE_MS)).await;
        }
        panic!("a line still says `{words}`: {:?}", self.menu().await);
    }

    /// The line with this label.
    pub(crate) async fn line(&self, label: &str) -> Line {
        let menu = self.menu().await;
        let line = menu.iter().find(|line| line.label == label);
        line.cloned().unwrap_or_else(|| panic!("no line `{label}` in {menu:?}"))
    }

    /// The first line that says something.
    pub(crate) async fn headline(&self) -> String {
        let menu = self.menu().await;
        menu.into_iter().map(|line| line.label).find(|label| !label.is_empty()).unwrap_or_default()
    }

    /// Clicks the line with this label.
    pub(crate) async fn click(&self, label: &str) {
        let line = self.line(label).await;
        let proxy = self.menu_proxy().await.unwrap();
        let event = (line.id, "clicked", Value::from(0i32), 0u32);
        // Who is told to quit may be gone before it answers.
        proxy.call_noreply("Event", &event).await.unwrap();
    }

    async fn proxy(&self) -> Option<Proxy<'_>> {
        let interface = "org.kde.StatusNotifierItem";
        let (bus_name, path) = (self.bus_name.as_str(), self.path.as_str());
        Proxy::new(&self.connection, bus_name, path, interface).await.ok()
    }

    async fn menu_proxy(&self) -> Option<Proxy<'static>> {
        let path: OwnedObjectPath = self.proxy().await?.get_property("Menu").await.ok()?;
        let bus_name = self.bus_name.clone();
        Proxy::new(&self.connection, bus_name, path, "com.canonical.dbusmenu").await.ok()
    }

    async fn read_menu(&self) -> Option<Vec<Line>> {
        let menu = self.menu_proxy().await?;
        let whole = (0i32, -1i32, Vec::<String>::new());
        let (_revision, layout): (u32, Layout) = menu.call("GetLayout", &whole).await.ok()?;
        let mut lines = Vec::new();
        collect(layout, &mut lines);
        Some(lines)
    }
}

fn collect((id, properties, children): Layout, lines: &mut Vec<Line>) {
    // Underscores mark keys for the keyboard.
    let label = properties.get("label").and_then(|label| <&str>::try_from(label).ok());
    let label = label.unwrap_or_default().replace("__", "\0").replace('_', "").replace('\0', "_");
    let state = properties.get("toggle-state").and_then(|state| i32::try_from(state).ok());
    lines.push(Line { id, label, is_on: state == Some(1) });
    for child in children {
        if let Ok(child) = Layout::try_from(child) {
            collect(child, lines);
        }
    }
}
