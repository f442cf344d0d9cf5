use nexus_domain::Failure;

use super::*;

fn name(text: &str) -> CredentialName {
    text.parse().unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn private_file(path: &Path, text: &str) {
    file::create_owner_only(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_passphrase_makes_the_vault_and_opens_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let none = KeySources::default();
    let vault = Vault::of(dir.path(), Redactor::default());
    assert!(matches!(vault.put(&none, "a", &secret("x")), Err(SecretError::VaultMissing)));
    assert!(matches!(vault.unlock(&secret("too short")), Err(SecretError::PassphraseShort)));
    let passphrase = secret("correct horse battery");
    assert_eq!(vault.unlock(&passphrase).unwrap(), Unlocked::Made);
    vault.put(&none, "provider/openai", &secret("sk-in-the-vault")).unwrap();
    vault.put(&none, "second", &secret("other")).unwrap();

    let later = Vault::of(dir.path(), Redactor::default());
    let locked = later.get(&none, &name("second")).unwrap_err();
    assert!(matches!(locked, SecretError::VaultLocked));
    let hint = Failure::from(locked).hint.unwrap();
    assert!(hint.contains("nexus credential unlock"), "{hint}");
    assert!(matches!(later.unlock(&secret("wrong horse battery")), Err(SecretError::VaultKey)));
    assert_eq!(later.unlock(&passphrase).unwrap(), Unlocked::Opened);
    let read = later.get(&none, &name("provider/openai")).unwrap();
    assert_eq!(read.expose_secret(), "sk-in-the-vault");
    assert!(later.remove(&none, "second").unwrap());
    assert!(!later.remove(&none, "second").unwrap());
    assert!(matches!(vault.get(&none, &name("second")), Err(SecretError::NotFound(_))));

    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for planted in ["sk-in-the-vault", "AGE-SECRET-KEY", "correct horse"] {
            let found = bytes.windows(planted.len()).any(|window| window == planted.as_bytes());
            assert!(!found, "{planted} in {}", path.display());
        }
    }
}

#[test]
fn a_key_file_outside_the_state_folder_needs_no_person() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = x25519::Identity::generate().to_string();
    let text = format!("# made by age-keygen\n{}\n", key.expose_secret());
    let path = elsewhere.path().join("nexus.key");
    private_file(&path, &text);
    let sources = KeySources { file: Some(path), systemd: None };
    Vault::of(dir.path(), Redactor::default()).put(&sources, "a", &secret("value")).unwrap();
    let read = Vault::of(dir.path(), Redactor::default()).get(&sources, &name("a")).unwrap();
    assert_eq!(read.expose_secret(), "value");
    // A passphrase cannot take over a vault that a key file made.
    let taken = Vault::of(dir.path(), Redactor::default()).unlock(&secret("correct horse battery"));
    assert!(matches!(taken, Err(SecretError::VaultKey)));

    let beside = dir.path().join("nexus.key");
    private_file(&beside, &text);
    let sources = KeySources { file: Some(beside), systemd: None };
    let refused = Vault::of(dir.path(), Redactor::default())
        .get(&sources, &name("a"))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("beside the vault"), "{refused}");
}

#[test]
fn systemd_may_hand_over_the_passphrase() {
    let (dir, handed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    private_file(&handed.path().join("nexus.vault-key"), "a passphrase by systemd\n");
    let sources = KeySources { systemd: Some(handed.path().to_owned()), file: None };
    Vault::of(dir.path(), Redactor::default()).put(&sources, "a", &secret("value")).unwrap();
    let by_hand = Vault::of(dir.path(), Redactor::default());
    by_hand.unlock(&secret("a passphrase by systemd")).unwrap();
    assert_eq!(by_hand.get(&KeySources::default(), &name("a")).unwrap().expose_secret(), "value");
}

#[test]
fn damage_is_said_and_nothing_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::of(dir.path(), Redactor::default());
    vault.unlock(&secret("correct horse battery")).unwrap();
    vault.put(&KeySources::default(), "a", &secret("value")).unwrap();
    let path = dir.path().join("vault.age");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = vault.get(&KeySources::default(), &name("a")).unwrap_err();
    assert!(matches!(error, SecretError::VaultKey), "{error}");
}

#[test]
fn an_open_vault_teaches_what_must_not_be_shown() {
    let dir = tempfile::tempdir().unwrap();
    let none = KeySources::default();
    let vault = Vault::of(dir.path(), Redactor::default());
    vault.unlock(&secret("correct horse battery")).unwrap();
    vault.put(&none, "a", &secret("never-read-again")).unwrap();
    let redactor = Redactor::default();
    let later = Vault::of(dir.path(), redactor.clone());
    assert_eq!(redactor.clean("never-read-again"), "never-read-again");
    later.unlock(&secret("correct horse battery")).unwrap();
    assert_eq!(redactor.clean("never-read-again"), "[credential]");
}
