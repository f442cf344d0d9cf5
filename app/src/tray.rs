//! The icon and its menu: turns what was decided into what the toolkit draws.

use nexus_desktop::facts::Facts;
use nexus_desktop::menu::{self, Act, Line};
use nexus_desktop::{Look, words};
use tauri::image::Image;
use tauri::menu::{
    CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu,
};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry, include_image};

use crate::act;

/// The highest number that an icon shows; above it says "more".
const COUNT_MAX: usize = 9;

/// The icon, and what it shows.
pub(crate) struct Tray {
    icon: TrayIcon,
    shown: Shown,
}

#[derive(PartialEq)]
struct Shown {
    look: Look,
    n_asked: usize,
    tooltip: String,
    lines: Vec<Line>,
}

impl Shown {
    fn of(facts: &Facts, desk: &menu::Desk) -> Self {
        Self {
            look: Look::of(facts),
            n_asked: facts.asked.len(),
            tooltip: menu::tooltip(facts, &words::clock),
            lines: menu::build(facts, desk, &words::clock),
        }
    }

    fn icon(&self) -> Image<'static> {
        if cfg!(target_os = "macos") { template(self.look) } else { tile(self.look, self.n_asked) }
    }

    /// macOS shows the number as text beside the icon; elsewhere it stands in the icon.
    fn title(&self) -> Option<String> {
        let has_number = cfg!(target_os = "macos") && self.n_asked > 0;
        has_number.then(|| self.n_asked.to_string())
    }
}

impl Tray {
    /// Puts the icon up.
    pub(crate) fn build(app: &AppHandle, facts: &Facts, desk: &menu::Desk) -> tauri::Result<Self> {
        let shown = Shown::of(facts, desk);
        let icon = TrayIconBuilder::with_id("main")
            .icon(shown.icon())
            .icon_as_template(true)
            .tooltip(&shown.tooltip)
            .menu(&drawn(app, &shown.lines)?)
            .on_menu_event(chosen)
            .build(app)?;
        Ok(Self { icon, shown })
    }

    /// Shows how things stand. The menu is made whole: panels differ in what they do with parts.
    pub(crate) fn show(&mut self, app: &AppHandle, facts: &Facts, desk: &menu::Desk) {
        let shown = Shown::of(facts, desk);
        if shown == self.shown {
            return;
        }
        if let Err(error) = self.change(app, &shown) {
            tracing::warn!(%error, "the tray cannot be changed");
        }
        self.shown = shown;
    }

    fn change(&self, app: &AppHandle, shown: &Shown) -> tauri::Result<()> {
        if (shown.look, shown.n_asked) != (self.shown.look, self.shown.n_asked) {
            self.icon.set_icon_with_as_template(Some(shown.icon()), true)?;
            self.icon.set_title(shown.title())?;
        }
        if shown.tooltip != self.shown.tooltip {
            self.icon.set_tooltip(Some(&shown.tooltip))?;
        }
        if shown.lines != self.shown.lines {
            self.icon.set_menu(Some(drawn(app, &shown.lines)?))?;
        }
        Ok(())
    }
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match serde_json::from_str::<Act>(event.id().as_ref()) {
        Ok(act) => act::perform(app, act),
        Err(error) => tracing::debug!(%error, "a line that does nothing was chosen"),
    }
}

fn drawn(app: &AppHandle, lines: &[Line]) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    for line in lines {
        menu.append(&*item(app, line)?)?;
    }
    Ok(menu)
}

fn item(app: &AppHandle, line: &Line) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    let id = |act: &Act| serde_json::to_string(act).unwrap_or_default();
    Ok(match line {
        Line::Item { label, act } => {
            Box::new(MenuItem::with_id(app, id(act), plain(label), true, None::<&str>)?)
        }
        Line::Check { label, is_on, act } => {
            let (id, label) = (id(act), plain(label));
            Box::new(CheckMenuItem::with_id(app, id, label, true, *is_on, None::<&str>)?)
        }
        Line::Sub { label, lines } => {
            let sub = Submenu::new(app, plain(label), true)?;
            for line in lines {
                sub.append(&*item(app, line)?)?;
            }
            Box::new(sub)
        }
        Line::Rule => Box::new(PredefinedMenuItem::separator(app)?),
    })
}

