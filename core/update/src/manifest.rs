//! What a release says of itself.
//!
//! A JSON object, UTF-8, at most [`MANIFEST_BYTES_MAX`] bytes, signed as a whole by minisign in its
//! pre-hashed form (`NAME.minisig` beside it). Fields that are not known are left alone, so that
//! later releases may say more.

use minisign_verify::{PublicKey, Signature};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::UpdateError;

/// Version of the form of the manifest.
pub const FORMAT: u32 = 1;
/// Longest manifest, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 256 * 1024;
/// Longest file of a release, in bytes.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Most files of one release.
const ARTIFACTS_MAX: usize = 100;
/// Longest text about a release, in characters.
const NOTES_CHARS_MAX: usize = 4_000;

/// What a release says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The version, as in <https://semver.org>.
    pub version: Version,
    /// Version of the ledger's tables that it leaves behind: one that is higher than ours is a way
    /// without return.
    pub ledger_schema: u64,
    /// What is new, for people; plain text.
    #[serde(default)]
    pub notes: String,
    /// Its files.
    pub artifacts: Vec<Artifact>,
}

/// One file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The machine it is for, such as `linux-x86_64`.
    pub target: String,
    /// What it is.
    pub form: Form,
    /// Its name, beside the manifest.
    pub file: String,
    /// Its length.
    pub n_bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// What a file of a release is, and so what it can replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The desktop application in one file that can be run.
    Application,
    /// A folder with all programs, as `tar.gz`.
    Folder,
}

impl Manifest {
    /// Reads a manifest that one of `keys` has signed.
    ///
    /// # Errors
    /// When nobody of them has, or when it cannot be understood.
    pub fn verified(bytes: &[u8], signature: &str, keys: &[String]) -> Result<Self, UpdateError> {
        let signature = Signature::decode(signature)
            .map_err(|error| UpdateError::Unsigned(error.to_string()))?;
        let mut why = "no key is configured".to_owned();
        for key in keys {
            match public_key(key)?.verify(bytes, &signature, false) {
                Ok(()) => return Self::parse(bytes),
                Err(error) => why = error.to_string(),
            }
        }
        Err(UpdateError::Unsigned(why))
    }

    /// Reads a manifest without asking who wrote it.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub fn parse(bytes: &[u8]) -> Result<Self, UpdateError> {
        let malformed = |why: String| Err(UpdateError::Malformed(why));
        if bytes.len() > MANIFEST_BYTES_MAX {
            return malformed(format!("it is longer than {MANIFEST_BYTES_MAX} bytes"));
        }
        let manifest: Self = match serde_json::from_slice(bytes) {
            Ok(manifest) => manifest,
            Err(error) => return malformed(error.to_string()),
        };
        if manifest.format != FORMAT {
            let needs = manifest.format;
            return malformed(format!(
                "it is of form {needs}, and this version reads form {FORMAT}: install it by hand"
            ));
        }
        if manifest.artifacts.len() > ARTIFACTS_MAX {
            return malformed(format!("it names more than {ARTIFACTS_MAX} files"));
        }
        if manifest.notes.chars().count() > NOTES_CHARS_MAX {
            return malformed(format!("its notes are longer than {NOTES_CHARS_MAX} characters"));
        }
        match manifest.artifacts.iter().find_map(Artifact::fault) {
            Some(fault) => malformed(fault),
            None => Ok(manifest),
        }
    }

    /// The file for a machine and a form.
    ///
    /// # Errors
    /// When there is none.
    pub fn artifact(&self, target: &str, form: Form) -> Result<&Artifact, UpdateError> {
        let fits = |artifact: &&Artifact| artifact.target == target && artifact.form == form;
        self.artifacts.iter().find(fits).ok_or_else(|| UpdateError::NotForUs {
            version: self.version.to_string(),
            target: target.to_owned(),
        })
    }
}

impl Artifact {
    /// What is wrong with it.
    fn fault(&self) -> Option<String> {
        let name = self.file.escape_debug();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+~".contains(c);
        if self.file.is_empty() || self.file.starts_with('.') || !self.file.chars().all(is_plain) {
            return Some(format!("`{name}` is not the name of a file beside it"));
        }
        if self.n_bytes == 0 || self.n_bytes > FILE_BYTES_MAX {
            return Some(format!("{name} has {} bytes", self.n_bytes));
        }
        let is_digest =
            self.sha256.len() == 64 && self.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        (!is_digest).then(|| format!("{name} has no SHA-256"))
    }
}

