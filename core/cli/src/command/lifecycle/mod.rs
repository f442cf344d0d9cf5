//! The daemon's life as a person sees it: make a home, up, status, link, down.

pub(crate) mod down;
pub(crate) mod init;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod ui;
pub(crate) mod up;
