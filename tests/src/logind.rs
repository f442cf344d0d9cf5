//! A system bus of its own with a logind that does what a scenario wants: `python3-dbusmock`, which
//! knows logind's interface better than we do.

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use zbus::zvariant::{OwnedValue, Value};

/// Where logind is on the bus.
const NAME: &str = "org.freedesktop.login1";
/// Its object.
const PATH: &str = "/org/freedesktop/login1";
/// Its interface.
const MANAGER: &str = "org.freedesktop.login1.Manager";
/// Debian's interpreter, which finds Debian's modules.
const PYTHON: &str = "/usr/bin/python3";
/// Pause between two looks, and most of them.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS_MAX: u32 = 6_000;

/// Configuration of a bus on which everybody may do everything.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=PLACE/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"#;

/// The bus and the logind on it; gone with the value.
pub struct Logind {
    bus: Child,
    mock: Child,
    connection: zbus::Connection,
    address: String,
    _folder: TempDir,
}

impl Logind {
    /// Starts both.
    ///
    /// # Errors
    /// When one of them does not start.
    #[expect(clippy::disallowed_methods, reason = "this is where scenarios start programs")]
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, BUS.replace("PLACE", &folder.path().to_string_lossy()))?;
        let mut bus = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .context("dbus-daemon does not start")?;
        let mut address = String::new();
        let said = bus.stdout.take().context("no output")?;
        std::io::BufReader::new(said).read_line(&mut address)?;
        let address = address.trim().to_owned();
        let mock = Command::new(PYTHON)
            .args(["-m", "dbusmock", "--system", "--template", "logind"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let connection = zbus::connection::Builder::address(address.as_str())?.build().await?;
        let mock = mock.context("python3 does not start")?;
        let logind = Self { bus, mock, connection, address, _folder: folder };
        for _ in 0..LOOKS_MAX {
            if logind.inhibitors().await.is_ok() {
                return Ok(logind);
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("there is no mock of logind: install python3-dbusmock")
    }

    /// The variable by which a daemon finds this bus.
    #[must_use]
    pub fn variable(&self) -> (&'static str, &str) {
        ("DBUS_SYSTEM_BUS_ADDRESS", &self.address)
    }

    /// Who delays what, as (what, who, mode).
    ///
    /// # Errors
    /// When logind does not answer.
    pub async fn inhibitors(&self) -> Result<Vec<(String, String, String)>> {
        let answer = self.call(MANAGER, "ListInhibitors", &()).await?;
        let list: Vec<(String, String, String, String, u32, u32)> = answer.body().deserialize()?;
        Ok(list.into_iter().map(|(what, who, _, mode, ..)| (what, who, mode)).collect())
    }

    /// Waits until so many delay the sleep.
    ///
    /// # Errors
    /// When it stays otherwise.
    pub async fn until_delayed_by(&self, n: usize) -> Result<()> {
        let mut found = Vec::new();
        for _ in 0..LOOKS_MAX {
            found = self.inhibitors().await?;
            if found.len() == n {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the sleep is delayed by {found:?}")
    }

    /// Says that the machine is going to sleep (`true`) or that it has woken up.
    ///
    /// # Errors
    /// When the mock does not answer.
    pub async fn prepare_for_sleep(&self, is_start: bool) -> Result<()> {
        let values = vec![OwnedValue::try_from(Value::from(is_start))?];
        let signal = (MANAGER, "PrepareForSleep", "b", values);
        self.call("org.freedesktop.DBus.Mock", "EmitSignal", &signal).await?;
        Ok(())
    }

    async fn call<B>(&self, interface: &str, method: &str, body: &B) -> Result<zbus::Message>
    where
        B: zbus::export::serde::ser::Serialize + zbus::zvariant::DynamicType,
    {
        let called =
            self.connection.call_method(Some(NAME), PATH, Some(interface), method, body).await;
        Ok(called?)
    }
}

impl Drop for Logind {
    fn drop(&mut self) {
        for child in [&mut self.mock, &mut self.bus] {
            // One that has ended by itself needs nothing.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
