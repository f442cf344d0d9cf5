//! The home goes from one daemon to the next while people talk to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::Bench;
use crate::daemon::{self, Home};
use crate::load::Target;
use crate::table::{Row, median};
use crate::turns;

/// Times the home changes hands.
const N_HANDOVERS: usize = 20;
/// Connections with a turn at work at any moment.
const N_TALKERS: usize = 8;
/// Turns of one connection, unless it breaks before: few, so that most of them are counted.
const N_TURNS: usize = 5;
/// Pause before a talker connects again, in milliseconds.
const AGAIN_MS: u64 = 5;
/// Time for talkers between two hand-overs, in milliseconds.
const TALK_MS: u64 = 500;

/// From the start of the newcomer to its first good answer: asking, draining, letting go, starting.
pub(crate) async fn measure(bench: &Bench, base_url: &str) -> Result<Vec<Row>> {
    let home = Home::new(base_url)?;
    let mut owner = daemon::start(bench, &home).await?;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut talkers = JoinSet::new();
    for n in 0..N_TALKERS {
        talkers.spawn(talk(owner.target.clone(), n, Arc::clone(&is_over)));
    }
    let mut each_ms = Vec::with_capacity(N_HANDOVERS);
    for _ in 0..N_HANDOVERS {
        tokio::time::sleep(Duration::from_millis(TALK_MS)).await;
        let next = daemon::take_over(bench, &home).await?;
        each_ms.push(next.start_ms);
        owner = next;
    }
    is_over.store(true, Ordering::Relaxed);
    let n_turns: usize = talkers.join_all().await.into_iter().sum();
    drop(owner);
    anyhow::ensure!(n_turns > N_HANDOVERS, "there was no load: {n_turns} turns");
    let longest = each_ms.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Row::new("handover", "hand-over under load, median", median(&each_ms), "ms")
            .aim("<= 2000 ms"),
        Row::new("handover.max", "... the longest of 20", longest, "ms").aim("<= 2000 ms"),
    ])
}

/// Talks until it is over, whoever answers; how many turns were answered.
async fn talk(target: Target, n: usize, is_over: Arc<AtomicBool>) -> usize {
    let (mut n_turns, mut n_tries) = (0, 0);
    while !is_over.load(Ordering::Relaxed) {
        n_tries += 1;
        // A connection that breaks takes its counted turns with it, which is no matter here.
        let ended = turns::run(&target, &format!("handover:{n}:{n_tries}"), 1, N_TURNS).await;
        n_turns += ended.map_or(0, |turns| turns.len());
        tokio::time::sleep(Duration::from_millis(AGAIN_MS)).await;
    }
    n_turns
}
