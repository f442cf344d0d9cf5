//! Connections to a daemon on another machine: by TLS, and to that one daemon only.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt as _;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

/// A connection, with TLS or without.
pub(crate) type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// SHA-256 of a certificate or of its public key, as `nexus expose status` shows both: `sha256:`
/// and 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// That of a certificate.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }

    /// That of a certificate's public key, which outlives the certificate when it is renewed.
    fn of_key(certificate: &CertificateDer<'_>) -> Result<Self, TlsError> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        Ok(Self(Sha256::digest(parsed.subject_public_key_info()).into()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is `sha256:` and 64 hex digits, as `nexus expose status` shows it")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    /// Browsers show it in capitals, with colons between the bytes; that is understood, too.
    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.strip_prefix("sha256:").unwrap_or(&text).replace(':', "");
        let bytes = hex::decode(digits).map_err(|_| NoFingerprint)?;
        bytes.try_into().map(Self).map_err(|_| NoFingerprint)
    }
}

/// Whom a connection by TLS may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Whoever the operating system vouches for.
    System,
    /// The holder of this certificate, or of a certificate with this key, and nobody else, whatever
    /// names it carries.
    Pinned(Fingerprint),
}

/// Where a daemon is reached: an address, by TLS or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Host and port.
    pub address: String,
    /// Whom TLS may lead to; without it there is no TLS.
    pub trust: Option<Trust>,
}

/// Why a text names no daemon that one may connect to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTarget {
    /// It is no such address.
    #[error("`{0}` is no address of a daemon; write it like https://192.168.1.5:18789")]
    Malformed(String),
    /// Everything would be readable on the way, the token, too.
    #[error("without TLS only a daemon on this machine is reached; write it with https://")]
    InClear,
    /// A certificate is expected where there is no TLS.
    #[error("a fingerprint is for https:// only")]
    FingerprintInClear,
}

impl Target {
    /// Reads an address such as `https://192.168.1.5:18789`.
    ///
    /// # Errors
    /// When it is none, or would be without TLS to another machine.
    pub fn parse(url: &str, fingerprint: Option<Fingerprint>) -> Result<Self, NoTarget> {
        let malformed = || NoTarget::Malformed(url.to_owned());
        let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
        let (is_tls, port) = match scheme {
            "https" | "wss" => (true, 443),
            "http" | "ws" => (false, 80),
            _ => return Err(malformed()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(is_plain) {
            return Err(malformed());
        }
        let has_port = authority.rsplit_once(':').is_some_and(|(host, port)| {
            port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'))
        });
        let address = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
        let trust = match (is_tls, fingerprint) {
            (true, Some(fingerprint)) => Some(Trust::Pinned(fingerprint)),
            (true, None) => Some(Trust::System),
            (false, Some(_)) => return Err(NoTarget::FingerprintInClear),
            (false, None) if is_loopback(host_of(&address)) => None,
            (false, None) => return Err(NoTarget::InClear),
        };
        Ok(Self { address, trust })
    }
}

/// The host of an address, without port and brackets.
fn host_of(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// Nobody listens.
    Unreachable(String),
    /// Somebody listens, and is not whom we want, or speaks no TLS.
    Tls(String),
}

/// Opens a connection.
pub(crate) async fn open(address: &str, trust: Option<Trust>) -> Result<Stream, OpenError> {
    let unreachable = |error: std::io::Error| OpenError::Unreachable(error.to_string());
    let tls = |error: &dyn fmt::Display| OpenError::Tls(error.to_string());
    let stream = TcpStream::connect(address).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let Some(trust) = trust else { return Ok(Either::Left(stream)) };
    let name = ServerName::try_from(host_of(address).to_owned()).map_err(|e| tls(&e))?;
    let config = config(trust).map_err(|e| tls(&e))?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map(Either::Right).map_err(|e| tls(&e))
}

fn config(trust: Trust) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let mut config = match trust {
        Trust::System => builder.with_platform_verifier()?.with_no_client_auth(),
        Trust::Pinned(fingerprint) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Pinned { fingerprint, provider }))
            .with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Takes one certificate, or those of one key, and no other. Who holds its key is proved by the handshake as ever.
#[derive(Debug)]
struct Pinned {
    fingerprint: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let presented = Fingerprint::of(end_entity);
        let is_it =
            presented == self.fingerprint || Fingerprint::of_key(end_entity)? == self.fingerprint;
        match is_it {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(TlsError::General(format!(
                "its certificate is {presented}, not {}",
                self.fingerprint
            ))),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_we_and_as_browsers_show_it() {
        let ours = Fingerprint::of(b"x");
        assert_eq!(ours.to_string().parse(), Ok(ours));
        let digits = hex::encode_upper(ours.0);
        let pairs: Vec<_> =
            digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair)).collect();
        assert_eq!(pairs.join(":").parse(), Ok(ours));
        for text in ["", "sha256:", "sha1:00", &digits[1..], "zz"] {
            assert_eq!(text.parse::<Fingerprint>(), Err(NoFingerprint), "{text}");
        }
    }

    #[test]
    fn another_machine_is_reached_by_tls_only() {
        let pin = Fingerprint::of(b"x");
        let of = |url: &str, pin| Target::parse(url, pin).map(|t| (t.address, t.trust));
        let system = Some(Trust::System);
        assert_eq!(of("https://box.ts.net", None), Ok(("box.ts.net:443".to_owned(), system)));
        assert_eq!(of("wss://[fd00::5]/", None), Ok(("[fd00::5]:443".to_owned(), system)));
        assert_eq!(
            of("https://10.0.0.1:18789/", Some(pin)),
            Ok(("10.0.0.1:18789".to_owned(), Some(Trust::Pinned(pin))))
        );
        assert_eq!(of("http://127.0.0.1:5", None), Ok(("127.0.0.1:5".to_owned(), None)));
        assert_eq!(of("http://[::1]:5", None), Ok(("[::1]:5".to_owned(), None)));
        assert_eq!(of("http://10.0.0.1:5", None), Err(NoTarget::InClear));
        assert_eq!(of("http://localhost:5", Some(pin)), Err(NoTarget::FingerprintInClear));
        for url in ["box", "ftp://x", "https://", "https://a/b", "https://u@h", "https://h?q"] {
            assert!(matches!(of(url, None), Err(NoTarget::Malformed(_))), "{url}");
        }
    }
}
