//! Distinct secrets are planted through every way in that there is. Turns run, calls fail with the
//! key quoted back, the daemon is killed and dies of itself, a backup is made, all at debug level;
//! then everything it left behind is searched, and everything its children could see.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use nexus_client::{Client, call, idempotency_key};
use nexus_domain::message::Role;
use nexus_protocol::credential::{
    AddParams, ClearSource, GetParams, ImportParams, ListParams, ScanParams, SecretText,
    UnlockParams, VerifyParams,
};
use nexus_protocol::model::TestParams;
use nexus_tests::process::run_command;
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen, Talk, TestHome};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");

const BY_ENV: &str = "canary-env-4f1c2b7d90";
const BY_FILE: &str = "canary-file-91b0ae35c2";
const BY_EXEC: &str = "canary-exec-7c2d18ef64";
const BY_SYSTEMD: &str = "canary-systemd-0a9be8d371";
const BY_ADD: &str = "canary-add-\"quoted\\slash\"-5e6f";
const BY_IMPORT: &str = "canary-import-c81d4e20b7";
const OF_ADAPTER: &str = "canary-adapter-e7f4c6a158";
const OF_SETTING: &str = "canary-setting-2f9d8b3a61";
const PASSPHRASE: &str = "canary-passphrase-d3a7-5b90";
const PLANTED: &[&str] =
    &[BY_ENV, BY_FILE, BY_EXEC, BY_SYSTEMD, BY_ADD, BY_IMPORT, OF_ADAPTER, OF_SETTING, PASSPHRASE];
/// Providers by their keys.
const PROVIDERS: &[(&str, &str)] = &[
    ("byenv", BY_ENV),
    ("byfile", BY_FILE),
    ("byexec", BY_EXEC),
    ("bysystemd", BY_SYSTEMD),
    ("byadd", BY_ADD),
];
/// Looks at something that another process changes, 10 ms apart, before the test gives up.
const LOOKS_MAX: u32 = 3_000;

/// A program that says hello as an adapter does, keeps what it was told outside the home, and
/// stays.
const ADAPTER: &str = r#"#!/bin/sh
while read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case "$line" in
    *'"hello"'*)
      printf '%s' "$line" > OUTSIDE/hello
      printf '{"jsonrpc":"2.0","id":%s,"result":{"protocol":1,"name":"spy","version":"1","channel":"spy","supports":["monitor"]}}\n' "$id" ;;
    *) printf '{"jsonrpc":"2.0","id":%s,"result":{}}\n' "$id" ;;
  esac
done
"#;
/// A program that hands out a credential and keeps what it can see of itself outside the home.
const HANDS_OUT: &str = r#"#!/bin/sh
cat /proc/$$/environ /proc/$$/cmdline > OUTSIDE/exec-sees
printf '%s\n' SECRET
"#;

struct Scene {
    home: TestHome,
    outside: tempfile::TempDir,
}

impl Scene {
    fn new(model: &FakeModel) -> Result<Self> {
        let outside = tempfile::tempdir()?;
        let out = outside.path();
        let place = out.display().to_string();
        write(&out.join("adapter"), &ADAPTER.replace("OUTSIDE", &place), 0o700)?;
        let hands_out = HANDS_OUT.replace("OUTSIDE", &place).replace("SECRET", BY_EXEC);
        write(&out.join("hands-out"), &hands_out, 0o700)?;
        write(&out.join("key"), BY_FILE, 0o600)?;
        write(&out.join("dotenv"), &format!("CANARY_TOKEN={BY_IMPORT}\n"), 0o600)?;
        std::fs::create_dir(out.join("systemd"))?;
        write(&out.join("systemd/provider.x"), BY_SYSTEMD, 0o400)?;
        let keys = [
            ("byenv", "env:CANARY_KEY".to_owned()),
            ("byfile", format!("file:{place}/key")),
            ("byexec", "exec:spy".to_owned()),
            ("bysystemd", "systemd:provider/x".to_owned()),
            ("byadd", "credential:mine/added".to_owned()),
        ];
        let providers = keys.map(|(name, key)| {
            model.provider(name, 5_000).replace("env:FAKE_KEY", &key).replace("\n[", "\n\n[")
        });
        let config = format!(
            "[logging]\nlevel = \"debug\"\n\n[models]\ndiscover = false\n\n\
             [agents.main]\nmodels = [\"byadd/one\"]\n\n{}\n\
             [credentials.exec.spy]\ncommand = [\"{place}/hands-out\"]\n\n\
             [adapters.spy]\ncommand = [\"{place}/adapter\"]\ncredential = \"credential:spy/main\"\n\
             write = [\"{place}\"]\n\
             settings = {{ token = \"credential:spy/token\" }}\n",
            providers.join("\n")
        );
        Ok(Self { home: TestHome::with_config(&config)?, outside })
    }

