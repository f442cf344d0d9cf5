//! The certificate that whoever is outside gets TLS from: the person's own, or one made here.

use std::path::Path;
use std::sync::Arc;

use nexus_domain::{Failure, Timestamp};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::config::file;

/// How long a certificate that is made here is good, in days: what some systems take at most.
const VALID_DAYS: u64 = 825;
/// From when before its end it is renewed, in days.
const RENEW_DAYS: u64 = 30;
/// From when before that people are told, in days: whoever pinned the certificate has to act.
const NOTICE_DAYS: u64 = 30;
/// How far back it begins, in days: clocks differ.
const BACKDATED_DAYS: i64 = 1;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Largest file of a certificate or key, in bytes.
const PEM_BYTES_MAX: u64 = 256 * 1024;
/// A time after which no certificate is good: the end of the year 9998.
const FAR_FUTURE_S: u64 = 253_370_764_799;
/// Randomness of a serial number, in bytes (RFC 5280 allows 20).
const SERIAL_BYTES: usize = 16;
/// Bytes of the digest of the public key that stand for this installation.
const ID_BYTES: usize = 8;

/// A certificate in use.
#[derive(Debug)]
pub struct Certificate {
    /// What connections are made with.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of it, as `sha256:` and hex.
    pub fingerprint: String,
    /// SHA-256 of its public key (the DER of `SubjectPublicKeyInfo`), as `sha256:` and hex. Stays
    /// the same when a certificate that is made here is renewed.
    pub key_fingerprint: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Whether nobody else vouches for it.
    pub is_self_signed: bool,
    /// Stands for this installation; stays the same when the certificate is renewed.
    pub id: String,
}

impl Certificate {
    /// Whether it should be renewed, or soon will have to be.
    #[must_use]
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now.plus_ms(RENEW_DAYS * DAY_MS))
    }

    /// In how many days one that was made here is renewed, if that is near.
    #[must_use]
    pub fn days_to_renewal(&self, now: Timestamp) -> Option<u64> {
        let renewed_at = self.expires_at?.0 - i64::try_from(RENEW_DAYS * DAY_MS).ok()?;
        let days = Timestamp(renewed_at).ms_since(now).div_ceil(DAY_MS);
        (days <= NOTICE_DAYS).then_some(days)
    }
}

/// Reads a person's own certificate and its key.
///
/// # Errors
/// `Invalid` when a file cannot be read, is none of the kind, may be read by others (the key), or
/// when the two do not belong together. Nothing of the key is repeated.
pub(super) fn own(certificate: &Path, key: &Path) -> Result<Certificate, Failure> {
    check_private(key)?;
    let chain = CertificateDer::pem_slice_iter(read(certificate)?.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| unfit(certificate, "is no certificate in PEM"))?;
    let key_der = PrivateKeyDer::from_pem_slice(read(key)?.as_bytes())
        .map_err(|_| unfit(key, "is no private key in PEM"))?;
    if chain.is_empty() {
        return Err(unfit(certificate, "holds no certificate"));
    }
    assemble(chain, key_der).map_err(|_| {
        unfit(certificate, &format!("does not belong to the key in {}", key.display()))
    })
}

/// The certificate that was made here before, or a new one when there is none, it cannot be used,
/// or it ends soon. A renewal keeps the key.
///
/// # Errors
/// When the files cannot be written, or the operating system gives no randomness.
pub(super) fn generated(
    folder: &Path,
    names: &[String],
    now: Timestamp,
) -> Result<Certificate, Failure> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if let Ok(kept) = own(&certificate, &key)
        && !kept.ends_soon(now)
    {
        return Ok(kept);
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::unavailable(format!("{} cannot be made: {error}", folder.display()))
    })?;
    let kept_key = check_private(&key).and_then(|()| read(&key)).ok();
    let pair = match kept_key.and_then(|text| KeyPair::from_pem(&text).ok()) {
        Some(pair) => pair,
        None => KeyPair::generate().map_err(Failure::internal)?,
    };
    let pem = make(&pair, names, now)?;
    for (path, text) in [(&key, pair.serialize_pem()), (&certificate, pem)] {
        file::write_private(path, &text).map_err(|error| {
            Failure::unavailable(format!("{} cannot be written: {error}", path.display()))
        })?;
    }
    own(&certificate, &key)
}

fn make(pair: &KeyPair, names: &[String], now: Timestamp) -> Result<String, Failure> {
    let mut params = CertificateParams::new(names).map_err(Failure::internal)?;
    let subject = names.first().map_or("nexus", String::as_str);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Nexus on {subject}"));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A browser refuses a second certificate of the same name and number.
    let mut serial = [0_u8; SERIAL_BYTES];
    getrandom::fill(&mut serial).map_err(Failure::internal)?;
    params.serial_number = Some(serial.to_vec().into());
    let at = |days: i64| {
        let seconds = now.0.div_euclid(1000) + days * (DAY_MS as i64 / 1000);
        OffsetDateTime::from_unix_timestamp(seconds).map_err(Failure::internal)
    };
    params.not_before = at(-BACKDATED_DAYS)?;
    params.not_after = at(VALID_DAYS as i64)?;
    Ok(params.self_signed(pair).map_err(Failure::internal)?.pem())
}