/// The toolkit takes one `&` for the mark of a key, and two for one.
fn plain(label: &str) -> String {
    label.replace('&', "&&")
}

/// Shape only: the desktop chooses the colour.
fn template(look: Look) -> Image<'static> {
    match look {
        Look::Offline => include_image!("../icons/tray/offline.png"),
        Look::Approval => include_image!("../icons/tray/approval.png"),
        Look::Paused => include_image!("../icons/tray/paused.png"),
        Look::Degraded => include_image!("../icons/tray/degraded.png"),
        Look::Working => include_image!("../icons/tray/working.png"),
        Look::Healthy => include_image!("../icons/tray/healthy.png"),
    }
}

/// Panels that do not say whether they are light or dark get an icon that brings its own ground.
fn tile(look: Look, n_asked: usize) -> Image<'static> {
    match look {
        Look::Offline => include_image!("../icons/tray/offline-tile.png"),
        Look::Approval => numbered(n_asked),
        Look::Paused => include_image!("../icons/tray/paused-tile.png"),
        Look::Degraded => include_image!("../icons/tray/degraded-tile.png"),
        Look::Working => include_image!("../icons/tray/working-tile.png"),
        Look::Healthy => include_image!("../icons/tray/healthy-tile.png"),
    }
}

fn numbered(n_asked: usize) -> Image<'static> {
    match n_asked.min(COUNT_MAX + 1) {
        0 => include_image!("../icons/tray/approval-tile.png"),
        1 => include_image!("../icons/tray/approval-1-tile.png"),
        2 => include_image!("../icons/tray/approval-2-tile.png"),
        3 => include_image!("../icons/tray/approval-3-tile.png"),
        4 => include_image!("../icons/tray/approval-4-tile.png"),
        5 => include_image!("../icons/tray/approval-5-tile.png"),
        6 => include_image!("../icons/tray/approval-6-tile.png"),
        7 => include_image!("../icons/tray/approval-7-tile.png"),
        8 => include_image!("../icons/tray/approval-8-tile.png"),
        9 => include_image!("../icons/tray/approval-9-tile.png"),
        _ => include_image!("../icons/tray/approval-more-tile.png"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much two icons of 32 pixels must differ, in whole pixels of coverage: four times what
    /// is needed at 16.
    const DIFFERENCE_MIN: u64 = 80;

    /// The coverage of each pixel, 0 to 255.
    fn coverage(look: Look) -> Vec<u64> {
        template(look).rgba().chunks(4).map(|pixel| u64::from(pixel[3])).collect()
    }

    #[test]
    fn the_states_are_told_apart_by_shape() {
        for one in Look::ALL {
            for other in Look::ALL.into_iter().filter(|other| *other > one) {
                let pixels = coverage(one).into_iter().zip(coverage(other));
                let difference: u64 = pixels.map(|(a, b)| a.abs_diff(b)).sum::<u64>() / 255;
                assert!(difference >= DIFFERENCE_MIN, "{one:?} and {other:?}: {difference}");
            }
        }
    }

    #[test]
    fn every_number_has_its_icon() {
        let icons: Vec<_> = (0..=COUNT_MAX + 1).map(|n| numbered(n).rgba().to_vec()).collect();
        for (n, icon) in icons.iter().enumerate() {
            assert!(icons[..n].iter().all(|earlier| earlier != icon), "{n}");
        }
        assert_eq!(numbered(1_000).rgba(), icons[COUNT_MAX + 1]);
    }

    #[test]
    fn a_label_is_shown_as_it_is() {
        assert_eq!(plain("read_file a && b"), "read_file a &&&& b");
    }
}
