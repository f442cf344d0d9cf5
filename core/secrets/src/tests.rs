use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{CredentialStore, Error, mock};
use nexus_domain::Failure;

use super::*;
use crate::keychain::CALLS_MAX;

fn text(secret: &SecretString) -> &str {
    secret.expose_secret()
}

#[test]
fn a_pointer_reads_back_and_never_repeats_what_it_is_not() {
    for good in [
        "env:OPENAI_API_KEY",
        "keychain:provider/openai",
        "file:/run/key:1",
        "credential:a/b.c-d_e",
        "vault:x",
        "systemd:nexus.key",
        "op://vault/item/field",
        "exec:pass",
        "exec:pass:a/b",
    ] {
        assert_eq!(good.parse::<Pointer>().unwrap().to_string(), good);
    }
    for bad in [
        "",
        "sk-secret",
        "env:",
        "file: ",
        "op:secret",
        "op://",
        "sk:secret",
        "credential:SECRET",
        "credential:../secret",
        "vault:.secret",
        "systemd:a//secret",
    ] {
        let failure = bad.parse::<Pointer>().unwrap_err();
        assert!(!format!("{failure:?} {:?}", failure.hint).contains("secret"), "{failure:?}");
    }
}

#[tokio::test]
async fn the_environment_is_the_one_passed_in() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::open(dir.path()).with_environment(|name| match name {
        "KEY" => Some("s3cr3t".to_owned()),
        "BLANK" => Some(String::new()),
        _ => None,
    });
    let secret = secrets.get(&Pointer::Env("KEY".into())).await.unwrap();
    assert_eq!(text(&secret), "s3cr3t");
    assert!(!format!("{secret:?} {secrets:?}").contains("s3cr3t"));
    let missing = secrets.get(&Pointer::Env("PATH".into())).await.unwrap_err();
    assert!(matches!(missing, SecretError::NotFound(_)), "{missing}");
    let blank = secrets.get(&Pointer::Env("BLANK".into())).await.unwrap_err();
    assert!(matches!(blank, SecretError::Empty(_)), "{blank}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    fs::write(&path, "s3cr3t\n").unwrap();
    let secrets = Secrets::open(dir.path());
    for mode in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = secrets.get(&Pointer::File("key".into())).await.unwrap_err();
        assert!(matches!(error, SecretError::Exposed { .. }), "{mode:o}: {error}");
        let failure = Failure::from(error);
        let hint = failure.hint.unwrap();
        assert!(hint.contains(&format!("chmod 600 {}", path.display())), "{hint}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    let relative = secrets.get(&Pointer::File("key".into())).await.unwrap();
    assert_eq!(text(&relative), "s3cr3t");
    let absolute = secrets.get(&Pointer::File(path.display().to_string())).await.unwrap();
    assert_eq!(text(&absolute), "s3cr3t");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_credential_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        use std::io::Write;
        file::create_owner_only(&dir.path().join(name)).unwrap().write_all(bytes).unwrap();
    };
    write("big", &vec![b'x'; 64 * 1024 + 1]);
    write("binary", &[0xff, 0xfe]);
    write("blank", b" \n");
    let secrets = Secrets::open(dir.path());
    for (name, expected) in [
        ("big", "that is no credential"),
        ("binary", "is not text"),
        ("blank", "is empty"),
        ("missing", "does not exist"),
        (".", "is not a file"),
    ] {
        let error = secrets.get(&Pointer::File(name.into())).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

fn with_keychain(
    connect: impl Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync + 'static,
) -> Secrets {
    let mut secrets = Secrets::open(Path::new("/nonexistent"));
    secrets.keychain = Keychain::connecting(connect);
    secrets
}

#[tokio::test]
async fn a_provider_key_is_found_in_the_keychain() {
    let store = mock::Store::new().unwrap();
    store.build("nexus", "provider/openai", None).unwrap().set_password("sk-1").unwrap();
    let secrets = with_keychain(move || Ok(Arc::clone(&store) as Arc<CredentialStore>));
    let found = secrets.find_provider_key("openai", Reach::Programs).await.unwrap();
    assert_eq!(found.pointer.to_string(), "keychain:provider/openai");
    assert_eq!(text(&found.secret), "sk-1");
    assert!(!format!("{found:?}").contains("sk-1"));
    assert!(secrets.find_provider_key("anthropic", Reach::Programs).await.is_none());
}

#[tokio::test]
async fn every_keychain_failure_has_its_meaning() {
    let pointer = Pointer::Keychain("x".into());
    let get = async |error: fn() -> Error| {
        with_keychain(move || Err(error())).get(&pointer).await.unwrap_err()
    };
    assert!(matches!(get(|| Error::NoEntry).await, SecretError::NotFound(_)));
    assert!(matches!(
        get(|| Error::PlatformFailure("no bus".into())).await,
        SecretError::KeychainMissing { .. }
    ));
    assert!(matches!(
        get(|| Error::NoStorageAccess("locked".into())).await,
        SecretError::KeychainLocked { .. }
    ));
    let leaky = get(|| Error::BadEncoding(b"s3cr3t".to_vec())).await;
    assert!(matches!(leaky, SecretError::KeychainEntry { .. }));
    assert!(!format!("{leaky:?}").contains("s3cr3t"));
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_waits_for_a_person_costs_a_bounded_number_of_threads() {
    let n_calls = Arc::new(AtomicUsize::new(0));
    let (release, blocked) = std::sync::mpsc::sync_channel::<()>(0);
    let blocked = std::sync::Mutex::new(blocked);
    let counted = Arc::clone(&n_calls);
    let secrets = with_keychain(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        // Ends when the test drops its side.
        let _ = blocked.lock().map(|blocked| blocked.recv());
        Err(Error::NoEntry)
    });
    let pointer = Pointer::Keychain("x".into());
    for n_held in 0..6 {
        let pass_time = async {
            // The keychain is asked whether it is locked before it is asked for the item.
            while n_calls.load(Ordering::SeqCst) < usize::min(n_held + 1, CALLS_MAX) {
                tokio::task::yield_now().await;
            }
            // A paused clock does not move while a blocking task runs; the test moves it.
            tokio::time::advance(Duration::from_millis(3_001)).await;
        };
        let (result, ()) = tokio::join!(secrets.get(&pointer), pass_time);
        assert!(matches!(result, Err(SecretError::KeychainTimeout)));
    }
    drop(release);
    assert_eq!(n_calls.load(Ordering::SeqCst), CALLS_MAX);
}

#[test]
fn the_control_token_is_made_once_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let first = control_token(dir.path()).unwrap();
    assert_eq!(text(&first).len(), 43);
    assert_eq!(text(&control_token(dir.path()).unwrap()), text(&first));
    let names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["control.token"], "no draft stays behind");
    let other = tempfile::tempdir().unwrap();
    assert_ne!(text(&control_token(other.path()).unwrap()), text(&first));
}

