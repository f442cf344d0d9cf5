//! One tray per home. A second launch hands its arguments to the first one and ends.
//!
//! The lock of the home says who runs the daemon, which need not be the tray: a tray that is
//! attached to a service holds none. So the tray has a lock of its own, and beside it a socket in
//! the home's private folder, over which a second launch says what it was started with.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

/// The lock, below the home folder.
const LOCK: &str = "state/tray.lock";
/// Longest list of arguments that is taken, in bytes of JSON.
const ARGUMENTS_BYTES_MAX: u64 = 16 * 1024;
/// How often a first launch is knocked at that is just starting.
const KNOCKS_MAX: u32 = 20;
/// Pause between two knocks, in milliseconds.
const KNOCK_PAUSE_MS: u64 = 250;
/// Time for handing the arguments over, in milliseconds.
const EXCHANGE_MS_MAX: u64 = 2_000;
/// What the first launch answers.
const TAKEN: &str = "taken\n";

/// What became of a launch.
#[derive(Debug)]
pub enum Claim {
    /// It is the first.
    First(Single),
    /// Another one runs and was told the arguments.
    Told,
}

/// The place of the first launch; given up with the value.
#[derive(Debug)]
pub struct Single {
    _lock: File,
    door: Option<door::Door>,
}

impl Single {
    /// Takes the place of this home, or tells who has it what this launch was started with.
    ///
    /// # Errors
    /// When the folder cannot be used, or the one who has the place does not listen.
    pub async fn claim(home: &Path, arguments: &[String]) -> io::Result<Claim> {
        let path = home.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&path)?;
        for _ in 0..KNOCKS_MAX {
            match lock.try_lock() {
                Ok(()) => {
                    let door = door::Door::open(home).inspect_err(|error| {
                        tracing::warn!(%error, "a second launch will not be heard");
                    });
                    return Ok(Claim::First(Self { _lock: lock, door: door.ok() }));
                }
                Err(std::fs::TryLockError::Error(error)) => return Err(error),
                Err(std::fs::TryLockError::WouldBlock) => {}
            }
            match tell(home, arguments).await {
                Ok(()) => return Ok(Claim::Told),
                Err(error) => tracing::debug!(%error, "the first launch does not listen yet"),
            }
            tokio::time::sleep(Duration::from_millis(KNOCK_PAUSE_MS)).await;
        }
        Err(io::Error::other("Nexus already runs in the tray and does not answer: quit it first"))
    }

    /// Waits for the arguments of a further launch.
    pub async fn next(&mut self) -> Vec<String> {
        let Some(door) = &mut self.door else { return std::future::pending().await };
        loop {
            let heard = async {
                let stream = door.visitor().await?;
                let within = Duration::from_millis(EXCHANGE_MS_MAX);
                let hearing = tokio::time::timeout(within, hear(stream)).await;
                hearing.map_err(|_| io::Error::other("it said nothing in time"))?
            };
            match heard.await {
                Ok(arguments) => return arguments,
                Err(error) => {
                    tracing::warn!(%error, "a further launch was not understood");
                    // Whatever is wrong with the door, it is not to keep the processor busy.
                    tokio::time::sleep(Duration::from_millis(KNOCK_PAUSE_MS)).await;
                }
            }
        }
    }
}

async fn tell(home: &Path, arguments: &[String]) -> io::Result<()> {
    let exchange = async {
        let mut stream = BufReader::new(door::knock(home).await?);
        let mut line = serde_json::to_vec(arguments)?;
        line.push(b'\n');
        stream.get_mut().write_all(&line).await?;
        let mut answer = String::new();
        (&mut stream).take(TAKEN.len() as u64).read_line(&mut answer).await?;
        match answer == TAKEN {
            true => Ok(()),
            false => Err(io::Error::other("what listens there is no tray")),
        }
    };
    let within = Duration::from_millis(EXCHANGE_MS_MAX);
    tokio::time::timeout(within, exchange).await.map_err(|_| io::Error::other("no answer"))?
}

