//! Credentials of a person at a desk live in the keychain of the desktop and nowhere else; one that
//! is locked is said, and mended by unlocking it.

use nexus_domain::message::Role;
use nexus_protocol::credential::{AddParams, SecretText, VerifyParams, VerifyResult};
use zbus::zvariant::ObjectPath;

use super::*;

/// A value that is found wherever it lies in clear.
const CANARY: &str = "sk-canary-51c7e0a94fd2";
/// Its name.
const NAME: &str = "provider/test";

async fn verified(talk: &Talk) -> VerifyResult {
    let params =
        VerifyParams { name: NAME.to_owned(), idempotency_key: idempotency_key().unwrap() };
    talk.client().request::<call::CredentialsVerify>(params).await.unwrap()
}

/// Files below a folder that hold the canary.
fn leaks(folder: &Path) -> Vec<PathBuf> {
    let found = Command::new("grep").args(["-rlaF", CANARY]).arg(folder).output().unwrap();
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    text.lines().map(PathBuf::from).collect()
}

async fn lock_keychain(desktop: &Desktop) {
    let builder = zbus::connection::Builder::address(desktop.bus()).unwrap();
    let bus = builder.build().await.unwrap();
    let login = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").unwrap();
    let service = "org.freedesktop.secrets";
    let object = "/org/freedesktop/secrets";
    let interface = "org.freedesktop.Secret.Service";
    bus.call_method(Some(service), object, Some(interface), "Lock", &vec![login]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_live_in_the_keychain_and_a_locked_one_is_said() {
    let mut scene = Scene::set().await;
    let params = AddParams {
        name: NAME.to_owned(),
        value: Some(SecretText::new(CANARY.to_owned())),
        pointer: None,
        replace: false,
        idempotency_key: idempotency_key().unwrap(),
    };
    let kept = scene.talk.client().request::<call::CredentialsAdd>(params).await.unwrap();
    assert_eq!(kept.place, format!("keychain:{NAME}"));
    scene.item.click("Quit Nexus").await;
    assert_eq!(scene.app.exit_code().await, 0);
    for folder in [scene.home.path(), scene.desktop.path()] {
        assert_eq!(leaks(folder), Vec::<PathBuf>::new());
    }

    // A start into a session whose keychain is locked.
    lock_keychain(&scene.desktop).await;
    scene.app = Process::spawn(&scene.desktop, Path::new(APP), scene.home.path(), &["--hidden"]);
    scene.item = registered(&scene.desktop).await;
    scene.item.until_it_says("▲ the keychain is locked").await;
    scene.item.until_it_says("Fix: log in to the desktop, or unlock the keychain").await;
    scene.desktop.picture("tray-keychain-locked.png");
    scene.talk = Talk::over(client(scene.home.path()).await);
    let locked = verified(&scene.talk).await;
    assert!(!locked.is_ok && locked.message.contains("locked"), "{locked:?}");
    // Everything else goes on.
    let request = scene.talk.say("garden", "what grows here").await.unwrap();
    scene.talk.ended(request).await.unwrap();
    assert_eq!(scene.talk.texts("garden", Role::Assistant).await.unwrap(), ["Nothing to do."]);

    // The person unlocks it: nothing is started again.
    scene.desktop.unlock_keyring();
    scene.item.until_it_does_not_say("the keychain is locked").await;
    let open = verified(&scene.talk).await;
    assert!(open.is_ok, "{open:?}");
    scene.item.click("Quit Nexus").await;
    assert_eq!(scene.app.exit_code().await, 0);
    for folder in [scene.home.path(), scene.desktop.path()] {
        assert_eq!(leaks(folder), Vec::<PathBuf>::new());
    }
}