fn assemble(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Certificate, Failure> {
    let first = chain.first().cloned().ok_or_else(|| Failure::internal("an empty chain"))?;
    let parsed = webpki::EndEntityCert::try_from(&first).map_err(Failure::internal)?;
    let public_key = parsed.subject_public_key_info();
    let is_self_signed = parsed.issuer() == parsed.subject();
    let expires_at = end_of(&parsed);
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(Failure::internal)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificate {
        config: Arc::new(config),
        fingerprint: format!("sha256:{}", hex::encode(Sha256::digest(&first))),
        expires_at,
        is_self_signed,
        key_fingerprint: format!("sha256:{}", hex::encode(Sha256::digest(&public_key))),
        id: hex::encode(&Sha256::digest(&public_key)[..ID_BYTES]),
    })
}

/// When a certificate ends: the verifier says so when it is asked about a time after it, before it
/// asks anything else.
fn end_of(certificate: &webpki::EndEntityCert<'_>) -> Option<Timestamp> {
    let algorithms = rustls::crypto::aws_lc_rs::default_provider();
    let then = UnixTime::since_unix_epoch(std::time::Duration::from_secs(FAR_FUTURE_S));
    let verified = certificate.verify_for_usage(
        algorithms.signature_verification_algorithms.all,
        &[],
        &[],
        then,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    );
    match verified.err()? {
        webpki::Error::CertExpired { not_after, .. } => {
            Some(Timestamp(0).plus_ms(not_after.as_secs().saturating_mul(1000)))
        }
        _ => None,
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| unfit(path, &error.to_string()))?;
    if !size.is_file() || size.len() > PEM_BYTES_MAX {
        return Err(unfit(path, "is no file of a usual size"));
    }
    std::fs::read_to_string(path).map_err(|error| unfit(path, &error.to_string()))
}

#[cfg(unix)]
fn check_private(key: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = std::fs::metadata(key).map_err(|error| unfit(key, &error.to_string()))?;
    let mode = meta.permissions().mode() & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(unfit(key, &format!("can be read by others (mode {mode:03o})"))
            .hint(format!("chmod 600 {}", key.display()))),
    }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), Failure> {
    Ok(())
}

fn unfit(path: &Path, why: &str) -> Failure {
    Failure::invalid(format!("no TLS: {} {why}", path.display()))
        .hint("see tls.certificate and tls.key: nexus config explain tls.certificate")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn names() -> Vec<String> {
        vec!["box".to_owned(), "192.168.1.5".to_owned()]
    }

    #[test]
    fn a_certificate_is_kept_until_it_ends_soon_and_its_key_for_longer() {
        let folder = tempfile::tempdir().unwrap();
        let at =
            |days: u64| generated(folder.path(), &names(), NOW.plus_ms(days * DAY_MS)).unwrap();
        let first = at(0);
        assert_eq!(first.expires_at, Some(NOW.plus_ms(VALID_DAYS * DAY_MS)));
        assert!(first.is_self_signed && first.fingerprint.len() == "sha256:".len() + 64);
        assert_eq!(at(VALID_DAYS - RENEW_DAYS - 1).fingerprint, first.fingerprint);
        let renewed = at(VALID_DAYS - RENEW_DAYS);
        assert_ne!(renewed.fingerprint, first.fingerprint);
        assert_eq!(renewed.id, first.id, "the key is the same");
        assert_eq!(renewed.key_fingerprint, first.key_fingerprint);
        let told_at = |days: u64| first.days_to_renewal(NOW.plus_ms(days * DAY_MS));
        assert_eq!(told_at(VALID_DAYS - RENEW_DAYS - NOTICE_DAYS - 1), None);
        assert_eq!(told_at(VALID_DAYS - RENEW_DAYS - NOTICE_DAYS), Some(NOTICE_DAYS));
        assert_eq!(told_at(VALID_DAYS - RENEW_DAYS - 1), Some(1));
        assert!(renewed.expires_at > first.expires_at);
    }

    #[test]
    fn a_broken_certificate_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let first = generated(folder.path(), &names(), NOW).unwrap();
        std::fs::write(folder.path().join("certificate.pem"), "nonsense").unwrap();
        let second = generated(folder.path(), &names(), NOW).unwrap();
        assert_ne!(second.fingerprint, first.fingerprint);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_read_or_that_is_none_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        generated(folder.path(), &names(), NOW).unwrap();
        generated(other.path(), &names(), NOW).unwrap();
        let (certificate, key) =
            (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let failure = own(&certificate, &other.path().join("key.pem")).unwrap_err();
        assert!(failure.message.contains("does not belong to the key"), "{failure}");
        assert!(own(&key, &key).unwrap_err().message.contains("holds no certificate"));
        assert!(own(&certificate, &certificate).unwrap_err().message.contains("no private key"));
        let mode = key.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let failure = own(&certificate, &key).unwrap_err();
        assert!(failure.hint.unwrap().starts_with("chmod 600"));
    }
}
