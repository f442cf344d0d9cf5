//! Who is let through to which machine, for one program: each machine is put before the gate, and
//! everything that passes is counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::StatusCode;
use nexus_domain::permission::Target;
use nexus_iam::canonical_action_in;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_util::io::{InspectReader, InspectWriter};
use tokio_util::sync::CancellationToken;

use super::place::{Place, Wanted};
use super::{BYTES_MAX, CONNECT_MS_MAX, MACHINES_MAX};
use crate::port::{Answer, Clock, Left, Reach};
use crate::tools::{RunningCall, address, one_line};

/// A connection to the outside whose bytes are counted.
pub(super) type Counted = InspectWriter<InspectReader<TcpStream, Count>, Count>;
type Count = Box<dyn FnMut(&[u8]) + Send>;

/// Why a program is not let through.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub why: String,
}

impl Refusal {
    fn forbidden(why: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, why: why.into() }
    }

    pub(super) fn gateway(why: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_GATEWAY, why: why.into() }
    }
}

/// What is known about one machine.
#[derive(Default)]
struct Visit {
    /// One question at a time: whoever comes meanwhile waits for the same answer.
    door: tokio::sync::Mutex<()>,
    fate: Mutex<Fate>,
    n_connections: AtomicU64,
    n_sent: AtomicU64,
    n_received: AtomicU64,
}

/// What was decided about a machine, and what it came to.
#[derive(Clone, Debug, Default)]
struct Fate {
    is_allowed: bool,
    refusal: Option<Refusal>,
    trouble: Option<String>,
    said: Option<String>,
}

/// The desk of one program.
pub(in crate::tools::exec) struct Desk {
    pub call: RunningCall,
    pub clock: Arc<dyn Clock>,
    /// The command, word for word.
    pub argv: Vec<String>,
    /// The same as one line.
    pub line: String,
    pub wanted: Wanted,
    pub allow_private_hosts: bool,
    visits: Mutex<BTreeMap<Place, Arc<Visit>>>,
    n_bytes: AtomicU64,
    pub(super) bytes_max: u64,
    /// Too much has passed; everything is cut.
    pub(super) over: CancellationToken,
}

impl Desk {
    pub(in crate::tools::exec) fn new(
        call: RunningCall,
        clock: Arc<dyn Clock>,
        (argv, line): (Vec<String>, String),
        wanted: Wanted,
        allow_private_hosts: bool,
    ) -> Self {
        Self {
            call,
            clock,
            argv,
            line,
            wanted,
            allow_private_hosts,
            visits: Mutex::default(),
            n_bytes: AtomicU64::new(0),
            bytes_max: BYTES_MAX,
            over: CancellationToken::new(),
        }
    }

    /// Asks whether the program may talk to a machine, and connects to it.
    pub(super) async fn let_through(
        self: &Arc<Self>,
        host: &str,
        port: u16,
    ) -> Result<Counted, Refusal> {
        let bad = |why| Refusal { status: StatusCode::BAD_REQUEST, why };
        let place = Place::new(host, port).map_err(bad)?;
        let visit = self.visit(&place)?;
        self.decide(&place, &visit).await?;
        match self.connect(&place).await {
            Ok(stream) => {
                visit.n_connections.fetch_add(1, Ordering::Relaxed);
                Ok(self.counted(stream, &visit))
            }
            Err(why) => {
                let why = format!("{place} could not be reached: {why}");
                visit.fate().trouble = Some(why.clone());
                Err(Refusal::gateway(why))
            }
        }
    }

    fn visit(&self, place: &Place) -> Result<Arc<Visit>, Refusal> {
        let mut visits = self.visits();
        if !visits.contains_key(place) && visits.len() >= MACHINES_MAX {
            return Err(Refusal::forbidden(format!(
                "this program has asked for {MACHINES_MAX} machines already"
            )));
        }
        Ok(Arc::clone(visits.entry(place.clone()).or_default()))
    }

    /// What is refused stays refused as long as the program runs; what was allowed is looked at
    /// again by the gate, because the rules and what the conversation holds may have changed.
    async fn decide(&self, place: &Place, visit: &Visit) -> Result<(), Refusal> {
        let _door = visit.door.lock().await;
        let fate = visit.fate().clone();
        if let Some(refusal) = fate.refusal {
            return Err(refusal);
        }
        let reach = self.reach(place, fate.is_allowed);
        let answer = self.call.gate.reach(reach).await;
        let mut fate = visit.fate();
        let refusal = match answer {
            Answer::Allowed => {
                fate.is_allowed = true;
                return Ok(());
            }
            Answer::AllowedSaying(said) => {
                fate.is_allowed = true;
                fate.said = Some(said);
                return Ok(());
            }
            Answer::Refused(why) => Refusal::forbidden(why),
            Answer::Changed => Refusal::forbidden("it is not what was approved"),
            Answer::Broken(why) => {
                Refusal::gateway(format!("the decision could not be recorded: {why}"))
            }
        };
        fate.refusal = Some(refusal.clone());
        Err(refusal)
    }

