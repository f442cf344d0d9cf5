//! Adapters that do every kind of damage they can, one after the other, beside one that works.
//! After each the neighbour has delivered, the control plane has answered, and the supervisor has
//! said what happened. The table that comes of it is kept in `docs/adapter-damage.md`; run with
//! `NEXUS_BLESS=1`, the test writes it anew.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, ClientOptions, Token, call};
use nexus_daemon::Daemon;
use nexus_domain::Timestamp;
use nexus_domain::contact::{Confidence, Entity, MappingKind};
use nexus_ledger::Mapping;
use nexus_protocol::adapters::{
    AdapterState, AdapterView, AddParams, ListParams, LogsParams, OrderParams,
};
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::health::HealthParams;
use nexus_sandbox::SandboxOptions;
use nexus_tests::{Act, FakeModel, TestHome, inside};
use serde_json::{Value, json};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const TROUBLE: &str = env!("CARGO_BIN_EXE_trouble");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adapter-damage.md");

/// Most looks at something that is about to change, and the pause between two, in milliseconds.
const LOOKS_MAX: usize = 2_400;
const LOOK_MS: u64 = 25;
/// Messages that the neighbour brings and takes during each kind of damage.
const MESSAGES: usize = 5;
/// Calls of the control plane that are timed meanwhile.
const CALLS: usize = 40;

/// One kind of damage.
struct Damage {
    mode: &'static str,
    what: &'static str,
    /// Whether the supervisor has said what is to be said.
    is_said: fn(&AdapterView, &str) -> bool,
}

const DAMAGES: &[Damage] = &[
    Damage {
        mode: "kill",
        what: "kills itself with SIGKILL",
        is_said: |view, _| view.reason.contains("signal 9"),
    },
    Damage {
        mode: "busy",
        what: "keeps every processor busy",
        is_said: |view, _| view.state == AdapterState::Running,
    },
    Damage {
        mode: "greed",
        what: "asks for 2 GiB of memory",
        is_said: |view, log| {
            view.reason.contains("memory runs out") && log.contains("memory allocation of")
        },
    },
    Damage {
        mode: "flood",
        what: "hands in events as fast as it can",
        is_said: |view, _| view.reason.contains("slowed down"),
    },
    Damage {
        mode: "garbage",
        what: "writes garbage to its stdout",
        is_said: |view, _| view.reason.contains("not JSON-RPC"),
    },
    Damage {
        mode: "bomb",
        what: "starts processes without end",
        is_said: |view, log| view.state == AdapterState::Running && log.contains("started, then"),
    },
    Damage {
        mode: "steal",
        what: "reads its neighbour's secret, the configuration, the token of the control plane",
        is_said: |_, log| log.matches("refused (").count() == 4,
    },
    Damage {
        mode: "escape",
        what: "writes outside its folder, and calls the control plane",
        is_said: |_, log| log.matches("refused (").count() == 3,
    },
    Damage {
        mode: "claim",
        what: "speaks for an account of somebody else",
        is_said: |_, log| log.contains("integrity violation"),
    },
];

/// Those that are noticed by what they do not do; asked right away, instead of after 30 s.
const SILENT: &[Damage] = &[
    Damage {
        mode: "hang",
        what: "hangs",
        is_said: |view, _| view.reason.contains("no sign of life"),
    },
    Damage {
        mode: "close",
        what: "closes its stdin",
        is_said: |view, _| view.reason.contains("no sign of life"),
    },
];

struct World {
    home: TestHome,
    daemon: Daemon,
    client: Client,
    /// Not in `/tmp`, of which each adapter has one of its own.
    outside: tempfile::TempDir,
    n_messages: usize,
    n_keys: usize,
}