#[test]
fn processes_that_start_at_once_agree_on_one_token() {
    let dir = tempfile::tempdir().unwrap();
    let tokens: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| control_token(dir.path()).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(tokens.windows(2).all(|pair| text(&pair[0]) == text(&pair[1])));
}

#[cfg(unix)]
#[test]
fn a_token_that_is_not_private_or_damaged_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("control.token");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let first = control_token(dir.path()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let second = control_token(dir.path()).unwrap();
    assert_ne!(text(&second), text(&first));
    assert_eq!(mode(), 0o600);
    fs::write(&path, "").unwrap();
    let third = control_token(dir.path()).unwrap();
    assert_eq!(text(&third).len(), 43);
    assert_eq!(text(&control_token(dir.path()).unwrap()), text(&third));
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_token_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("elsewhere");
    std::os::unix::fs::symlink(&target, dir.path().join("control.token")).unwrap();
    let error = control_token(dir.path()).unwrap_err();
    assert!(error.to_string().contains("not a plain file"), "{error}");
    assert!(!target.exists());
}

/// Answers with what a scenario wants, and notes what it was asked to run.
#[derive(Default)]
struct FakeRunner {
    answer: Option<Vec<u8>>,
    seen: std::sync::Mutex<Vec<ChildCommand>>,
}

impl Runner for FakeRunner {
    fn run(
        &self,
        command: ChildCommand,
    ) -> futures_util::future::BoxFuture<'static, Result<Zeroizing<Vec<u8>>, RunError>> {
        self.seen.lock().unwrap().push(command);
        let answer = self.answer.clone().map(Zeroizing::new);
        Box::pin(async move { answer.ok_or(RunError::Timeout) })
    }
}

