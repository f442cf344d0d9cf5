//! A program while it runs: its output is taken, its limits are watched.

use std::sync::{Arc, Mutex, PoisonError};

use nexus_sandbox::{Capture, Child, Ended};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::sync::CancellationToken;

use super::show::{Show, Stream};
use crate::port::Clock;

/// Most bytes kept of each stream, half of them from the end.
const KEPT_BYTES_MAX: usize = 16 * 1024;

/// Longest wait for the rest of the output after the end, in milliseconds.
const LEFT_MS_MAX: u64 = 1_000;

/// What a program has written so far.
#[derive(Clone)]
pub(super) struct Output {
    pub stdout: Capture,
    pub stderr: Capture,
}

impl Output {
    pub(super) fn new() -> Arc<Mutex<Self>> {
        let capture = Capture::new(KEPT_BYTES_MAX);
        Arc::new(Mutex::new(Self { stdout: capture.clone(), stderr: capture }))
    }

    pub(super) fn n_bytes(&self) -> u64 {
        self.stdout.n_bytes() + self.stderr.n_bytes()
    }

    /// Both streams for the model; an empty one is left out.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, capture) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if capture.n_bytes() > 0 {
                let shown = capture.text().text;
                text.push_str(&format!("\n--- {name} ({} bytes)\n{shown}", capture.n_bytes()));
            }
        }
        if text.is_empty() { "\n[it wrote nothing]".to_owned() } else { text }
    }
}

/// Why a program was ended from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Stopped,
    Timeout { ms: u64 },
    Output { bytes_max: u64 },
}

/// What a program may take.
pub(super) struct Watch {
    pub stop: CancellationToken,
    pub duration_ms_max: u64,
    pub output_bytes_max: u64,
}

/// Runs a program to its end, whoever brings it about. Dropped, it kills the program.
pub(super) async fn attend(
    mut child: Child,
    output: &Arc<Mutex<Output>>,
    watch: Watch,
    clock: &dyn Clock,
    show: &Show,
) -> (Ended, Option<Cut>) {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let over = CancellationToken::new();
    let bytes_max = watch.output_bytes_max;
    let (out, err) = (show.stream(), show.stream());
    let take_out = take(stdout, output, |output| &mut output.stdout, bytes_max, &over, out);
    let take_err = take(stderr, output, |output| &mut output.stderr, bytes_max, &over, err);
    let end = async {
        let cut = tokio::select! {
            biased;
            ended = child.wait() => return (ended, None),
            () = watch.stop.cancelled() => Cut::Stopped,
            () = over.cancelled() => Cut::Output { bytes_max },
            () = clock.sleep(watch.duration_ms_max) => {
                Cut::Timeout { ms: watch.duration_ms_max }
            }
        };
        child.stop().await;
        (Ended::Stopped, Some(cut))
    };
    let taking = async { tokio::join!(take_out, take_err) };
    let showing = show.go_on(clock);
    tokio::pin!(end, taking, showing);
    let mut is_taken = false;
    let result = loop {
        tokio::select! {
            result = &mut end => break result,
            _ = &mut taking, if !is_taken => is_taken = true,
            () = &mut showing => {}
        }
    };
    // Whatever is left in the pipes is taken too. Nobody holds their other end any more, unless
    // the keeper itself was killed.
    if !is_taken {
        tokio::select! { _ = taking => {}, () = clock.sleep(LEFT_MS_MAX) => {} }
    }
    result
}

async fn take(
    stream: Option<impl AsyncRead + Unpin>,
    output: &Arc<Mutex<Output>>,
    capture: impl Fn(&mut Output) -> &mut Capture,
    bytes_max: u64,
    over: &CancellationToken,
    mut shown: Stream<'_>,
) {
    let Some(mut stream) = stream else { return };
    let mut piece = vec![0; 16 * 1024];
    // An error ends the stream as its end does.
    while let Ok(n @ 1..) = stream.read(&mut piece).await {
        shown.push(&piece[..n]);
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        capture(&mut output).push(&piece[..n]);
        if output.n_bytes() > bytes_max {
            over.cancel();
        }
    }
}
