//! The part of the configuration that says where credentials are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nexus_secrets::{POINTER_FORMS, Pointer, StoreKind};

use super::Finding;
use super::environment::Environment;
use super::typed::Getter;

/// A program that hands out credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialProgram {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Names of variables it is given.
    pub variables: Vec<String>,
}

/// Where credentials are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialsConfig {
    /// Where new ones go; found out by trying when left out.
    pub store: Option<StoreKind>,
    /// File with the vault's key.
    pub vault_key_file: Option<PathBuf>,
    /// Programs behind `exec:` pointers, by name.
    pub exec: BTreeMap<String, CredentialProgram>,
}

/// Where a pointer stands.
pub(super) struct Place {
    pub(super) setting: String,
    pub(super) line: Option<usize>,
}

/// A key in the file would be a secret in clear: only pointers are taken, and the text of a wrong
/// one is never repeated.
pub(super) fn check_pointer(
    place: &Place,
    text: &str,
    environment: &Environment,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) {
    let Place { setting, line } = place;
    match text.parse::<Pointer>() {
        Ok(Pointer::Env(variable)) if environment.get(&variable).is_none() => {
            let text = format!("`{setting}` points to the variable {variable}, which is not set");
            warnings.push(Finding { line: *line, text });
        }
        Ok(_) => {}
        Err(_) => errors.push(Finding {
            line: *line,
            text: format!(
                "`{setting}` must say where the key is ({POINTER_FORMS}), not be the key itself: \
                 store it with `nexus credential add NAME`, and write credential:NAME here"
            ),
        }),
    }
}

pub(super) fn credentials(get: &Getter<'_>, errors: &mut Vec<Finding>) -> CredentialsConfig {
    let mut exec = BTreeMap::new();
    for name in get.names_at(&["credentials", "exec"]) {
        let at = |key: &str| ["credentials", "exec", &name, key].map(str::to_owned).to_vec();
        let command = get.texts_at(&at("command"));
        if command.is_empty() {
            let text = format!("`credentials.exec.{name}` has no `command`");
            errors.push(Finding { line: None, text });
            continue;
        }
        exec.insert(
            name.clone(),
            CredentialProgram { command, variables: get.texts_at(&at("variables")) },
        );
    }
    CredentialsConfig {
        store: match get.text("credentials.store").as_str() {
            "keychain" => Some(StoreKind::Keychain),
            "vault" => Some(StoreKind::Vault),
            _ => None,
        },
        vault_key_file: Some(get.text("credentials.vault_key_file"))
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
        exec,
    }
}