#[tokio::test]
async fn programs_get_a_small_environment_and_no_secret_in_their_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let runner =
        Arc::new(FakeRunner { answer: Some(b"s3cr3t-value\n".to_vec()), ..FakeRunner::default() });
    let secrets = Secrets::open(dir.path())
        .with_environment(|name| Some(format!("value of {name}")))
        .with_runner(Arc::clone(&runner) as Arc<dyn Runner>);
    let pass = ExecProvider {
        command: ["pass", "show", "nexus/{}"].map(str::to_owned).to_vec(),
        variables: vec!["GNUPGHOME".to_owned()],
    };
    let exec = [("pass".to_owned(), pass)].into_iter().collect();
    secrets.configure(Settings { exec, ..Settings::default() });
    for pointer in ["op://vault/item/field", "exec:pass:openai"] {
        let pointer = pointer.parse().unwrap();
        assert_eq!(text(&secrets.get(&pointer).await.unwrap()), "s3cr3t-value");
        let early = secrets.get_within(&pointer, Reach::AtHand).await.unwrap_err();
        assert!(matches!(early, SecretError::NotYet(_)), "{early}");
    }
    let seen = runner.seen.lock().unwrap();
    assert_eq!(seen[0].argv, ["op", "read", "--no-newline", "op://vault/item/field"]);
    assert!(seen[0].environment.iter().any(|(name, _)| name == "OP_SERVICE_ACCOUNT_TOKEN"));
    assert_eq!(seen[1].argv, ["pass", "show", "nexus/openai"]);
    let names: Vec<_> = seen[1].environment.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["HOME", "PATH", "LANG", "GNUPGHOME"]);
    assert!(!format!("{seen:?}").contains("value of"));
    assert_eq!(secrets.redactor().clean("is s3cr3t-value"), "is [credential]");
}

#[tokio::test]
async fn a_program_that_fails_is_named_and_not_quoted() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::open(dir.path()).with_runner(Arc::new(FakeRunner::default()));
    let error = secrets.get(&"op://a/b/c".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "the program behind `op://a/b/c` did not end in time");
    let unknown = Failure::from(secrets.get(&"exec:none".parse().unwrap()).await.unwrap_err());
    assert!(unknown.hint.unwrap().contains("[credentials.exec.none]"));
}

#[tokio::test]
async fn the_chain_has_an_order_and_a_record_wins_over_it() {
    let (dir, handed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = mock::Store::new().unwrap();
    let put = |item: &str, value: &str| {
        store.build("nexus", item, None).unwrap().set_password(value).unwrap();
    };
    let folder = handed.path().display().to_string();
    let lookup = move |name: &str| match name {
        "CREDENTIALS_DIRECTORY" => Some(folder.clone()),
        "NEXUS_CREDENTIAL_A_B" => Some("by the environment".to_owned()),
        _ => None,
    };
    let mut secrets = Secrets::open(dir.path()).with_environment(lookup);
    let connected = Arc::clone(&store);
    secrets.keychain =
        Keychain::connecting(move || Ok(Arc::clone(&connected) as Arc<CredentialStore>));
    let name: CredentialName = "a/b".parse().unwrap();
    let find = async || text(&secrets.find(&name, Reach::AtHand).await.unwrap().secret).to_owned();
    let missing = secrets.find(&"none".parse().unwrap(), Reach::AtHand).await.unwrap_err();
    let said = missing.to_string();
    assert!(said.contains("keychain:none") && said.contains("systemd:none"), "{said}");

    assert_eq!(find().await, "by the environment");
    secrets.unlock(&SecretString::from("correct horse battery")).await.unwrap();
    secrets.vault().put(&name, &SecretString::from("by the vault")).await.unwrap();
    assert_eq!(find().await, "by the vault");
    file::replace(&handed.path().join("a.b"), b"by systemd").unwrap();
    assert_eq!(find().await, "by systemd");
    put("a/b", "by the keychain");
    assert_eq!(find().await, "by the keychain");
    secrets
        .point(&name, Pointer::Vault(name.clone()), nexus_domain::Timestamp(1), false)
        .await
        .unwrap();
    assert_eq!(find().await, "by the vault");
    secrets.remove(&name).await.unwrap();
    assert_eq!(find().await, "by the keychain");
}

#[tokio::test]
async fn a_login_shell_is_asked_once_for_named_variables() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Arc::new(FakeRunner {
        answer: Some(b"KEY=by the shell\0OWN=no\0".to_vec()),
        ..FakeRunner::default()
    });
    let secrets = Secrets::open(dir.path())
        .with_environment(|name| match name {
            "SHELL" => Some("/bin/sh".to_owned()),
            "OWN" => Some("my own".to_owned()),
            _ => None,
        })
        .with_runner(runner);
    let wanted = ["KEY", "OWN"].map(str::to_owned);
    assert_eq!(secrets.load_shell(&wanted).await.unwrap(), 2);
    assert_eq!(text(&secrets.get(&Pointer::Env("KEY".into())).await.unwrap()), "by the shell");
    assert_eq!(text(&secrets.get(&Pointer::Env("OWN".into())).await.unwrap()), "my own");
}