    fn reach(&self, place: &Place, is_again: bool) -> Reach {
        let unfit = match self.wanted.covers(place) {
            true => place.check(self.allow_private_hosts).err(),
            false => Some("the call named the machines that its program may ask for".to_owned()),
        };
        let summary = one_line(&format!("let `{}` talk to {place}", self.line));
        let arguments = json!({ "argv": self.argv, "connect": place.to_string() });
        let target = Target::Host { host: place.host.clone(), port: place.port };
        let action = canonical_action_in(None, "exec", summary, arguments, vec![target]);
        Reach { tool_call_id: self.call.id.clone(), action, is_again, unfit }
    }

    /// The name is resolved here and nowhere else, and what is connected to is what was checked.
    async fn connect(&self, place: &Place) -> Result<TcpStream, String> {
        let allow = self.allow_private_hosts;
        let connecting = async {
            let addresses = address::resolve(place.bare_host(), place.port, allow).await;
            let addresses = addresses.map_err(|error| error.to_string())?;
            let mut trouble = "it has no address".to_owned();
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => trouble = error.to_string(),
                }
            }
            Err(trouble)
        };
        tokio::select! {
            result = connecting => result,
            () = self.clock.sleep(CONNECT_MS_MAX) => {
                Err(format!("it did not answer within {} s", CONNECT_MS_MAX / 1000))
            }
        }
    }

    fn counted(self: &Arc<Self>, stream: TcpStream, visit: &Arc<Visit>) -> Counted {
        let count = |of: fn(&Visit) -> &AtomicU64| -> Count {
            let (desk, visit) = (Arc::clone(self), Arc::clone(visit));
            Box::new(move |bytes: &[u8]| {
                let n = bytes.len() as u64;
                of(&visit).fetch_add(n, Ordering::Relaxed);
                if desk.n_bytes.fetch_add(n, Ordering::Relaxed) + n > desk.bytes_max {
                    desk.over.cancel();
                }
            })
        };
        let reader = InspectReader::new(stream, count(|visit| &visit.n_received));
        InspectWriter::new(reader, count(|visit| &visit.n_sent))
    }

    /// What the program had to do with machines: those that it was let through to.
    pub(super) fn left(&self) -> Vec<Left> {
        let visits = self.visits();
        let allowed = visits.iter().filter(|(_, visit)| visit.fate().is_allowed);
        let left = |(place, visit): (&Place, &Arc<Visit>)| Left {
            host: place.host.clone(),
            port: place.port,
            outcome: visit.outcome(),
        };
        allowed.map(left).collect()
    }

    /// One line for each machine, for people; empty when it asked for none.
    pub(super) fn lines(&self) -> Vec<String> {
        self.visits().iter().map(|(place, visit)| format!("{place}: {}", visit.outcome())).collect()
    }

    /// What the model has to know: refusals, troubles, and what a person said.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (place, visit) in self.visits().iter() {
            let fate = visit.fate();
            if let Some(refusal) = &fate.refusal {
                notes.push(format!("{place} was refused: {}", refusal.why));
            }
            notes.extend(fate.trouble.clone());
            notes.extend(fate.said.as_ref().map(|said| format!("{place}: {said}")));
        }
        if self.over.is_cancelled() {
            notes.push(format!("the network was cut after {} bytes", self.bytes_max));
        }
        notes
    }

    fn visits(&self) -> MutexGuard<'_, BTreeMap<Place, Arc<Visit>>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    fn fate(&self) -> MutexGuard<'_, Fate> {
        self.fate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outcome(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let fate = self.fate();
        match (&fate.refusal, &fate.trouble, of(&self.n_connections)) {
            (Some(refusal), _, _) => format!("refused: {}", refusal.why),
            (None, Some(trouble), 0) => trouble.clone(),
            (None, None, 0) => "nothing passed".to_owned(),
            (None, _, n) => format!(
                "{n} connections, {} bytes sent, {} bytes received",
                of(&self.n_sent),
                of(&self.n_received)
            ),
        }
    }
}
