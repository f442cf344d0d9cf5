//! Compactions: a summary that its client keeps and cannot read, sealed for the one principal it
//! was made for. Nothing of it is kept here but the key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_ingress::Problem;

use crate::store::KEY_BYTES;

/// Seals and opens compactions.
pub(crate) struct Seal(RandomizedNonceKey);

impl Seal {
    /// With the key of the store.
    ///
    /// # Errors
    /// Never, for a key of this length; in words for people.
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> Result<Self, String> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, key);
        key.map(Self).map_err(|_| "the key of the store cannot be used".to_owned())
    }

    /// Seals a summary for a principal.
    pub(crate) fn close(&self, principal: &str, summary: &str) -> Result<String, Problem> {
        let mut sealed = summary.as_bytes().to_vec();
        let owner = Aad::from(principal.as_bytes());
        let nonce = self.0.seal_in_place_append_tag(owner, &mut sealed);
        let nonce = nonce.map_err(|_| Problem::internal("the compaction cannot be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_ref(), sealed.as_slice()].concat()))
    }

    /// What was sealed, if it was sealed here for this principal.
    pub(crate) fn open(&self, principal: &str, sealed: &str) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.0.open_in_place(nonce, Aad::from(principal.as_bytes()), sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whom_it_was_made_for_can_use_it() {
        let seal = Seal::new(&[7; KEY_BYTES]).unwrap();
        let sealed = seal.close("api_key:a", "We meet on Tuesday.").unwrap();
        assert!(!sealed.contains("Tuesday"));
        assert_eq!(seal.open("api_key:a", &sealed).unwrap(), "We meet on Tuesday.");
        assert_ne!(seal.close("api_key:a", "We meet on Tuesday.").unwrap(), sealed);
        let mut altered = sealed.clone();
        altered.replace_range(30..31, if sealed.as_bytes()[30] == b'A' { "B" } else { "A" });
        let elsewhere = Seal::new(&[8; KEY_BYTES]).unwrap();
        assert_eq!(seal.open("api_key:b", &sealed), None);
        assert_eq!(elsewhere.open("api_key:a", &sealed), None);
        for wrong in [altered.as_str(), "", "***", "AAAA"] {
            assert_eq!(seal.open("api_key:a", wrong), None, "{wrong}");
        }
    }
}
