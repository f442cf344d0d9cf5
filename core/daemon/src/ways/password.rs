//! The password: argon2id (RFC 9106) with 19 MiB, two passes and one lane, as OWASP recommends.
//! One is checked at a time: a guess costs us a good deal more than the guesser.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use nexus_domain::Failure;
use nexus_protocol::login::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::Ways;

/// Memory of one check, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Random bytes beside a password.
const SALT_BYTES: usize = 16;
/// Most guesses that wait for their turn.
pub(super) const WAITING_MAX: usize = 8;
/// When somebody may try again that found the queue full, in milliseconds.
const RETRY_MS: u64 = 2_000;
/// Length of the mark of a password, in hexadecimal characters.
const MARK_CHARS: usize = 16;

/// What is kept of the password in force.
#[derive(Clone)]
pub(super) struct Kept {
    hash: SecretString,
    mark: String,
}

impl Kept {
    pub(super) fn new(hash: SecretString) -> Self {
        let mut mark = hex::encode(Sha256::digest(hash.expose_secret().as_bytes()));
        mark.truncate(MARK_CHARS);
        Self { hash, mark }
    }

    /// Tells one password from another that was set later, and nothing about it.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }
}

fn argon2() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Failure::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &SecretString) -> Result<SecretString, Failure> {
    let mut salt = [0_u8; SALT_BYTES];
    getrandom::fill(&mut salt)
        .map_err(|error| Failure::internal(format!("no randomness: {error}")))?;
    let hash = argon2()?
        .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
        .map_err(Failure::internal)?;
    Ok(SecretString::from(hash.to_string()))
}

fn fits(kept: &Kept, password: &SecretString) -> bool {
    let Ok(hash) = phc::PasswordHash::new(kept.hash.expose_secret()) else { return false };
    let Ok(argon2) = argon2() else { return false };
    argon2.verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
}

fn check(password: &SecretString) -> Result<(), Failure> {
    let text = password.expose_secret();
    if text.chars().count() < PASSWORD_CHARS_MIN || text.len() > PASSWORD_BYTES_MAX {
        return Err(Failure::invalid(format!(
            "a password has at least {PASSWORD_CHARS_MIN} characters and at most \
             {PASSWORD_BYTES_MAX} bytes"
        ))
        .hint("a few words are easy to remember and hard to guess"));
    }
    Ok(())
}

impl Ways {
    /// Sets the password, or forgets the one there is. Works hard and writes to the disk. Whoever
    /// calls this begins an epoch: sessions by the old password end.
    ///
    /// # Errors
    /// `Invalid` when it is too short or too long; `Unavailable` when it cannot be kept.
    pub fn set_password(&self, password: Option<&SecretString>) -> Result<(), Failure> {
        let kept = match password {
            Some(password) => {
                check(password)?;
                Some(Kept::new(hash(password)?))
            }
            None => None,
        };
        nexus_secrets::keep_password_hash(&self.0.state_dir, kept.as_ref().map(|kept| &kept.hash))
            .map_err(Failure::from)?;
        *self.0.password.write().unwrap_or_else(std::sync::PoisonError::into_inner) = kept;
        Ok(())
    }

    /// The mark of the password in force, if this is it.
    ///
    /// # Errors
    /// `Overloaded` when too many are being checked.
    pub(crate) async fn check_password(
        &self,
        password: SecretString,
    ) -> Result<Option<String>, Failure> {
        let Some(kept) = self.kept_password() else { return Ok(None) };
        if password.expose_secret().len() > PASSWORD_BYTES_MAX {
            return Ok(None);
        }
        let overloaded = || Failure::overloaded("too many passwords are being tried", RETRY_MS);
        let _place = self.0.guesses.try_acquire().map_err(|_| overloaded())?;
        let _turn = self.0.guess.lock().await;
        let mark = kept.mark.clone();
        let checked = tokio::task::spawn_blocking(move || fits(&kept, &password)).await;
        Ok(checked.map_err(Failure::internal)?.then_some(mark))
    }

    /// Whether there is one.
    pub(crate) fn has_password(&self) -> bool {
        self.kept_password().is_some()
    }

    pub(super) fn kept_password(&self) -> Option<Kept> {
        self.0.password.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_itself_alone() {
        let secret = |text: &str| SecretString::from(text.to_owned());
        let kept = Kept::new(hash(&secret("correct horse battery")).unwrap());
        assert!(kept.hash.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits(&kept, &secret("correct horse battery")));
        assert!(!fits(&kept, &secret("correct horse batterz")));
        assert!(!fits(&kept, &secret("")));
        assert!(!fits(&Kept::new(secret("damaged")), &secret("damaged")));
        assert!(check(&secret("short")).is_err());
        assert!(check(&secret(&"x".repeat(1_025))).is_err());
    }
}