impl World {
    async fn open(model: &FakeModel) -> Result<Self> {
        let home = TestHome::with_model(model)?;
        let mut options = inside::options(&home);
        options.sandbox = SandboxOptions { helper: Some(NEXUSD.into()), without: Vec::new() };
        let daemon = Daemon::assemble(options).await?;
        let map = |tx: &mut nexus_ledger::Tx<'_>| {
            let name = "somebody".to_owned();
            let entity = Entity { id: name.clone(), name: name.clone(), is_owner: true };
            let (channel, kind) = ("trouble".to_owned(), MappingKind::Confirmed);
            let confidence = Confidence::SURE;
            let mapping = Mapping { channel, sender_id: name, entity, kind, confidence };
            tx.identity().map(&mapping, Timestamp(1))
        };
        daemon.context().ledger.write(map).await?;
        let address = daemon.address().to_string();
        let token = Some(Token::read(home.path())?);
        let facts = ClientFacts { name: "damage".to_owned(), ..ClientFacts::default() };
        let client = Client::connect(ClientOptions::new(address, token, facts)).await?;
        let outside = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self { home, daemon, client, outside, n_messages: 0, n_keys: 0 })
    }

    fn key(&mut self) -> String {
        self.n_keys += 1;
        format!("key-{}", self.n_keys)
    }

    fn at(&self, path: &str) -> std::path::PathBuf {
        self.home.path().join(path)
    }

    async fn add(&mut self, mode: &str) -> Result<AdapterView> {
        let path = |path: &str| self.at(path).display().to_string();
        let settings = json!({
            "mode": mode,
            "secret": path("state/adapters/well/secret"),
            "neighbour": path("state/adapters/well/inbox"),
            "config": path("nexus.toml"),
            "token": path("state/control.token"),
            "outside": self.outside.path().join("file").display().to_string(),
            "address": self.daemon.address().to_string(),
        });
        let params = AddParams {
            name: mode.to_owned(),
            command: vec![TROUBLE.to_owned()],
            account: Some(mode.to_owned()),
            settings: settings.as_object().cloned().unwrap_or_default(),
            idempotency_key: self.key(),
            ..AddParams::default()
        };
        Ok(self.client.request::<call::AdaptersAdd>(params).await?.adapter)
    }

    async fn remove(&mut self, mode: &str) -> Result<()> {
        let params = OrderParams { name: mode.to_owned(), idempotency_key: self.key() };
        self.client.request::<call::AdaptersRemove>(params).await?;
        Ok(())
    }

    async fn view(&self, name: &str) -> Result<AdapterView> {
        let all = self.client.request::<call::AdaptersList>(ListParams {}).await?;
        all.adapters.into_iter().find(|view| view.name == name).context("it is not there")
    }

    /// What was written about an adapter, its own words included.
    async fn log(&self, name: &str) -> Result<String> {
        let params = LogsParams { name: name.to_owned(), lines: Some(1_000) };
        Ok(self.client.request::<call::AdaptersLogs>(params).await?.lines.join("\n"))
    }

    /// The neighbour brings messages and takes the replies.
    async fn exchange(&mut self) -> Result<()> {
        let inbox = self.at("state/adapters/well/inbox");
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(inbox)?;
        for _ in 0..MESSAGES {
            self.n_messages += 1;
            writeln!(file, "message {}", self.n_messages)?;
        }
        let outbox = self.at("state/adapters/well/outbox");
        for _ in 0..LOOKS_MAX {
            let text = std::fs::read_to_string(&outbox).unwrap_or_default();
            if text.lines().count() == self.n_messages {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(LOOK_MS)).await;
        }
        let text = std::fs::read_to_string(&outbox).unwrap_or_default();
        anyhow::bail!("{} of {} replies came", text.lines().count(), self.n_messages)
    }

    /// The slowest but one of a number of calls, in microseconds.
    async fn slow_call_us(&self) -> Result<u64> {
        let clock = &self.daemon.context().clock;
        let mut took_us = Vec::new();
        for _ in 0..CALLS {
            let begun_us = clock.monotonic_us();
            self.client.request::<call::Health>(HealthParams {}).await?;
            took_us.push(clock.monotonic_us() - begun_us);
        }
        took_us.sort_unstable();
        Ok(took_us[CALLS - 2])
    }

    async fn until_said(&self, damage: &Damage) -> Result<AdapterView> {
        for _ in 0..LOOKS_MAX {
            let (view, log) = (self.view(damage.mode).await?, self.log(damage.mode).await?);
            if (damage.is_said)(&view, &log) {
                return Ok(view);
            }
            tokio::time::sleep(std::time::Duration::from_millis(LOOK_MS)).await;
        }
        let (view, log) = (self.view(damage.mode).await?, self.log(damage.mode).await?);
        anyhow::bail!("{}: {view:?}\n{log}", damage.mode)
    }
}

