//! A real Secret Service: gnome-keyring on a private session bus, with a home of its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

use std::process::{Command, Output};

use nexus_secrets::{ExposeSecret, Pointer, SecretError, Secrets};

/// Makes an unlocked login collection, then runs the arguments.
const UNLOCKED: &str = r#"
    eval "$(printf 'test-pw\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize)"
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
/// Runs the arguments with a bus on which nothing keeps secrets.
const BARE: &str = r#""$@""#;

/// Runs one of the `inside_` tests of this file in a session of its own. The session fails, and is
/// not skipped, where `dbus-run-session` or `gnome-keyring-daemon` is not installed.
#[expect(clippy::disallowed_methods, reason = "the test starts the session it needs")]
fn in_session(bus: &[&str], prelude: &str, test: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("run");
    let data = home.path().join(".local/share");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::create_dir(&runtime).unwrap();
    std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .unwrap();
    Command::new("dbus-run-session")
        .args(bus)
        .args(["--", "bash", "-c", prelude, "_"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
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
fn check(output: &Output) {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stdout.contains("1 passed"),
        "{}\n{stdout}\n{stderr}",
        output.status
    );
}

#[test]
fn a_credential_is_read_from_a_real_secret_service() {
    check(&in_session(&[], UNLOCKED, "inside_an_unlocked_session"));
}

#[test]
fn a_session_without_a_keychain_says_so() {
    // Without service files, the bus cannot start a keyring of its own accord.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bus.conf");
    std::fs::write(&config, BUS_WITHOUT_SERVICES).unwrap();
    let bus = ["--config-file", config.to_str().unwrap()];
    check(&in_session(&bus, BARE, "inside_a_bare_session"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside the session that another test of this file starts"]
async fn inside_an_unlocked_session() {
    tokio::task::spawn_blocking(|| {
        use keyring_core::api::CredentialStoreApi;
        let store = zbus_secret_service_keyring_store::Store::new().unwrap();
        let entry = store.build("nexus", "provider/openai", None).unwrap();
        entry.set_password("sk-real").unwrap();
    })
    .await
    .unwrap();
    let secrets = Secrets::open(std::path::Path::new("/nonexistent"));
    let found = secrets.find_provider_key("openai").await.unwrap();
    assert_eq!(found.secret.expose_secret(), "sk-real");
    let error = secrets.get(&Pointer::Keychain("nobody".into())).await.unwrap_err();
    assert!(matches!(error, SecretError::NotFound(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs inside the session that another test of this file starts"]
async fn inside_a_bare_session() {
    let secrets = Secrets::open(std::path::Path::new("/nonexistent"));
    let error = secrets.get(&Pointer::Keychain("x".into())).await.unwrap_err();
    assert!(matches!(error, SecretError::KeychainMissing { .. }), "{error:?}");
    assert!(secrets.find_provider_key("x").await.is_none());
}
