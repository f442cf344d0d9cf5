//! Where the window was, so that it comes up there again: a small file in the home's state.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file, below the home folder.
const FILE: &str = "state/window.json";
/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024;
/// How much of the window must be on a screen, in pixels each way, so that it can be seized.
const VISIBLE_MIN: i64 = 120;
/// The smallest window, in pixels.
pub const SIZE_MIN: (u32, u32) = (360, 480);
/// The window that nobody has moved yet, in pixels.
pub const SIZE_USUAL: (u32, u32) = (1_100, 720);

/// Place and size of a window, in physical pixels of the whole desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width of the content.
    pub width: u32,
    /// Height of the content.
    pub height: u32,
    /// Whether it fills the screen.
    pub is_maximized: bool,
}

/// What is remembered about the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Where it was.
    pub placement: Option<Placement>,
    /// Whether the person was told that closing keeps Nexus running.
    pub was_told_of_closing: bool,
}

/// A screen, in physical pixels of the whole desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Placement {
    /// The same on the screens that are there now: not larger than one of them, and seizable. A
    /// window of a screen that is gone comes up on the first one. Nothing when no screen is known.
    #[must_use]
    pub fn clamped(self, screens: &[Screen]) -> Option<Self> {
        let home = screens.iter().max_by_key(|screen| self.shared(screen)).copied()?;
        let is_seen = self.shared(&home).is_some();
        let width = self.width.clamp(SIZE_MIN.0, home.width.max(SIZE_MIN.0));
        let height = self.height.clamp(SIZE_MIN.1, home.height.max(SIZE_MIN.1));
        let fit = |at: i32, size: u32, from: i32, len: u32| {
            let latest = i64::from(from) + i64::from(len) - i64::from(size);
            let at = i64::from(at).min(latest).max(i64::from(from));
            i32::try_from(at).unwrap_or(from)
        };
        let (x, y) = match is_seen {
            true => {
                (fit(self.x, width, home.x, home.width), fit(self.y, height, home.y, home.height))
            }
            false => {
                let first = screens[0];
                (first.x, first.y)
            }
        };
        Some(Self { x, y, width, height, ..self })
    }

    /// How many pixels of it a screen shows; nothing when too few to seize it.
    fn shared(&self, screen: &Screen) -> Option<i64> {
        let overlap = |a: i32, a_len: u32, b: i32, b_len: u32| {
            let end = (i64::from(a) + i64::from(a_len)).min(i64::from(b) + i64::from(b_len));
            end - i64::from(a.max(b))
        };
        let wide = overlap(self.x, self.width, screen.x, screen.width);
        let high = overlap(self.y, self.height, screen.y, screen.height);
        (wide >= VISIBLE_MIN && high >= VISIBLE_MIN).then(|| wide.saturating_mul(high))
    }
}

/// The file of one home.
#[derive(Clone, Debug)]
pub struct Store {
    file: PathBuf,
}

impl Store {
    /// The file of this home folder.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        Self { file: home.join(FILE) }
    }

    /// What is remembered; nothing when the file is missing or says something else.
    #[must_use]
    pub fn read(&self) -> Remembered {
        use std::io::Read as _;
        let mut text = String::new();
        let read = std::fs::File::open(&self.file)
            .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
        read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Remembers it, whole or not at all.
    ///
    /// # Errors
    /// When the folder takes no file.
    pub fn write(&self, remembered: &Remembered) -> std::io::Result<()> {
        let beside = self.file.with_extension("json.new");
        std::fs::write(&beside, serde_json::to_vec(remembered)?)?;
        std::fs::rename(&beside, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEFT: Screen = Screen { x: 0, y: 0, width: 1_920, height: 1_080 };
    const RIGHT: Screen = Screen { x: 1_920, y: 0, width: 2_560, height: 1_440 };

    fn at(x: i32, y: i32, width: u32, height: u32) -> Placement {
        Placement { x, y, width, height, is_maximized: false }
    }

    #[test]
    fn a_window_comes_up_where_it_can_be_seen() {
        let check = |placed: Placement, screens: &[Screen], wanted: Placement| {
            assert_eq!(placed.clamped(screens), Some(wanted));
        };
        check(at(100, 100, 1_100, 720), &[LEFT], at(100, 100, 1_100, 720));
        check(at(2_000, 50, 1_100, 720), &[LEFT, RIGHT], at(2_000, 50, 1_100, 720));
        // The screen it was on is gone.
        check(at(2_400, 50, 1_100, 720), &[LEFT], at(0, 0, 1_100, 720));
        // Half out of the screen.
        check(at(1_500, 900, 1_100, 720), &[LEFT], at(820, 360, 1_100, 720));
        check(at(-300, -20, 1_100, 720), &[LEFT], at(0, 0, 1_100, 720));
        // Larger than the screen.
        check(at(0, 0, 5_000, 3_000), &[LEFT], at(0, 0, 1_920, 1_080));
        assert_eq!(at(0, 0, 1, 1).clamped(&[]), None);
    }

    #[test]
    fn what_was_remembered_is_read_and_what_is_broken_is_forgotten() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("state")).unwrap();
        let store = Store::of(home.path());
        assert_eq!(store.read(), Remembered::default());
        let seen = Remembered { placement: Some(at(1, 2, 400, 500)), was_told_of_closing: true };
        store.write(&seen).unwrap();
        assert_eq!(store.read(), seen);
        for text in ["", "{", "[]", r#"{"placement":{"x":1e99}}"#, r#"{"placement":7}"#] {
            std::fs::write(home.path().join(FILE), text).unwrap();
            assert_eq!(store.read(), Remembered::default(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_can_always_be_seized(x: i32, y: i32, width: u32, height: u32) {
            let placed = at(x, y, width, height).clamped(&[LEFT, RIGHT]).unwrap();
            prop_assert!([LEFT, RIGHT].iter().any(|screen| placed.shared(screen).is_some()));
        }
    }
}
