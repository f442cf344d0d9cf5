//! The sessions, and what is tried inside each.

use std::path::Path;
use std::process::{Command, Output};

use nexus_domain::Timestamp;
use nexus_secrets::{
    CredentialName, ExposeSecret, Pointer, Reach, SecretError, SecretString, Secrets, StoreKind,
    Unlocked,
};

/// Makes an unlocked login collection, then runs the arguments.
const UNLOCKED: &str = r#"
    eval "$(printf 'test-pw\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize)"
    "$@""#;
/// Has a keyring that nobody unlocks, and nobody who could be asked.
const LOCKED: &str = r#"
    eval "$(gnome-keyring-daemon --start --components=secrets)"
    "$@""#;
const BUS_WITHOUT_SERVICES: &str = r#"
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;
/// As above, with a keyring that others on the bus may not speak to.
const REFUSING: &str = r#"
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <deny send_destination="org.freedesktop.secrets"/>
  </policy>
</busconfig>"#;
/// Runs the arguments as they are.
const PLAIN: &str = r#""$@""#;
/// Most looks at a keyring that is being unlocked. It bounds a hang.
const LOOKS_MAX: u32 = 200;
/// First argument of this program inside a session.
const INSIDE: &str = "--inside";

const TESTS: &[(&str, fn())] = &[
    ("a_credential_lives_in_a_real_secret_service", unlocked),
    ("a_locked_keychain_is_waited_for_and_not_replaced", locked),
    ("a_session_without_a_keychain_gets_a_vault", bare),
    ("a_keychain_that_refuses_is_told_from_one_that_is_not_there", denied),
];

pub(crate) fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|one| one == word);
    if has(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(inside(&words[1], Path::new(&words[2])));
    }
    // What test runners ask when they want to know which tests there are; none is ignored.
    if has("--list") {
        let listed = TESTS.iter().filter(|_| !has("--ignored"));
        listed.for_each(|(name, _)| println!("{name}: test"));
        return;
    }
    let filters: Vec<_> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let is_wanted = |name: &str| {
        filters.is_empty()
            || filters.iter().any(|filter| match has("--exact") {
                true => name == *filter,
                false => name.contains(filter.as_str()),
            })
    };
    for (name, test) in TESTS.iter().filter(|(name, _)| is_wanted(name)) {
        test();
        println!("test {name} ... ok");
    }
}

fn unlocked() {
    check("unlocked", &in_session(&[], UNLOCKED, "unlocked"));
}

fn locked() {
    check("locked", &in_session(&[], LOCKED, "locked"));
}

fn bare() {
    // Without service files, the bus cannot start a keyring of its own accord.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bus.conf");
    std::fs::write(&config, BUS_WITHOUT_SERVICES).unwrap();
    let bus = ["--config-file", config.to_str().unwrap()];
    check("bare", &in_session(&bus, PLAIN, "bare"));
}

fn denied() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bus.conf");
    std::fs::write(&config, REFUSING).unwrap();
    let bus = ["--config-file", config.to_str().unwrap()];
    check("denied", &in_session(&bus, UNLOCKED, "denied"));
}

/// Runs this program in a session of its own. The session fails, and is not skipped, where
/// `dbus-run-session` or `gnome-keyring-daemon` is not installed.
#[expect(clippy::disallowed_methods, reason = "the test starts the session it needs")]
fn in_session(bus: &[&str], prelude: &str, what: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("run");
    let data = home.path().join(".local/share");
    let state = home.path().join("state");
    for folder in [&runtime, &data, &state] {
        std::fs::create_dir_all(folder).unwrap();
    }
    std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .unwrap();
    Command::new("dbus-run-session")
        .args(bus)
        .args(["--", "bash", "-c", prelude, "_"])
        .arg(std::env::current_exe().unwrap())
        .args([INSIDE, what])
        .arg(&state)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", &data)
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL")
        .output()
        .expect("dbus-run-session is needed for this test; install dbus and gnome-keyring")
}

#[track_caller]
fn check(what: &str, output: &Output) {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let is_done = output.status.success() && stdout.contains(&format!("done: {what}"));
    assert!(is_done, "{}\n{stdout}\n{stderr}", output.status);
}

