//! What the tray application decides and asks of the desktop, without its toolkit.
//!
//! The shell in `app/` draws windows and menus; what they say, when somebody is told, where a link
//! leads and where a window comes up is decided here, by functions that need no display to be
//! tested.

pub mod arguments;
pub mod autostart;
pub mod deed;
pub mod facts;
pub mod feed;
pub mod link;
pub mod look;
pub mod menu;
pub mod notice;
pub mod notices;
pub mod notify;
pub mod opener;
pub mod placement;
pub mod single;
pub mod successor;
pub mod updates;
pub mod words;

pub use facts::{Facts, Reach};
pub use look::Look;
