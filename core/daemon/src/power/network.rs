//! Whether the machine has other addresses than before. Linux tells of each change; elsewhere they
//! are looked at now and then.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::exposure;

/// Pause between two looks where nobody tells, in microseconds.
const LOOK_US: u64 = 60 * 1_000_000;

/// Watches the addresses of this machine.
pub(super) struct Network {
    known: BTreeSet<IpAddr>,
    #[cfg(target_os = "linux")]
    messages: Option<netlink::Messages>,
    looked_us: u64,
}

impl Network {
    pub(super) fn open() -> Self {
        Self {
            known: addresses().unwrap_or_default(),
            #[cfg(target_os = "linux")]
            messages: netlink::Messages::open()
                .inspect_err(|error| tracing::debug!(%error, "nobody tells of network changes"))
                .ok(),
            looked_us: 0,
        }
    }

    /// Waits until something about the addresses happens. Dropping the future loses nothing.
    pub(super) async fn stirred(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(messages) = &mut self.messages {
            match messages.next().await {
                // One that went and came back is another network all the same.
                Ok(lost) => {
                    if lost {
                        self.known.clear();
                    }
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, "nobody tells of network changes any more");
                    self.messages = None;
                }
            }
        }
        std::future::pending::<()>().await;
    }

    /// Whether it is time to look by oneself.
    pub(super) fn is_due(&mut self, now_us: u64) -> bool {
        #[cfg(target_os = "linux")]
        if self.messages.is_some() {
            return false;
        }
        let is_due = now_us.saturating_sub(self.looked_us) >= LOOK_US;
        if is_due {
            self.looked_us = now_us;
        }
        is_due
    }

    /// Looks at the addresses: whether others can be reached, if they have changed.
    pub(super) fn compare(&mut self) -> Option<bool> {
        let now = addresses()?;
        let has_changed = now != self.known;
        self.known = now;
        has_changed.then_some(!self.known.is_empty())
    }
}

/// The addresses by which this machine reaches others; nothing when the system does not say.
fn addresses() -> Option<BTreeSet<IpAddr>> {
    let all = exposure::addresses().ok()?;
    Some(all.into_iter().filter(|address| reaches_others(*address)).collect())
}

fn reaches_others(address: IpAddr) -> bool {
    let is_link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !address.is_loopback() && !address.is_unspecified() && !is_link_local
}

/// Messages of the kernel about addresses (rtnetlink(7)).
#[cfg(target_os = "linux")]
mod netlink {
    use std::io;

    use rustix::net::netlink::SocketAddrNetlink;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
    use tokio::net::UnixDatagram;

    /// Groups of messages: addresses of IPv4 and of IPv6.
    const GROUPS: u32 = 0x10 | 0x100;
    /// Type of the message that an address is gone.
    const ADDRESS_GONE: u16 = 21;
    /// Scope of an address that is good beyond its link.
    const SCOPE_UNIVERSE: u8 = 0;
    /// Length of the head of a message, in bytes.
    const HEAD_BYTES: usize = 16;
    /// Error of a socket that could not keep all messages.
    const OVERRUN: i32 = rustix::io::Errno::NOBUFS.raw_os_error();
    /// Most bytes of messages that are read at once.
    const READ_BYTES: usize = 8 * 1024;

    /// The socket. It is read like any socket of datagrams.
    pub(super) struct Messages(UnixDatagram);

    impl Messages {
        pub(super) fn open() -> io::Result<Self> {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            // No protocol is that of routes and addresses.
            let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
            bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
            Ok(Self(UnixDatagram::from_std(socket.into())?))
        }

        /// Waits for messages, reads all there are, and says whether an address was lost.
        pub(super) async fn next(&mut self) -> io::Result<bool> {
            let mut buffer = [0_u8; READ_BYTES];
            let mut lost = false;
            self.0.readable().await?;
            loop {
                match self.0.try_recv(&mut buffer) {
                    Ok(n_bytes) => lost |= is_lost(&buffer[..n_bytes]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(lost),
                    // So much happened that some of it was thrown away.
                    Err(error) if error.raw_os_error() == Some(OVERRUN) => lost = true,
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Whether one of these messages tells that an address is gone by which others were reached.
    fn is_lost(mut bytes: &[u8]) -> bool {
        while let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>() {
            let length = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]);
            let kind = u16::from_ne_bytes([head[4], head[5]]);
            // Family, length of the prefix, flags, scope.
            let scope = rest.get(3).copied();
            if kind == ADDRESS_GONE && scope == Some(SCOPE_UNIVERSE) {
                return true;
            }
            let length = usize::try_from(length).unwrap_or(usize::MAX).next_multiple_of(4);
            if length < HEAD_BYTES || length >= bytes.len() {
                return false;
            }
            bytes = &bytes[length..];
        }
        false
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn message(kind: u16, scope: u8) -> Vec<u8> {
            let mut bytes = 24_u32.to_ne_bytes().to_vec();
            bytes.extend(kind.to_ne_bytes());
            bytes.resize(HEAD_BYTES, 0);
            bytes.extend([2, 24, 0, scope, 1, 0, 0, 0]);
            bytes
        }

        #[test]
        fn only_the_loss_of_an_address_that_reaches_others_counts() {
            assert!(is_lost(&message(ADDRESS_GONE, SCOPE_UNIVERSE)));
            assert!(is_lost(&[message(20, 0), message(ADDRESS_GONE, 0)].concat()));
            assert!(!is_lost(&[message(20, 0), message(ADDRESS_GONE, 253)].concat()));
            assert!(!is_lost(&[]) && !is_lost(&[0; 40]) && !is_lost(&[255; 17]));
        }

        #[tokio::test]
        async fn the_kernel_lets_us_listen() {
            Messages::open().unwrap();
        }
    }
}