async fn inside(what: &str, state: &Path) {
    match what {
        "unlocked" => inside_unlocked(state).await,
        "locked" => inside_locked(state).await,
        "denied" => inside_denied(state).await,
        _ => inside_bare(state).await,
    }
    println!("done: {what}");
}

fn name(text: &str) -> CredentialName {
    text.parse().unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

async fn inside_unlocked(state: &Path) {
    let at = Timestamp(1);
    let key = name("provider/openai");
    let secrets = Secrets::open(state);
    let reports = secrets.stores().await;
    let keychain = reports.iter().find(|report| report.kind == StoreKind::Keychain).unwrap();
    assert!(keychain.trouble.is_none(), "{:?}", keychain.trouble);
    let pointer = secrets.add(&key, &secret("sk-real"), at, false).await.unwrap();
    assert_eq!(pointer, Pointer::Keychain("provider/openai".to_owned()));
    assert_eq!(secrets.chosen_store().unwrap(), Some(StoreKind::Keychain));
    let again = secrets.add(&key, &secret("sk-other"), at, false).await.unwrap_err();
    assert!(matches!(again, SecretError::Exists(_)), "{again}");

    secrets.look_at_keychain().await.unwrap();
    let found = files_with(state.parent().unwrap(), b"sk-real");
    assert!(found.is_empty(), "the value is on disk: {found:?}");

    // A vault that is made later does not take over.
    let later = Secrets::open(state);
    later.unlock(&secret("correct horse battery")).await.unwrap();
    assert_eq!(later.chosen_store().unwrap(), Some(StoreKind::Keychain));
    let found = later.find_provider_key("openai", Reach::AtHand).await.unwrap();
    assert_eq!(found.secret.expose_secret(), "sk-real");
    later.add(&key, &secret("sk-new"), at, true).await.unwrap();
    let read = secrets.get(&Pointer::Credential(key.clone())).await.unwrap();
    assert_eq!(read.expose_secret(), "sk-new");

    // What another home put there is found without a record, and stays when nobody names it.
    let (other, stranger) = (state.with_file_name("other"), name("stranger"));
    std::fs::create_dir(&other).unwrap();
    Secrets::open(&other).add(&stranger, &secret("theirs"), at, false).await.unwrap();
    assert_eq!(
        secrets.find(&stranger, Reach::AtHand).await.unwrap().secret.expose_secret(),
        "theirs"
    );
    assert!(secrets.remove(&stranger).await.is_err());
    assert!(secrets.find(&stranger, Reach::AtHand).await.is_ok());

    // What lay in the vault and in a file moves, and is found nowhere on disk after it.
    let (old, seed) = (name("telegram/old"), nexus_secrets::SeedPlace::File);
    let vaulted = later.migrate(&key, StoreKind::Vault).await.unwrap();
    assert_eq!(vaulted.to, Pointer::Vault(key.clone()));
    std::fs::write(state.join("old.key"), "bot-in-a-file").unwrap();
    std::fs::set_permissions(
        state.join("old.key"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    later.point(&old, Pointer::File("old.key".into()), at, false).await.unwrap();
    let made = later.audit_seed("audit/test", seed, true).await.unwrap();
    assert_eq!(later.movable(StoreKind::Keychain).unwrap().len(), 2);
    for name in [&key, &old] {
        later.migrate(name, StoreKind::Keychain).await.unwrap();
    }
    later.migrate_seed("audit/test").await.unwrap();
    let fresh = Secrets::open(state);
    for (name, value) in [(&key, "sk-new"), (&old, "bot-in-a-file")] {
        let read = fresh.get(&Pointer::Credential(name.clone())).await.unwrap();
        assert_eq!(read.expose_secret(), value);
        let found = files_with(state.parent().unwrap(), value.as_bytes());
        assert!(found.is_empty(), "{value} is on disk: {found:?}");
    }
    let found = files_with(state.parent().unwrap(), made.expose_secret().as_bytes());
    assert!(found.is_empty(), "the seed is on disk: {found:?}");

    secrets.remove(&key).await.unwrap();
    let gone = secrets.get(&pointer).await.unwrap_err();
    assert!(matches!(gone, SecretError::NotFound(_)), "{gone:?}");
}

async fn inside_locked(state: &Path) {
    let secrets = Secrets::open(state);
    let error = secrets.add(&name("a"), &secret("value"), Timestamp(1), false).await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainLocked { .. }), "{error:?}");
    assert_eq!(secrets.chosen_store().unwrap(), None);
    let reports = secrets.stores().await;
    let keychain = reports.iter().find(|report| report.kind == StoreKind::Keychain).unwrap();
    assert!(matches!(keychain.trouble, Some(SecretError::KeychainLocked { .. })), "{reports:?}");
    assert!(!state.join("vault.age").exists());
    // It says that there is no such item, and is not believed.
    let error = secrets.get(&Pointer::Keychain("a".into())).await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainLocked { .. }), "{error:?}");
    let error = secrets.settle_on_keychain().await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainLocked { .. }), "{error:?}");

    // Unlocked, it is of use at once, to the same process.
    unlock();
    let mut n_looks = 0;
    while secrets.look_at_keychain().await.is_err() {
        n_looks += 1;
        assert!(n_looks < LOOKS_MAX, "it is still locked");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(secrets.settle_on_keychain().await.unwrap());
    let pointer = secrets.add(&name("a"), &secret("value-a"), Timestamp(1), false).await.unwrap();
    assert_eq!(secrets.get(&pointer).await.unwrap().expose_secret(), "value-a");
}