async fn hear(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
) -> io::Result<Vec<String>> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream).take(ARGUMENTS_BYTES_MAX).read_line(&mut line).await?;
    let arguments = serde_json::from_str(&line)?;
    stream.get_mut().write_all(TAKEN.as_bytes()).await?;
    stream.get_mut().flush().await?;
    Ok(arguments)
}

#[cfg(unix)]
mod door {
    use std::io;
    use std::path::{Path, PathBuf};

    use tokio::net::{UnixListener, UnixStream};

    fn path(home: &Path) -> PathBuf {
        home.join("state/tray.sock")
    }

    #[derive(Debug)]
    pub(super) struct Door(UnixListener);

    impl Door {
        /// Whoever holds the lock may clear away what a killed tray left behind.
        pub(super) fn open(home: &Path) -> io::Result<Self> {
            let path = path(home);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            Ok(Self(UnixListener::bind(path)?))
        }

        pub(super) async fn visitor(&mut self) -> io::Result<UnixStream> {
            Ok(self.0.accept().await?.0)
        }
    }

    pub(super) async fn knock(home: &Path) -> io::Result<UnixStream> {
        UnixStream::connect(path(home)).await
    }
}

#[cfg(windows)]
mod door {
    use std::hash::{Hash as _, Hasher as _};
    use std::io;
    use std::path::Path;

    use tokio::net::windows::named_pipe::{
        ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
    };

    /// Pipes have no folders; the name only tells homes apart.
    fn name(home: &Path) -> String {
        let mut hasher = std::hash::DefaultHasher::new();
        home.hash(&mut hasher);
        format!(r"\\.\pipe\nexus-tray-{:016x}", hasher.finish())
    }

    #[derive(Debug)]
    pub(super) struct Door {
        name: String,
        next: NamedPipeServer,
    }

    impl Door {
        pub(super) fn open(home: &Path) -> io::Result<Self> {
            let name = name(home);
            let next = ServerOptions::new().first_pipe_instance(true).create(&name)?;
            Ok(Self { name, next })
        }

        pub(super) async fn visitor(&mut self) -> io::Result<NamedPipeServer> {
            self.next.connect().await?;
            let fresh = ServerOptions::new().create(&self.name)?;
            Ok(std::mem::replace(&mut self.next, fresh))
        }
    }

    pub(super) async fn knock(home: &Path) -> io::Result<NamedPipeClient> {
        ClientOptions::new().open(name(home))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("state")).unwrap();
        home
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    async fn first(home: &Path) -> Single {
        match Single::claim(home, &[]).await.unwrap() {
            Claim::First(single) => single,
            Claim::Told => panic!("somebody else has the place"),
        }
    }

    #[tokio::test]
    async fn a_second_launch_is_heard_and_ends() {
        let home = home();
        let mut single = first(home.path()).await;
        for said in [words(&["nexus://chat/main"]), words(&[]), words(&["--hidden", "ä \n"])] {
            let (claim, heard) = tokio::join!(Single::claim(home.path(), &said), single.next());
            assert!(matches!(claim.unwrap(), Claim::Told));
            assert_eq!(heard, said);
        }
        drop(single);
        first(home.path()).await;
    }

    #[tokio::test]
    async fn what_a_killed_tray_left_behind_is_no_hindrance() {
        let home = home();
        drop(tokio::net::UnixListener::bind(home.path().join("state/tray.sock")).unwrap());
        std::fs::write(home.path().join(LOCK), "").unwrap();
        let mut single = first(home.path()).await;
        let said = words(&["x"]);
        let (claim, heard) = tokio::join!(Single::claim(home.path(), &said), single.next());
        assert!(matches!(claim.unwrap(), Claim::Told) && heard == said);
    }

    #[tokio::test]
    async fn homes_do_not_hear_each_other() {
        let (one, two) = (home(), home());
        let _one = first(one.path()).await;
        first(two.path()).await;
    }

    #[tokio::test]
    async fn nonsense_is_passed_over() {
        let home = home();
        let mut single = first(home.path()).await;
        let talk = async {
            let mut stream = door::knock(home.path()).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            drop(stream);
            Single::claim(home.path(), &words(&["y"])).await.unwrap()
        };
        let (_, heard) = tokio::join!(talk, single.next());
        assert_eq!(heard, words(&["y"]));
    }
}
