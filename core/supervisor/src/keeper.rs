//! The life of one child, from its first start to its last end.

use std::sync::{Arc, Mutex, PoisonError};

use nexus_protocol::adapter::{ADAPTER_PROTOCOL, AdapterFacts};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::Handler;
use crate::child::Wanted;
use crate::clock::{Clock, jitter};
use crate::desk::{self, Desk, Origin};
use crate::link::{CallError, Calls, Link, OUTGOING_LINES_MAX};
use crate::orphans::Book;
use crate::pace::Pace;
use crate::pipe::{self, EVENTS_WAITING_MAX, Intake, Reader};
use crate::process::Process;
use crate::pulse::{Mood, Pulse, Rings};
use crate::restart::Restarts;
use crate::spec::ChildSpec;
use crate::status::{Exit, State, Status};
use crate::stderr::{self, LastLines};

/// Time a child has to answer `hello`, in milliseconds.
pub(crate) const HELLO_MS_MAX: u64 = 10_000;
/// Time for the last words on stdout and stderr after the exit, in milliseconds.
const LAST_WORDS_MS_MAX: u64 = 500;

/// How one run ended.
enum Ended {
    /// As ordered.
    Asked,
    /// It said that it cannot work, and is given the time to end by itself.
    Refused(String),
    /// By itself, or past bearing; a new start may help.
    Broke(String),
    /// In a way that a new start will not mend.
    Hopeless(String),
}

/// Keeps one child: starts it, watches it, starts it again.
pub(crate) struct Keeper {
    pub(crate) spec: ChildSpec,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) wanted: watch::Receiver<Wanted>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) link: Arc<Mutex<Option<Arc<Link>>>>,
    pub(crate) stderr: Arc<Mutex<LastLines>>,
    /// Rings when the machine goes to sleep and wakes up, and when its network changed.
    pub(crate) rings: watch::Receiver<Rings>,
    /// Where running children are written down.
    pub(crate) book: Option<Arc<Book>>,
}

/// How a side of the pipe finished.
struct Finished {
    /// What the child did wrong.
    fault: Option<String>,
    /// Held open until the fault is known: a child that sees its pipe closed ends at once, and
    /// its exit would hide the fault.
    _pipe: Option<Box<dyn Send>>,
}

impl Finished {
    fn new(fault: Option<String>, pipe: impl Send + 'static) -> Self {
        let pipe: Option<Box<dyn Send>> = if fault.is_some() { Some(Box::new(pipe)) } else { None };
        Self { fault, _pipe: pipe }
    }
}

/// The tasks and pipes of one run.
struct Run {
    process: Process,
    link: Arc<Link>,
    events: Option<mpsc::Receiver<pipe::Event>>,
    wishes: Option<mpsc::Receiver<desk::Wish>>,
    end_input: watch::Sender<bool>,
    /// Reading, writing and, once `hello` is answered, taking arrivals in.
    tasks: JoinSet<Finished>,
    /// Cancelled when everything that came on stdout has been taken.
    stdout_end: CancellationToken,
    last_words: AbortOnDropHandle<()>,
    /// What is amiss while it runs.
    mood: watch::Sender<Mood>,
}