/// Processes of the bomb that are still there.
fn n_sleepers() -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.map(|entry| std::fs::read(entry.path().join("cmdline")));
    lines.flatten().filter(|line| line.windows(5).any(|part| part == b"86399")).count()
}

fn row(damage: &Damage, view: &AdapterView, log: &str) -> String {
    // What it said itself counts where it ended of it, or was held back.
    let refused = log.matches("refused (").count();
    let state = match view.state {
        // It may have been started again by now.
        AdapterState::Starting | AdapterState::Running if damage.mode == "kill" => "backing_off",
        state => state.name(),
    };
    let said = match (damage.mode, view.reason.as_str()) {
        ("steal" | "escape", _) => format!("all {refused} tries refused by the system"),
        ("claim", _) => "integrity violation, on record".to_owned(),
        ("bomb", _) => "held to its number of processes".to_owned(),
        ("busy", "") => "others go before it".to_owned(),
        (_, reason) => reason.to_owned(),
    };
    format!("| {} | `{state}` | {said} | yes | yes |", damage.what)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_adapter_does_its_neighbour_delivers() -> Result<()> {
    let model = FakeModel::openai(|seen| Act::Say(format!("heard {}", seen.last_text()))).await?;
    let mut world = World::open(&model).await?;
    ensure!(world.add("well").await?.state == AdapterState::Running);
    std::fs::write(world.at("state/adapters/well/secret"), "the neighbour's secret")?;
    world.exchange().await?;
    println!("slowest call but one of {CALLS}: {} us alone", world.slow_call_us().await?);
    for damage in SILENT {
        world.add(damage.mode).await?;
    }
    // As after a change of the network: each is asked at once.
    world.daemon.context().adapters.look();
    let mut rows = Vec::new();
    for damage in DAMAGES {
        world.add(damage.mode).await?;
        world.exchange().await.with_context(|| format!("while one {}", damage.what))?;
        let slow_us = world.slow_call_us().await?;
        let view = world.until_said(damage).await?;
        world.exchange().await.with_context(|| format!("after one {}", damage.what))?;
        let log = world.log(damage.mode).await?;
        ensure!(!log.contains("DONE"), "{}: {log}", damage.mode);
        rows.push(row(damage, &view, &log));
        world.remove(damage.mode).await?;
        println!("{}: {slow_us} us; {}", damage.what, view.reason);
    }
    for damage in SILENT {
        let view = world.until_said(damage).await?;
        rows.push(row(damage, &view, ""));
    }
    world.exchange().await?;
    ensure!(world.view("well").await?.state == AdapterState::Running);
    ensure!(!world.outside.path().join("file").exists(), "it wrote outside");
    ensure!(n_sleepers() == 0, "processes of the bomb are left");
    let replies = std::fs::read_to_string(world.at("state/adapters/well/outbox"))?;
    let mut expected: Vec<_> =
        (1..=world.n_messages).map(|n| format!("heard message {n}")).collect();
    let mut heard: Vec<_> = replies.lines().map(str::to_owned).collect();
    expected.sort();
    heard.sort();
    ensure!(heard == expected, "each is answered once: {heard:?}");
    world.daemon.drain("the scenario is over").await;
    keep(&rows)
}

/// Compares with the table in docs, or writes it.
#[expect(clippy::disallowed_methods, reason = "the switch of tests that keep files")]
fn keep(rows: &[String]) -> Result<()> {
    let mut text = String::from(
        "<!-- generated by tests/tests/damage.rs; NEXUS_BLESS=1 writes it anew -->\n\
         # Damage that an adapter does\n\n\
         What an adapter did on Linux, confined as every adapter is, and what the supervisor said. \
         Beside it\nanother adapter brought messages and took the replies, and the control plane \
         was called, each\nbefore, during and after. Nothing of it reached a file, a process or a \
         message that is not its own.\n\n\
         | an adapter that… | is then | because | its neighbour delivers | the control plane \
         answers |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        writeln!(text, "{row}")?;
    }
    if std::env::var_os("NEXUS_BLESS").is_some() {
        std::fs::write(TABLE, text)?;
        return Ok(());
    }
    let committed = std::fs::read_to_string(TABLE).unwrap_or_default();
    let value = Value::from(text.clone());
    ensure!(text == committed, "NEXUS_BLESS=1 writes docs/adapter-damage.md anew: {value}");
    Ok(())
}
