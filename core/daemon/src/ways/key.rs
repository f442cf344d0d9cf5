//! API keys: `nxk_` and 32 random bytes. The value is shown once, when it is made; what is kept is
//! its SHA-256.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_domain::access::ApiKey;
use nexus_domain::id::AgentId;
use nexus_domain::{Failure, Timestamp};
use nexus_iam::Holder;
use nexus_protocol::Scope;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Standing;

/// Most keys that are in force at once.
pub const KEYS_MAX: usize = 1_000;
/// What every key begins with, so that it is known for one wherever it turns up.
const PREFIX: &str = "nxk_";
/// Randomness of a key, in bytes.
const KEY_BYTES: usize = 32;
/// Bytes of a digest by which a key is looked for; the rest is compared in constant time.
const INDEX_BYTES: usize = 8;

/// The value of a new key with what is kept of it.
pub struct NewKey {
    /// The value.
    pub value: SecretString,
    /// Its SHA-256, lower-case hex.
    pub digest: String,
}

/// Makes the value of a key.
///
/// # Errors
/// `Internal` when the operating system gives no randomness.
pub fn new_key() -> Result<NewKey, Failure> {
    let mut bytes = [0_u8; KEY_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::internal(format!("no randomness: {error}")))?;
    let value = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let digest = hex::encode(Sha256::digest(value.as_bytes()));
    Ok(NewKey { value: SecretString::from(value), digest })
}

/// Whether a text is meant to be a key.
pub(super) fn is_like_key(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// A key that is in force.
#[derive(Clone, Debug)]
pub(super) struct Known {
    digest: [u8; 32],
    key: Arc<ApiKey>,
}

impl Known {
    pub(super) fn id(&self) -> String {
        self.key.id.to_string()
    }

    pub(super) fn standing(&self) -> Standing {
        let scopes = self.key.scopes.iter().filter_map(|name| Scope::by_name(name));
        Standing { principal: self.key.principal(), scopes: scopes.collect() }
    }
}

/// The keys in force, by the beginning of their digest and by id.
#[derive(Debug, Default)]
pub(super) struct Keys {
    by_digest: HashMap<[u8; INDEX_BYTES], Vec<Known>>,
    by_id: HashMap<String, Known>,
}

impl Keys {
    pub(super) fn new(keys: Vec<(String, ApiKey)>, now: Timestamp) -> Self {
        let mut all = Self::default();
        for (digest_hex, key) in keys {
            let mut digest = [0_u8; 32];
            if hex::decode_to_slice(&digest_hex, &mut digest).is_err() || !key.is_in_force(now) {
                continue;
            }
            let known = Known { digest, key: Arc::new(key) };
            all.by_digest.entry(index(&digest)).or_default().push(known.clone());
            all.by_id.insert(known.id(), known);
        }
        all
    }

    /// The key with this value.
    pub(super) fn by_value(&self, presented: &str, now: Timestamp) -> Option<&Known> {
        let digest: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        let candidates = self.by_digest.get(&index(&digest))?;
        let is_this = |known: &&Known| bool::from(known.digest.ct_eq(&digest));
        candidates.iter().find(is_this).filter(|known| known.key.is_in_force(now))
    }

    pub(super) fn by_id(&self, id: &str, now: Timestamp) -> Option<&Known> {
        self.by_id.get(id).filter(|known| known.key.is_in_force(now))
    }

    pub(super) fn get(&self, id: &str) -> Option<&ApiKey> {
        self.by_id.get(id).map(|known| &*known.key)
    }

    pub(super) fn agents_of(&self, id: &str) -> Option<Vec<AgentId>> {
        match self.get(id) {
            Some(key) => key.agents.clone(),
            None => Some(Vec::new()),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<ApiKey>> {
        self.by_id.values().map(|known| &known.key)
    }

    /// When keys end by themselves.
    pub(super) fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.all().filter_map(|key| key.expires_at)
    }

    pub(super) fn holders(&self) -> Vec<Holder> {
        let holder = |key: &Arc<ApiKey>| Holder {
            principal: key.principal(),
            scopes: key.scopes.clone(),
            agents: key.agents.clone(),
        };
        self.all().map(holder).collect()
    }
}

fn index(digest: &[u8; 32]) -> [u8; INDEX_BYTES] {
    let mut index = [0; INDEX_BYTES];
    index.copy_from_slice(&digest[..INDEX_BYTES]);
    index
}

#[cfg(test)]
mod tests {
    use nexus_domain::id::KeyId;
    use nexus_domain::principal::Principal;
    use secrecy::ExposeSecret as _;

    use super::*;

    fn key(n: u128, expires_at: Option<Timestamp>) -> ApiKey {
        ApiKey {
            id: KeyId::from_parts(Timestamp(1), n),
            label: "ci".to_owned(),
            scopes: vec!["session.read".to_owned(), "gone.scope".to_owned()],
            agents: None,
            budget: None,
            created_by: Principal::Owner,
            created_at: Timestamp(1),
            expires_at,
            last_used_at: None,
            revoked_at: None,
            revoked_by: None,
        }
    }

    #[test]
    fn a_key_is_known_by_its_value_until_it_ends() {
        let (mine, other) = (new_key().unwrap(), new_key().unwrap());
        assert_eq!(mine.value.expose_secret().len(), PREFIX.len() + 43);
        let end = Timestamp(100);
        let keys = Keys::new(
            vec![(mine.digest, key(1, Some(end))), (other.digest, key(2, None))],
            Timestamp(2),
        );
        let value = mine.value.expose_secret();
        let known = keys.by_value(value, Timestamp(99)).unwrap();
        assert_eq!(known.id(), KeyId::from_parts(Timestamp(1), 1).to_string());
        assert_eq!(known.standing().scopes, [Scope::SessionRead], "a scope that is gone is none");
        assert!(keys.by_value(value, end).is_none());
        assert!(keys.by_id(&known.id(), end).is_none());
        for wrong in
            ["", "nxk_", &value[..value.len() - 1], &format!("{value}x"), &value.to_uppercase()]
        {
            assert!(keys.by_value(wrong, Timestamp(2)).is_none(), "{wrong}");
        }
    }
}
