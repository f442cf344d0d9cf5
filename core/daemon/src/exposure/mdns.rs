//! Announces the control plane on the local network, if the person wants that.

use std::net::IpAddr;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use nexus_domain::Failure;
use nexus_protocol::PROTOCOL;

use super::certificate::Certificate;
use crate::config::Mdns;

/// The type of the service (RFC 6763).
const SERVICE: &str = "_nexus._tcp.local.";

/// What is to be announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) instance: String,
    pub(super) host: String,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) port: u16,
    pub(super) text: Vec<(String, String)>,
}

/// The record for a certificate; `None` when nothing is to be announced. The minimal one tells
/// neither the name of the machine nor which installation it is.
pub(super) fn record(
    mode: Mdns,
    host: &str,
    addresses: &[IpAddr],
    port: u16,
    certificate: &Certificate,
) -> Option<Record> {
    let text = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let protocol = PROTOCOL.to_string();
    let (instance, host, text) = match mode {
        _ if addresses.is_empty() => return None,
        Mdns::Off => return None,
        // A name is needed to point to the addresses; it says nothing and is another one for each
        // certificate.
        Mdns::Minimal => (
            "Nexus".to_owned(),
            format!("nexus-{}", &certificate.fingerprint[7..15]),
            text(&[("proto", &protocol)]),
        ),
        Mdns::Full => (
            format!("Nexus on {host}"),
            host.to_owned(),
            text(&[
                ("id", &certificate.id),
                ("proto", &protocol),
                ("fp", &certificate.fingerprint),
                ("path", "/"),
            ]),
        ),
    };
    Some(Record { instance, host, addresses: addresses.to_vec(), port, text })
}

/// An announcement; taken back when dropped.
pub(super) struct Announcement {
    daemon: ServiceDaemon,
    pub(super) record: Record,
}

impl Announcement {
    /// Announces a record, on the interfaces of its addresses only.
    ///
    /// # Errors
    /// `Unavailable` when the network cannot be used for it.
    pub(super) fn new(record: Record) -> Result<Self, Failure> {
        let silent = |error: mdns_sd::Error| {
            Failure::unavailable(format!("nothing is announced on the local network: {error}"))
        };
        let info = info(&record).map_err(silent)?;
        let daemon = ServiceDaemon::new().map_err(silent)?;
        daemon.disable_interface(IfKind::All).map_err(silent)?;
        for address in &record.addresses {
            daemon.enable_interface(IfKind::Addr(*address)).map_err(silent)?;
        }
        daemon.register(info).map_err(silent)?;
        Ok(Self { daemon, record })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // It says goodbye on its own thread; an error means that it is gone already.
        let _ = self.daemon.shutdown();
    }
}

fn info(record: &Record) -> mdns_sd::Result<ServiceInfo> {
    let host = format!("{}.local.", record.host);
    let addresses: Vec<_> = record.addresses.iter().map(ToString::to_string).collect();
    ServiceInfo::new(
        SERVICE,
        &record.instance,
        &host,
        addresses.join(","),
        record.port,
        record.text.as_slice(),
    )
}

#[cfg(test)]
mod tests {
    use nexus_domain::Timestamp;

    use super::*;

    #[test]
    fn minimal_says_port_and_protocol_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["studio".to_owned()];
        let now = Timestamp(1_700_000_000_000);
        let certificate = super::super::certificate::generated(folder.path(), &names, now).unwrap();
        let addresses = ["192.168.1.5".parse().unwrap()];
        let of =
            |mode, addresses: &[IpAddr]| record(mode, "studio", addresses, 18_789, &certificate);
        assert_eq!(of(Mdns::Off, &addresses), None);
        assert_eq!(of(Mdns::Full, &[]), None, "nobody could come");
        let minimal = of(Mdns::Minimal, &addresses).unwrap();
        assert_eq!(minimal.text, [("proto".to_owned(), PROTOCOL.to_string())]);
        assert!(!format!("{minimal:?}").contains("studio"), "{minimal:?}");
        let full = of(Mdns::Full, &addresses).unwrap();
        let info = info(&full).unwrap();
        assert_eq!(info.get_fullname(), "Nexus on studio._nexus._tcp.local.");
        assert_eq!(info.get_hostname(), "studio.local.");
        assert_eq!(info.get_property_val_str("fp"), Some(certificate.fingerprint.as_str()));
        assert_eq!(info.get_property_val_str("id"), Some(certificate.id.as_str()));
        assert_eq!(info.get_property_val_str("path"), Some("/"));
    }
}
