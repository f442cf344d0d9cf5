//! What scenarios are made of: a home, a daemon in a process of its own, and a model provider that
//! says what the scenario wants said.

pub mod home;
pub mod model;
pub mod process;

pub use home::TestHome;
pub use model::{Act, FakeModel, Seen};
pub use process::DaemonProcess;