impl Keeper {
    /// Runs until every handle is gone.
    pub(crate) async fn keep(mut self) {
        let mut restarts = Restarts::default();
        let mut n_wakes = self.rings.borrow().n_wakes;
        loop {
            if !self.wanted.borrow_and_update().is_running {
                self.publish(State::Stopped, String::new(), |_| {});
                if self.wanted.changed().await.is_err() {
                    return;
                }
                restarts = Restarts::default();
                continue;
            }
            let started_us = self.clock.monotonic_us();
            let (reason, is_hopeless) = match self.run_once().await {
                // Nobody is left who could order anything.
                Ended::Asked if self.wanted.has_changed().is_err() => return,
                Ended::Asked => {
                    restarts = Restarts::default();
                    continue;
                }
                Ended::Broke(reason) | Ended::Refused(reason) => (reason, false),
                Ended::Hopeless(reason) => (reason, true),
            };
            let rings = *self.rings.borrow();
            if rings.n_wakes != n_wakes {
                // A sleep of the machine is nobody's fault.
                n_wakes = rings.n_wakes;
                restarts = Restarts::default();
            }
            let ran_us = self.clock.monotonic_us().saturating_sub(started_us);
            let pause_ms = restarts.after_exit(ran_us, jitter(&*self.clock));
            let n_quick_exits = restarts.n_quick_exits;
            let pause = match pause_ms.filter(|_| !is_hopeless) {
                Some(pause_ms) => {
                    let pause = self.clock.sleep(pause_ms);
                    let retry_at = self.clock.now().plus_ms(pause_ms);
                    self.publish(State::BackingOff, reason, |status| {
                        status.n_quick_exits = n_quick_exits;
                        status.retry_at = Some(retry_at);
                    });
                    pause
                }
                None => {
                    self.publish(State::Failed, reason, |status| {
                        status.n_quick_exits = n_quick_exits;
                    });
                    Box::pin(std::future::pending())
                }
            };
            let is_backing_off = pause_ms.is_some() && !is_hopeless;
            tokio::select! {
                () = pause => {}
                // What kept it from working may be over.
                () = looked(&mut self.rings, rings.n_looks), if is_backing_off => {
                    restarts = Restarts::default();
                }
                order = self.wanted.changed() => match order {
                    Ok(()) => restarts = Restarts::default(),
                    Err(_) => return,
                },
            }
        }
    }

    /// One process from spawn to exit.
    async fn run_once(&mut self) -> Ended {
        let mut run = match self.spawn().await {
            Ok(run) => run,
            Err(error) => {
                let command = self.spec.command.first().map_or("", String::as_str);
                let reason = format!("`{command}` could not be started: {error}");
                self.remember_exit(reason.clone());
                return Ended::Broke(reason);
            }
        };
        let pid = run.process.pid();
        self.publish(State::Starting, String::new(), |status| status.pid = pid);
        self.write_down(pid);
        let ended = self.watch(&mut run).await;
        self.set_link(None);
        let how = match &ended {
            Ended::Asked => {
                self.publish(State::Draining, String::new(), |status| status.pid = pid);
                let _ = run.end_input.send(true);
                run.process.end(&*self.clock).await
            }
            Ended::Refused(reason) => {
                let _ = run.end_input.send(true);
                run.process.end(&*self.clock).await;
                reason.clone()
            }
            Ended::Broke(reason) | Ended::Hopeless(reason) => {
                run.process.put_down().await;
                reason.clone()
            }
        };
        self.write_down(None);
        // An answer that it wrote before it ended still counts, and so do its last words.
        let limit = self.clock.sleep(LAST_WORDS_MS_MAX);
        let rest = async {
            run.stdout_end.cancelled().await;
            let _ = (&mut run.last_words).await;
        };
        tokio::select! { () = rest => {}, () = limit => {} }
        run.link.calls.end();
        self.remember_exit(how);
        ended
    }

    fn write_down(&self, pid: Option<u32>) {
        if let Some(book) = &self.book {
            book.note(&self.spec.name, pid);
        }
    }

