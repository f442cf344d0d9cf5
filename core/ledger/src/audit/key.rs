//! The key that signs checkpoints: Ed25519 (RFC 8032).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use crate::error::LedgerError;

/// Length of a seed and of a public key, in bytes.
pub const AUDIT_KEY_BYTES: usize = 32;
/// Length of a key id, in hexadecimal characters.
const ID_CHARS: usize = 16;

/// Signs checkpoints. Nothing of it can be printed.
pub struct AuditKey {
    pair: Ed25519KeyPair,
    public: AuditPublicKey,
}

impl AuditKey {
    /// Makes the key of a secret seed.
    ///
    /// # Errors
    /// `Invalid` when the seed is no Ed25519 seed.
    pub fn from_seed(seed: &[u8]) -> Result<Self, LedgerError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| LedgerError::Invalid("the audit key is not 32 bytes".to_owned()))?;
        let public = AuditPublicKey::read(&hex::encode(pair.public_key().as_ref()))?;
        Ok(Self { pair, public })
    }

    /// What others check its signatures with.
    #[must_use]
    pub fn public(&self) -> &AuditPublicKey {
        &self.public
    }

    /// Signs a text; the signature is 128 hexadecimal characters.
    pub(crate) fn sign(&self, text: &str) -> String {
        hex::encode(self.pair.sign(text.as_bytes()).as_ref())
    }
}

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditKey").field("id", &self.public.id()).finish_non_exhaustive()
    }
}

/// Checks signatures of checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPublicKey([u8; AUDIT_KEY_BYTES]);

impl AuditPublicKey {
    /// Reads a public key of 64 hexadecimal characters.
    ///
    /// # Errors
    /// `Invalid` when it is none.
    pub fn read(text: &str) -> Result<Self, LedgerError> {
        let mut bytes = [0; AUDIT_KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| {
            LedgerError::Invalid(
                "a public key of the audit has 64 hexadecimal characters".to_owned(),
            )
        })?;
        Ok(Self(bytes))
    }

    /// A short name: the beginning of the SHA-256 of the key, in hexadecimal characters.
    #[must_use]
    pub fn id(&self) -> String {
        let mut id = hex::encode(Sha256::digest(self.0));
        id.truncate(ID_CHARS);
        id
    }

    /// The key in hexadecimal characters.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Whether a signature is of this key over this text.
    pub(crate) fn has_signed(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = hex::decode(signature) else { return false };
        UnparsedPublicKey::new(&ED25519, self.0).verify(text.as_bytes(), &signature).is_ok()
    }
}