    async fn start(&self) -> Result<DaemonProcess> {
        let systemd = self.outside.path().join("systemd").display().to_string();
        let variables = [("CANARY_KEY", BY_ENV), ("CREDENTIALS_DIRECTORY", systemd.as_str())];
        DaemonProcess::start_with(NEXUSD, self.home.path(), &variables).await
    }

    /// What the adapter was told in its hello, once it was.
    async fn hello(&self) -> Result<String> {
        let file = self.outside.path().join("hello");
        for _ in 0..LOOKS_MAX {
            match std::fs::read_to_string(&file) {
                Ok(text) if !text.is_empty() => return Ok(text),
                _ => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
        anyhow::bail!("the adapter was not started")
    }
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(())
}

/// Scolds whoever says so, quoting the key; otherwise says every secret aloud.
fn think(seen: &Seen) -> Act {
    match seen.asked().as_str() {
        "fail" => Act::Scold(401, format!("{} and {}", seen.key, PLANTED.join(" "))),
        "tell" => Act::Say(format!("I know: {}", PLANTED.join(" "))),
        _ => Act::Say("OK".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_secret_is_found_again() -> Result<()> {
    let model = FakeModel::openai(think).await?;
    let scene = Scene::new(&model)?;
    let mut daemon = scene.start().await?;
    let client = daemon.client().await?;
    plant(&client, scene.outside.path()).await?;

    let hello = scene.hello().await?;
    ensure!(hello.contains(OF_ADAPTER) && hello.contains(OF_SETTING), "the adapter got nothing");
    every_key_arrives(&client, &model).await?;
    let token = std::fs::read_to_string(scene.home.path().join("state/control.token"))?;
    children_see_nothing(&daemon, &token)?;
    talk(&daemon, "web:main:first").await?;

    // Killed; locked until somebody gives the passphrase again; and the adapter comes back then.
    daemon.kill()?;
    std::fs::remove_file(scene.outside.path().join("hello"))?;
    let mut daemon = scene.start().await?;
    let client = daemon.client().await?;
    let locked = get(&client, "mine/added").await;
    ensure!(locked.is_err_and(|said| said.contains("locked")), "the vault is open after a kill");
    unlock(&client).await?;
    ensure!(get(&client, "mine/added").await.is_ok_and(|value| value == BY_ADD), "it is lost");
    scene.hello().await?;
    children_see_nothing(&daemon, &token)?;
    talk(&daemon, "web:main:second").await?;
    daemon.kill()?;

    // Dies of itself in the middle of a run.
    let mut daemon =
        DaemonProcess::start_doomed(NEXUSD, scene.home.path(), "ReplyUnrecorded").await?;
    unlock(&daemon.client().await?).await?;
    // The connection may break before the answer comes.
    let _ = Talk::with(&daemon).await?.say("web:main:doomed", "tell").await;
    daemon.died().await?;

    let backup = scene.home.path().join("backup.db");
    let to = backup.display().to_string();
    let (is_made, said) = run_command(NEXUSD, scene.home.path(), &["db", "backup", &to])?;
    ensure!(is_made, "{said}");
    let found = search(scene.home.path(), &token)?;
    ensure!(found.is_empty(), "found again: {found:#?}");
    Ok(())
}

/// Puts the secrets in that come over the control plane.
async fn plant(client: &Client, outside: &Path) -> Result<()> {
    let early = add(client, "mine/added", BY_ADD).await;
    ensure!(early.is_err(), "there is no store yet");
    unlock(client).await?;
    add(client, "mine/added", BY_ADD).await?;
    add(client, "spy/token", OF_SETTING).await?;
    add(client, "spy/main", OF_ADAPTER).await?;
    let misplaced = add(client, BY_ADD, "a value in place of a name").await;
    ensure!(misplaced.is_err(), "a secret is no name");
    let params = ImportParams {
        source: ClearSource::Dotenv,
        path: Some(outside.join("dotenv").display().to_string()),
        keys: Vec::new(),
        name: None,
        replace: false,
        dry_run: false,
        idempotency_key: idempotency_key()?,
    };
    let imported = client.request::<call::CredentialsImport>(params).await?.imported;
    ensure!(imported.len() == 1 && imported[0].place.is_some(), "{imported:?}");
    let listed = client.request::<call::CredentialsList>(ListParams {}).await?;
    let scanned = client.request::<call::CredentialsScan>(ScanParams {}).await?;
    let shown = format!("{} {}", serde_json::to_string(&listed)?, serde_json::to_string(&scanned)?);
    ensure!(listed.credentials.len() == 4, "{listed:?}");
    ensure!(PLANTED.iter().all(|planted| !shown.contains(planted)), "{shown}");
    Ok(())
}

async fn add(client: &Client, name: &str, value: &str) -> Result<()> {
    let params = AddParams {
        name: name.to_owned(),
        value: Some(SecretText::new(value.to_owned())),
        pointer: None,
        replace: false,
        idempotency_key: idempotency_key()?,
    };
    client.request::<call::CredentialsAdd>(params).await?;
    Ok(())
}

async fn unlock(client: &Client) -> Result<()> {
    let wrong = SecretText::new("not the passphrase".to_owned());
    for passphrase in [SecretText::new(PASSPHRASE.to_owned()), wrong] {
        let params = UnlockParams { passphrase, idempotency_key: idempotency_key()? };
        let is_right = params.passphrase.expose() == PASSPHRASE;
        let unlocked = client.request::<call::CredentialsUnlock>(params).await;
        ensure!(unlocked.is_ok() == is_right, "{unlocked:?}");
    }
    Ok(())
}

async fn get(client: &Client, name: &str) -> Result<String, String> {
    let params = GetParams { name: name.to_owned() };
    let result = client.request::<call::CredentialsGet>(params).await;
    result.map(|result| result.value.expose().to_owned()).map_err(|error| error.to_string())
}

/// Each provider is called with its own key: nothing is proved by secrets that were never used.
async fn every_key_arrives(client: &Client, model: &FakeModel) -> Result<()> {
    for (provider, key) in PROVIDERS {
        let params = TestParams {
            model: Some(format!("{provider}/one")),
            idempotency_key: idempotency_key()?,
        };
        let tested = client.request::<call::ModelsTest>(params).await?;
        ensure!(tested.is_ok, "{provider}: {}", tested.message);
        let seen = model.seen();
        ensure!(seen.last().is_some_and(|seen| seen.key == *key), "{provider} has another key");
    }
    for name in ["mine/added", "spy/main"] {
        let params = VerifyParams { name: name.to_owned(), idempotency_key: idempotency_key()? };
        let verified = client.request::<call::CredentialsVerify>(params).await?;
        ensure!(verified.is_ok, "{verified:?}");
    }
    Ok(())
}

async fn talk(daemon: &DaemonProcess, session: &str) -> Result<()> {
    let talk = Talk::with(daemon).await?;
    let told = talk.say(session, "tell").await?;
    talk.ended(told).await?;
    let texts = talk.texts(session, Role::Assistant).await?;
    let last = texts.last().context("there is no reply")?;
    ensure!(last.contains("[credential]") && !last.contains("canary-"), "{last}");
    let failed = talk.say(session, "fail").await?;
    let failed = talk.ended(failed).await?;
    ensure!(!format!("{failed:?}").contains("canary-"), "{failed:?}");
    Ok(())
}

/// Looks into the environment and the arguments of everything the daemon has started.
fn children_see_nothing(daemon: &DaemonProcess, token: &str) -> Result<()> {
    let mut family = BTreeSet::from([daemon.pid()]);
    let mut n_before = 0;
    while family.len() > n_before {
        n_before = family.len();
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
            let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
            let parent = parent.and_then(|text| text.trim().parse::<u32>().ok());
            if parent.is_some_and(|parent| family.contains(&parent)) {
                family.insert(pid);
            }
        }
    }
    ensure!(family.len() > 1, "there is no child to look at");
    for pid in family {
        let proc = PathBuf::from(format!("/proc/{pid}"));
        let mut seen = std::fs::read(proc.join("cmdline")).unwrap_or_default();
        // The daemon's own environment holds what the person put there.
        if pid != daemon.pid() {
            seen.extend(std::fs::read(proc.join("environ")).unwrap_or_default());
        }
        let hits = hits(&seen, token);
        ensure!(hits.is_empty(), "process {pid} can see {hits:?}");
    }
    Ok(())
}

/// Searches every file below a folder.
fn search(folder: &Path, token: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut n_files = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            n_files += 1;
            let is_tokens_home = path.ends_with("state/control.token");
            let bytes = std::fs::read(&path)?;
            let hits = hits(&bytes, if is_tokens_home { "" } else { token });
            found.extend(hits.into_iter().map(|hit| format!("{hit} in {}", path.display())));
        }
    }
    ensure!(n_files > 10, "the home is not where this test looks for it");
    Ok(found)
}

/// The planted secrets in some bytes: as they are, and as JSON writes them.
fn hits(bytes: &[u8], token: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(BY_ADD).to_string();
    let quoted = quoted.trim_matches('"');
    let wanted = PLANTED.iter().copied().chain([quoted, token]).filter(|text| !text.is_empty());
    wanted
        .filter(|text| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_search_finds_what_is_there() -> Result<()> {
    let line = serde_json::json!({ "said": BY_ADD }).to_string();
    ensure!(hits(line.as_bytes(), "").len() == 1, "a value is missed inside JSON");
    ensure!(hits(b"xx token", "token") == ["token"], "the token is missed");
    ensure!(hits(b"nothing", "token").is_empty(), "too much is found");
    Ok(())
}
