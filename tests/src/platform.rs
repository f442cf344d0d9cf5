//! An outside system on this machine: it hands in messages until somebody has acknowledged them,
//! more than once now and then, as such systems do, and counts what is really sent to it. It
//! outlives the daemons and adapters that use it. Adapters speak lines of JSON with it, see
//! `tests/src/bin/courier.rs`.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Every message whose number this divides is handed in once more although it was acknowledged.
const REPEATED: usize = 4;

/// A message from outside.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its id, the platform's own.
    pub id: String,
    /// The account that it is for.
    pub account: String,
    /// The conversation.
    pub peer: String,
    /// What it says.
    pub text: String,
}

/// Something that was sent to the platform, or changed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Through which account.
    pub account: String,
    /// The key it came with.
    pub key: String,
    /// The conversation.
    pub to: String,
    /// What it says, after the last edit.
    pub text: String,
    /// What the platform calls it.
    pub message_id: String,
    /// How often it came.
    pub n_times: usize,
    /// How often its text was replaced.
    pub n_edits: usize,
}

/// What has happened so far.
#[derive(Default)]
struct Book {
    /// What may be handed in by now, in order.
    mail: Vec<Mail>,
    acknowledged: HashSet<String>,
    repeated: HashSet<String>,
    /// How often something was handed to an adapter.
    n_handed: usize,
    taken: Vec<Taken>,
    /// What an adapter that sends once is known to have sent, by key.
    by_key: HashMap<String, usize>,
    /// Lines that adapters said, of any kind.
    n_happenings: usize,
}

/// The platform.
pub struct Platform {
    address: SocketAddr,
    desk: Arc<Desk>,
}

struct Desk {
    book: Mutex<Book>,
    moved: watch::Sender<usize>,
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn happened(&self) {
        let n = {
            let mut book = self.book();
            book.n_happenings += 1;
            book.n_happenings
        };
        self.moved.send_replace(n);
    }
}

impl Platform {
    /// Opens for business, without any mail.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk { book: Mutex::default(), moved: watch::Sender::new(0) });
        let own = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Arc::clone(&own);
                // An adapter that is killed breaks its connection: nobody minds.
                tokio::spawn(async move { serve(stream, &desk).await });
            }
        });
        Ok(Self { address, desk })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Something is there to be handed in from now on.
    pub fn post(&self, mail: impl IntoIterator<Item = Mail>) {
        self.desk.book().mail.extend(mail);
        self.desk.happened();
    }

    /// What was sent to it.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.desk.book().taken.clone()
    }

    /// How often it handed something in.
    #[must_use]
    pub fn n_handed(&self) -> usize {
        self.desk.book().n_handed
    }

    /// How many messages somebody has acknowledged.
    #[must_use]
    pub fn n_acknowledged(&self) -> usize {
        self.desk.book().acknowledged.len()
    }

    /// How many things have happened, and a wait for more.
    #[must_use]
    pub fn happenings(&self) -> watch::Receiver<usize> {
        self.desk.moved.subscribe()
    }
}

/// One adapter, until it is gone.
async fn serve(stream: TcpStream, desk: &Desk) -> Result<()> {
    stream.set_nodelay(true)?;
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let hello: Value = serde_json::from_str(&read(&mut lines).await?)?;
    let account = hello["account"].as_str().context("no account")?.to_owned();
    let is_once = hello["sends_once"].as_bool().unwrap_or_default();
    desk.happened();
    let mut moved = desk.moved.subscribe();
    let mut handed = HashSet::new();
    loop {
        moved.mark_unchanged();
        hand_in(desk, &account, &mut handed, &mut output).await?;
        tokio::select! {
            line = read(&mut lines) => {
                let said: Value = serde_json::from_str(&line?)?;
                if let Some(answer) = take(desk, &account, is_once, &mut handed, &said)? {
                    output.write_all(format!("{answer}\n").as_bytes()).await?;
                }
                desk.happened();
            }
            changed = moved.changed() => changed?,
        }
    }
}

async fn read(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> Result<String> {
    lines.next_line().await?.context("it is gone")
}

/// Hands in what nobody has acknowledged, once to each connection.
async fn hand_in(
    desk: &Desk,
    account: &str,
    handed: &mut HashSet<String>,
    output: &mut OwnedWriteHalf,
) -> Result<()> {
    let due: Vec<Mail> = {
        let mut book = desk.book();
        let is_due = |mail: &&Mail| {
            mail.account == account
                && !book.acknowledged.contains(&mail.id)
                && !handed.contains(&mail.id)
        };
        let due: Vec<_> = book.mail.iter().filter(is_due).cloned().collect();
        book.n_handed += due.len();
        due
    };
    for mail in due {
        let line = json!({ "mail": { "id": mail.id, "peer": mail.peer, "text": mail.text } });
        handed.insert(mail.id);
        output.write_all(format!("{line}\n").as_bytes()).await?;
    }
    Ok(())
}

fn take(
    desk: &Desk,
    account: &str,
    is_once: bool,
    handed: &mut HashSet<String>,
    said: &Value,
) -> Result<Option<Value>> {
    let mut book = desk.book();
    let word = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
    match said["what"].as_str().context("what?")? {
        "acknowledged" => {
            let id = word("id");
            if id.len() % REPEATED == 0 && book.repeated.insert(id.clone()) {
                // As if the acknowledgement had been lost on the way.
                handed.remove(&id);
            } else {
                book.acknowledged.insert(id);
            }
            Ok(None)
        }
        "send" => {
            let known = book.by_key.get(&word("key")).copied().filter(|_| is_once);
            let place = match known {
                Some(place) => {
                    book.taken[place].n_times += 1;
                    place
                }
                None => {
                    let message_id = format!("{account}-{}", book.taken.len() + 1);
                    let place = book.taken.len();
                    book.by_key.insert(word("key"), place);
                    book.taken.push(Taken {
                        account: account.to_owned(),
                        key: word("key"),
                        to: word("to"),
                        text: word("text"),
                        message_id,
                        n_times: 1,
                        n_edits: 0,
                    });
                    place
                }
            };
            Ok(Some(json!({ "n": said["n"], "message_id": book.taken[place].message_id })))
        }
        "edit" => {
            let id = word("message_id");
            let found = book.taken.iter_mut().find(|taken| taken.message_id == id);
            let taken = found.context("an edit of nothing")?;
            taken.text = word("text");
            taken.n_edits += 1;
            Ok(Some(json!({ "n": said["n"], "message_id": id })))
        }
        other => anyhow::bail!("nobody says {other}"),
    }
}
