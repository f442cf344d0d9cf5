//! Inside a network of its own a program finds nobody. This gives it one address: a port of its
//! loop back that leads to the socket of the proxy, and nowhere else.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most connections at a time; further ones are closed at once.
const CONNECTIONS_MAX: usize = 64;

/// Begins to forward; goes on as long as this process lives.
pub(super) fn begin(port: u16, socket: &Path) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let socket: Arc<PathBuf> = Arc::new(socket.to_owned());
    let n_open = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if n_open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS_MAX {
                n_open.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let (socket, n_open) = (Arc::clone(&socket), Arc::clone(&n_open));
            std::thread::spawn(move || {
                // A connection that breaks is the program's to notice.
                let _ = join(&client, &socket);
                n_open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    Ok(())
}

fn join(client: &TcpStream, socket: &Path) -> io::Result<()> {
    let proxy = UnixStream::connect(socket)?;
    let (mut from_client, mut to_proxy) = (client.try_clone()?, proxy.try_clone()?);
    let upwards = std::thread::spawn(move || {
        let copied = io::copy(&mut from_client, &mut to_proxy);
        let _ = to_proxy.shutdown(Shutdown::Write);
        copied
    });
    let copied = io::copy(&mut &proxy, &mut &*client);
    let _ = client.shutdown(Shutdown::Write);
    let _ = upwards.join();
    copied.map(|_| ())
}
