//! A second opinion: the rules of access control written once more in plain Rust, from what they
//! are meant to say, and compared with the engine on random cases. Neither knows of the other.
//!
//! `cargo xtask test --long` compares a million; so does this test alone, run with
//! `NEXUS_IAM_CASES=1000000`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rules;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nexus_domain::Timestamp;
use nexus_iam::{Engine, Grants};
use nexus_tests::dice::Dice;

use self::rules::Rules;
use self::world::{NOW, World, holders, query};

/// Questions of the usual run.
const CASES: usize = 20_000;
/// Questions to each world.
const QUESTIONS: usize = 20;

/// A world is known by its number, whichever thread asks and however many there are.
fn ask(engine: &Engine, number: usize) -> Result<[usize; 3], String> {
    let mut dice = Dice::seeded(number as u64);
    let world = World::throw(&mut dice);
    let engine =
        engine.with_agents(world.profiles.clone()).with_grants(Grants::new(world.grants.clone()));
    let mut counts = [0; 3];
    for question in 0..QUESTIONS {
        let query = query(&mut dice, &world);
        let now = (dice.below(8) > 0).then_some(Timestamp(NOW));
        let expected = Rules { world: &world, query: &query, now }.verdict();
        let verdict = engine.decide_at(&query, now);
        if verdict.effect != expected {
            return Err(format!(
                "world {number}, question {question}: the rules say {expected:?}, the engine says \
                 {verdict}\nat {now:?}: {query:#?}\nwith these agents: {:#?}\nand these grants: \
                 {:#?}",
                world.profiles, world.grants
            ));
        }
        counts[verdict.effect as usize] += 1;
    }
    Ok(counts)
}

#[test]
fn the_engine_agrees_with_the_rules_written_once_more() {
    let n_cases = nexus_tests::environment::iam_cases().unwrap_or(CASES);
    let n_worlds = n_cases.div_ceil(QUESTIONS);
    let engine = Engine::built_in().unwrap().with_holders(holders());
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let differences = Mutex::new(Vec::new());
    let counts = Mutex::new([0_usize; 3]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !has_failed.load(Ordering::SeqCst) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= n_worlds {
                        break;
                    }
                    match ask(&engine, number) {
                        Ok(of_world) => {
                            let mut counts = counts.lock().unwrap();
                            counts.iter_mut().zip(of_world).for_each(|(all, one)| *all += one);
                        }
                        Err(difference) => {
                            has_failed.store(true, Ordering::SeqCst);
                            differences.lock().unwrap().push((number, difference));
                        }
                    }
                }
            });
        }
    });
    // Every world below the first that differs was asked, so that it is the first.
    let first = differences.into_inner().unwrap().into_iter().min();
    assert!(first.is_none(), "{}", first.map(|(_, text)| text).unwrap_or_default());
    let counts = counts.into_inner().unwrap();
    println!("{} cases agree: {counts:?} allowed, asked, denied", counts.iter().sum::<usize>());
    // A comparison that only ever meets one answer compares nothing.
    assert!(counts.iter().all(|count| *count > n_cases / 200), "{counts:?}");
}
