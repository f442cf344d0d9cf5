use std::net::SocketAddr;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::support::{House, within};

/// More than may shake hands at once.
const TOO_MANY: usize = 130;

async fn outside(house: &House) -> SocketAddr {
    let status = crate::exposure::apply(house.daemon.context()).await;
    assert!(status.problems.is_empty(), "{status:?}");
    status.endpoints[0].address.parse().unwrap()
}

#[tokio::test]
async fn who_does_not_shake_hands_is_dropped() {
    let house = House::with_config("[runtime]\nbind = \"127.0.0.2\"\n").await;
    let address = outside(&house).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut byte = [0_u8; 1];
    let read = house.while_time_passes(silent.read(&mut byte)).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    assert_eq!(house.ask("GET /health", &[]).await.status(), 200);
}

#[tokio::test]
async fn many_who_do_not_shake_hands_hold_nobody_up_for_good() {
    let house = House::with_config("[runtime]\nbind = \"127.0.0.2\"\n").await;
    let address = outside(&house).await;
    let mut silent = Vec::new();
    for _ in 0..TOO_MANY {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    // From this machine all goes on as ever.
    assert_eq!(house.ask("GET /health", &[]).await.status(), 200);
    let certificate = house.daemon.context().exposure.certificate().unwrap();
    let connected = house.while_time_passes(shake(address, &certificate.fingerprint)).await;
    assert!(connected, "the next one has its turn");
    drop(silent);
    let answer = within(shake(address, "sha256:00")).await;
    assert!(!answer, "another certificate is not this one");
}

/// Shakes hands with whoever has this certificate.
async fn shake(address: SocketAddr, fingerprint: &str) -> bool {
    use rustls::pki_types::ServerName;
    use sha2::Digest as _;
    let stream = TcpStream::connect(address).await.unwrap();
    let config = rustls::ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(std::sync::Arc::new(Anybody))
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let name = ServerName::from(address.ip());
    let Ok(stream) = connector.connect(name, stream).await else { return false };
    let (_, connection) = stream.get_ref();
    let presented = connection.peer_certificates().and_then(|chain| chain.first());
    presented.is_some_and(|certificate| {
        fingerprint == format!("sha256:{}", hex::encode(sha2::Sha256::digest(certificate)))
    })
}

/// Looks at no certificate; the test compares it itself.
#[derive(Debug)]
struct Anybody;

impl rustls::client::danger::ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}
