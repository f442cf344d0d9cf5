//! What scenarios are made of: a home, a daemon in a process of its own, and a model provider that
//! says what the scenario wants said.

pub mod dice;
pub mod echo;
pub mod environment;
pub mod fitting;
pub mod home;
pub mod inside;
#[cfg(target_os = "linux")]
pub mod logind;
pub mod model;
pub mod obey;
pub mod page;
pub mod platform;
pub mod process;
pub mod records;
pub mod rpc;
pub mod talk;
pub mod wire;

pub use dice::Dice;
pub use home::TestHome;
pub use inside::HandClock;
#[cfg(target_os = "linux")]
pub use logind::Logind;
pub use model::{Act, FakeModel, Seen};
pub use page::HeldPage;
pub use platform::Platform;
pub use process::DaemonProcess;
pub use rpc::Rpc;
pub use talk::Talk;