/// Has an unlocked keyring take the place of the locked one, as a login does.
#[expect(clippy::disallowed_methods, reason = "a person unlocks it by a program, too")]
fn unlock() {
    use std::io::Write as _;
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--replace", "--unlock", "--components=secrets", "--daemonize"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    daemon.stdin.take().unwrap().write_all(b"test-pw\n").unwrap();
    assert!(daemon.wait().unwrap().success());
}

async fn inside_denied(state: &Path) {
    let secrets = Secrets::open(state);
    let mut error = secrets.look_at_keychain().await.unwrap_err();
    // The keyring comes to the bus a moment after it has said that it runs.
    for _ in 0..LOOKS_MAX {
        if !matches!(error, SecretError::KeychainMissing { .. }) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        error = secrets.look_at_keychain().await.unwrap_err();
    }
    assert!(matches!(error, SecretError::KeychainDenied { .. }), "{error:?}");
    let error = secrets.get(&Pointer::Keychain("x".into())).await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainDenied { .. }), "{error:?}");
    // The way out is the same as without a keychain, and is taken by a person.
    let (at, key) = (Timestamp(1), name("provider/x"));
    let error = secrets.add(&key, &secret("value"), at, false).await.unwrap_err();
    assert!(matches!(&error, SecretError::NoStore { .. }), "{error:?}");
    secrets.unlock(&secret("correct horse battery")).await.unwrap();
    let pointer = secrets.add(&key, &secret("value"), at, false).await.unwrap();
    assert_eq!(pointer, Pointer::Vault(key));
}

/// The files below a folder that hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if kind.is_file() {
            let content = std::fs::read(&path).unwrap();
            if content.windows(bytes.len()).any(|window| window == bytes) {
                found.push(path);
            }
        }
    }
    found
}

async fn inside_bare(state: &Path) {
    let (at, key) = (Timestamp(1), name("provider/x"));
    let secrets = Secrets::open(state);
    let error = secrets.get(&Pointer::Keychain("x".into())).await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainMissing { .. }), "{error:?}");
    assert!(secrets.find_provider_key("x", Reach::Programs).await.is_none());
    let error = secrets.add(&key, &secret("value"), at, false).await.unwrap_err();
    assert!(matches!(&error, SecretError::NoStore { tried } if tried.len() == 2), "{error:?}");
    let passphrase = secret("correct horse battery");
    assert_eq!(secrets.unlock(&passphrase).await.unwrap(), Unlocked::Made);
    let pointer = secrets.add(&key, &secret("value"), at, false).await.unwrap();
    assert_eq!(pointer, Pointer::Vault(key.clone()));
    assert_eq!(Secrets::open(state).chosen_store().unwrap(), Some(StoreKind::Vault));
    let found = secrets.find_provider_key("x", Reach::AtHand).await.unwrap();
    assert_eq!(found.secret.expose_secret(), "value");
}