/// A key as minisign writes it: the line in base64, with or without the comment above it.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, UpdateError> {
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    PublicKey::from_base64(line).map_err(|error| {
        UpdateError::Configuration(format!(
            "`{}` in updates.keys is not a minisign public key ({error}): it is the line that \
             begins with RW in the file minisign.pub",
            line.escape_debug()
        ))
    })
}

/// This machine, as manifests name it.
#[must_use]
pub fn target() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            version: Version::new(1, 4, 3),
            ledger_schema: 7,
            notes: "Mends what was broken.".to_owned(),
            artifacts: vec![Artifact {
                target: "linux-x86_64".to_owned(),
                form: Form::Application,
                file: "nexus-1.4.3.AppImage".to_owned(),
                n_bytes: 12,
                sha256: "0a".repeat(32),
            }],
        }
    }

    fn signed(bytes: &[u8]) -> (String, String) {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let signature = minisign::sign(None, &pair.sk, bytes, None, None).unwrap();
        (signature.to_string(), pair.pk.to_base64())
    }

    #[test]
    fn what_is_signed_is_read() {
        let bytes = serde_json::to_vec(&manifest()).unwrap();
        let (signature, key) = signed(&bytes);
        let (_, other) = signed(&bytes);
        let read = |keys: &[String]| Manifest::verified(&bytes, &signature, keys);
        assert_eq!(read(std::slice::from_ref(&key)).unwrap(), manifest());
        let with_comment = format!("untrusted comment: a key\n{key}\n");
        assert_eq!(read(&[other.clone(), with_comment]).unwrap(), manifest());
        assert!(matches!(read(&[other]), Err(UpdateError::Unsigned(_))));
        assert!(matches!(read(&[]), Err(UpdateError::Unsigned(_))));
        let wrong = read(&["RWnonsense".to_owned()]).unwrap_err().to_string();
        assert!(wrong.contains("minisign.pub"), "{wrong}");
    }

    #[test]
    fn files_lie_beside_the_manifest_and_have_a_digest() {
        let with = |change: fn(&mut Artifact)| {
            let mut manifest = manifest();
            change(&mut manifest.artifacts[0]);
            Manifest::parse(&serde_json::to_vec(&manifest).unwrap()).map(drop)
        };
        with(|_| ()).unwrap();
        for change in [
            (|a| a.file = "../nexus".into()) as fn(&mut Artifact),
            |a| a.file = "https://elsewhere.example/nexus".into(),
            |a| a.file = ".hidden".into(),
            |a| a.file.clear(),
            |a| a.n_bytes = 0,
            |a| a.n_bytes = u64::MAX,
            |a| a.sha256 = "0a".into(),
        ] {
            assert!(matches!(with(change), Err(UpdateError::Malformed(_))));
        }
    }

    #[test]
    fn a_later_form_is_said_to_be_one() {
        let later = Manifest { format: FORMAT + 1, ..manifest() };
        let error = Manifest::parse(&serde_json::to_vec(&later).unwrap()).unwrap_err();
        assert!(error.to_string().contains("install it by hand"), "{error}");
    }

    #[test]
    fn there_is_a_file_for_a_machine_or_there_is_none() {
        let manifest = manifest();
        assert!(manifest.artifact("linux-x86_64", Form::Application).is_ok());
        assert!(manifest.artifact("linux-x86_64", Form::Folder).is_err());
        assert!(manifest.artifact("linux-aarch64", Form::Application).is_err());
    }

    proptest! {
        /// Whoever changes a byte has not signed it.
        #[test]
        fn not_a_byte_can_be_changed(at in 0_usize..200, by in 1_u8..=255) {
            let mut bytes = serde_json::to_vec(&manifest()).unwrap();
            let (signature, key) = signed(&bytes);
            let at = at % bytes.len();
            bytes[at] ^= by;
            let read = Manifest::verified(&bytes, &signature, &[key]);
            prop_assert!(matches!(read, Err(UpdateError::Unsigned(_))));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in ".{0,200}") {
            let _ = Manifest::parse(&bytes);
            let _ = Manifest::verified(&bytes, &text, std::slice::from_ref(&text));
        }
    }
}