    async fn spawn(&self) -> std::io::Result<Run> {
        let (process, pipes) = Process::spawn(&self.spec).await?;
        let (outgoing, lines) = mpsc::channel(OUTGOING_LINES_MAX);
        let (events_in, events) = mpsc::channel(EVENTS_WAITING_MAX);
        let (wishes_in, wishes) = mpsc::channel(desk::CALLS_MAX);
        let (end_input, end) = watch::channel(false);
        let calls = Arc::new(Calls::default());
        let mut tasks = JoinSet::new();
        let (mut stdin, mut stdout) = (pipes.stdin, pipes.stdout);
        let clock = Arc::clone(&self.clock);
        tasks.spawn(async move {
            let fault = pipe::write(&mut stdin, lines, end, clock).await;
            Finished::new(fault, stdin)
        });
        let reader = Reader {
            adapter: self.spec.name.clone(),
            calls: Arc::clone(&calls),
            events: events_in,
            wishes: wishes_in,
            outgoing: outgoing.clone(),
            clock: Arc::clone(&self.clock),
            handler: Arc::clone(&self.handler),
        };
        let stdout_end = CancellationToken::new();
        let guard = stdout_end.clone().drop_guard();
        tasks.spawn(async move {
            let _guard = guard;
            let fault = reader.read(&mut stdout).await;
            Finished::new(fault, stdout)
        });
        let lines = LastLines::default();
        *self.stderr.lock().unwrap_or_else(PoisonError::into_inner) = lines.clone();
        let last_words = AbortOnDropHandle::new(tokio::spawn(stderr::read(
            pipes.stderr,
            self.spec.name.clone(),
            lines,
            Arc::clone(&self.clock),
            Arc::clone(&self.handler),
        )));
        let link = Arc::new(Link { outgoing, calls, clock: Arc::clone(&self.clock) });
        let (events, wishes, mood) = (Some(events), Some(wishes), watch::Sender::default());
        Ok(Run { process, link, events, wishes, end_input, tasks, stdout_end, last_words, mood })
    }

    /// Greets the child, then watches it until it ends or an order comes.
    async fn watch(&mut self, run: &mut Run) -> Ended {
        let link = Arc::clone(&run.link);
        let hello = async {
            let params = serde_json::to_value(&self.spec.hello)
                .map_err(|error| CallError::NotSent(error.to_string()))?;
            link.call("hello", params, HELLO_MS_MAX).await
        };
        tokio::pin!(hello);
        let mut is_greeted = false;
        let mut mood = run.mood.subscribe();
        loop {
            tokio::select! {
                biased;
                order = self.wanted.changed() => {
                    // An error means that the supervisor is gone.
                    let _ = order;
                    return Ended::Asked;
                }
                answer = &mut hello, if !is_greeted => {
                    let facts = match answer.map(check_hello) {
                        Ok(Ok(facts)) => facts,
                        Ok(Err(reason)) => return Ended::Hopeless(reason),
                        Err(CallError::Refused(error)) => {
                            return Ended::Refused(format!("refused to start: {}", error.message));
                        }
                        // The exit, if there is one, says more than the missing answer.
                        Err(error) => {
                            let reason = format!("did not answer `hello`: {error}");
                            return Ended::Broke(exit_or(run, reason).await);
                        }
                    };
                    is_greeted = true;
                    self.take_up(run, facts);
                }
                Some(task) = run.tasks.join_next() => match task {
                    Ok(Finished { fault: Some(reason), .. }) => return Ended::Broke(reason),
                    // A pipe was closed: the exit will follow, or the next call times out.
                    Ok(Finished { fault: None, .. }) => {}
                    Err(error) => return Ended::Broke(format!("its keeper failed: {error}")),
                },
                Ok(()) = mood.changed(), if is_greeted => {
                    let mood = mood.borrow_and_update().clone();
                    self.show(mood);
                }
                how = run.process.wait() => return Ended::Broke(how),
            }
        }
    }

    /// After a good `hello`: arrivals are taken in, calls go out.
    fn take_up(&self, run: &mut Run, facts: AdapterFacts) {
        let pace = Arc::new(Pace::new(self.spec.events_per_s_max, self.clock.monotonic_us()));
        let pulse = Pulse {
            link: Arc::clone(&run.link),
            clock: Arc::clone(&self.clock),
            pace: Arc::clone(&pace),
            mood: run.mood.clone(),
            rings: self.rings.clone(),
        };
        run.tasks.spawn(async move { Finished::new(pulse.run().await, ()) });
        if let Some(events) = run.events.take() {
            let intake = Intake {
                adapter: self.spec.name.clone(),
                account_id: self.spec.hello.account_id.clone(),
                channel: facts.channel.clone(),
                handler: Arc::clone(&self.handler),
                outgoing: run.link.outgoing.clone(),
                clock: Arc::clone(&self.clock),
                pace,
                mood: run.mood.clone(),
                n_violations: 0,
            };
            run.tasks.spawn(async move {
                intake.run(events).await;
                Finished::new(None, ())
            });
        }
        if let Some(wishes) = run.wishes.take() {
            let origin = Origin {
                adapter: self.spec.name.clone(),
                channel: facts.channel.clone(),
                account_id: self.spec.hello.account_id.clone(),
            };
            let desk = Desk {
                origin: Arc::new(origin),
                handler: Arc::clone(&self.handler),
                outgoing: run.link.outgoing.clone(),
            };
            run.tasks.spawn(async move {
                desk.run(wishes).await;
                Finished::new(None, ())
            });
        }
        self.set_link(Some(Arc::clone(&run.link)));
        let pid = run.process.pid();
        self.publish(State::Running, String::new(), |status| {
            status.facts = Some(facts);
            status.pid = pid;
        });
    }

    /// Shows that something is amiss with a running child, or no longer.
    fn show(&self, mood: Mood) {
        let (facts, pid) = {
            let now = self.status.borrow();
            (now.facts.clone(), now.pid)
        };
        let (state, reason) = match mood {
            Mood::Well => (State::Running, String::new()),
            Mood::Amiss(reason) => (State::Degraded, reason),
            Mood::Suspended => {
                (State::Suspended, "the machine sleeps, or has just woken".to_owned())
            }
        };
        self.publish(state, reason, |status| {
            status.facts = facts;
            status.pid = pid;
        });
    }

    fn set_link(&self, link: Option<Arc<Link>>) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = link;
    }

    fn publish(&self, state: State, reason: String, more: impl FnOnce(&mut Status)) {
        tracing::info!(adapter = self.spec.name, %state, reason, "adapter");
        let line = if reason.is_empty() { state.to_string() } else { format!("{state}: {reason}") };
        self.handler.said(&self.spec.name, "supervisor", &line);
        self.status.send_modify(|status| {
            let last_exit = status.last_exit.take();
            let n_quick_exits = status.n_quick_exits;
            *status = Status { last_exit, n_quick_exits, ..blank(state, self.clock.now()) };
            status.reason = reason;
            if state == State::Stopped {
                status.n_quick_exits = 0;
            }
            more(status);
        });
    }

    fn remember_exit(&self, reason: String) {
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner).to_vec();
        let exit = Exit { at: self.clock.now(), reason, stderr };
        self.status.send_modify(|status| status.last_exit = Some(exit));
    }
}

/// Waits for the next look, which is not taken while the machine goes to sleep.
async fn looked(rings: &mut watch::Receiver<Rings>, n_looks: u64) {
    let is_new = |rings: &Rings| !rings.is_asleep && rings.n_looks != n_looks;
    if rings.wait_for(is_new).await.is_err() {
        // The supervisor is gone, and with it whoever could look.
        std::future::pending::<()>().await;
    }
}

/// A status without history.
pub(crate) fn blank(state: State, since: nexus_domain::Timestamp) -> Status {
    Status {
        state,
        reason: String::new(),
        since,
        facts: None,
        pid: None,
        n_quick_exits: 0,
        retry_at: None,
        last_exit: None,
    }
}

/// The exit when it has happened already, else the reason at hand.
async fn exit_or(run: &mut Run, reason: String) -> String {
    tokio::select! {
        biased;
        how = run.process.wait() => format!("{how} before it answered `hello`"),
        () = std::future::ready(()) => reason,
    }
}

fn check_hello(answer: serde_json::Value) -> Result<AdapterFacts, String> {
    let facts: AdapterFacts = serde_json::from_value(answer)
        .map_err(|error| format!("its answer to `hello` cannot be read: {error}"))?;
    if facts.protocol != ADAPTER_PROTOCOL {
        return Err(format!(
            "it speaks version {} of the adapter contract; this daemon speaks {ADAPTER_PROTOCOL}",
            facts.protocol
        ));
    }
    if facts.channel.is_empty() {
        return Err("its answer to `hello` names no channel".to_owned());
    }
    Ok(facts)
}
