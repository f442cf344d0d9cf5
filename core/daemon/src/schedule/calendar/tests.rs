//! Times against those of Python's croniter, across changes of the clock, and what must hold of all.

use std::str::FromStr as _;

use nexus_domain::id::AgentId;
use nexus_domain::schedule::{JobSession, MissedPolicy};
use proptest::prelude::*;

use super::*;

/// Made once with croniter 6 and zoneinfo: expression, zone, start, and the next times, as instants
/// of UTC. Away from changes of the clock, which the two treat differently by intent.
const CASES: &str = include_str!("croniter.tsv");

fn spec(when: When) -> JobSpec {
    JobSpec {
        name: "n".to_owned(),
        description: String::new(),
        agent_id: AgentId::parse("main").unwrap(),
        session: JobSession::Own,
        when,
        prompt: "p".to_owned(),
        deliver_to: None,
        missed: MissedPolicy::Once,
        active_hours: None,
        jitter_ms: 0,
        ends_at: None,
    }
}

fn by_cron(expression: &str, time_zone: &str) -> JobSpec {
    let (expression, time_zone) = (expression.to_owned(), time_zone.to_owned());
    spec(When::Cron(CronTime { expression, time_zone }))
}

fn instant(text: &str) -> Timestamp {
    Timestamp(jiff::Timestamp::from_str(text).unwrap().as_millisecond())
}

fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap().to_string()
}

fn next(spec: &JobSpec, start: &str, n: usize) -> Vec<String> {
    let calendar = Calendar::new(spec, instant(start)).unwrap();
    let first = calendar.next_after(instant(start));
    std::iter::successors(first, |at| calendar.next_after(*at)).take(n).map(shown).collect()
}

#[test]
fn times_are_those_of_another_implementation() {
    let mut n_cases = 0;
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [expression, zone, start, times] = fields.as_slice() else { panic!("{line}") };
        let expected: Vec<&str> = times.split(' ').collect();
        let found = next(&by_cron(expression, zone), start, expected.len());
        assert_eq!(found, expected, "{expression} in {zone} after {start}");
        n_cases += 1;
    }
    assert!(n_cases >= 300, "{n_cases}");
}

#[test]
fn a_time_in_the_gap_is_due_right_after_it_and_one_that_comes_twice_is_due_once() {
    let berlin = by_cron("30 2 * * *", "Europe/Berlin");
    // In 2026 the clocks of Berlin go forward on 29 March, and back on 25 October.
    assert_eq!(
        next(&berlin, "2026-03-28T00:00:00Z", 3),
        ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    );
    assert_eq!(
        next(&berlin, "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    // What comes every so often goes on through both.
    let often = by_cron("*/30 * * * *", "Europe/Berlin");
    assert_eq!(
        next(&often, "2026-10-25T00:00:00Z", 4),
        [
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z"
        ]
    );
    assert_eq!(
        next(&often, "2026-03-29T00:30:00Z", 2),
        ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
    );
}

#[test]
fn active_hours_end_and_anchor_are_kept() {
    let mut often = spec(When::Every { ms: 60 * 60_000 });
    let (from, to) = ("08:00".to_owned(), "10:00".to_owned());
    often.active_hours = Some(ActiveHours { from, to, time_zone: "Europe/Berlin".to_owned() });
    assert_eq!(
        next(&often, "2026-11-22T12:10:00Z", 3),
        ["2026-11-23T07:10:00Z", "2026-11-23T08:10:00Z", "2026-11-24T07:10:00Z"]
    );
    often.ends_at = Some(instant("2026-11-23T08:10:00Z"));
    assert_eq!(next(&often, "2026-11-22T12:10:00Z", 3), ["2026-11-23T07:10:00Z"]);
    let once = spec(When::At { at: instant("2026-11-22T12:10:00Z") });
    assert_eq!(next(&once, "2026-11-22T12:09:59Z", 3), ["2026-11-22T12:10:00Z"]);
    assert!(next(&once, "2026-11-22T12:10:00Z", 3).is_empty());
    let never = JobSpec { active_hours: often.active_hours, ..by_cron("0 12 * * *", "UTC") };
    assert!(next(&never, "2026-11-22T12:10:00Z", 1).is_empty());
}

#[test]
fn what_cannot_be_read_is_refused_with_a_word_that_mends_it() {
    let check = |spec: JobSpec, part: &str| {
        let failure = Calendar::new(&spec, Timestamp(0)).unwrap_err();
        assert!(failure.message.contains(part) && failure.hint.is_some(), "{failure:?}");
    };
    check(by_cron("61 * * * *", "UTC"), "61 * * * *");
    check(by_cron("* * * * * *", "UTC"), "5 fields");
    check(by_cron("@reboot", "UTC"), "@reboot");
    check(by_cron("0 9 * * *", "Mars/Base"), "Mars/Base");
}

#[test]
fn a_long_absence_is_cut_short_and_keeps_its_last_times() {
    let calendar = Calendar::new(&by_cron("* * * * *", "UTC"), Timestamp(0)).unwrap();
    let (first, until) = (instant("2026-01-01T00:00:00Z"), instant("2026-06-01T00:00:30Z"));
    let times = calendar.times(first, until);
    assert_eq!(shown(*times.last().unwrap()), "2026-06-01T00:00:00Z");
    assert!(times.len() < 3_000, "{}", times.len());
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn words_for_people() {
    assert_eq!(words(&When::Every { ms: 90 * 60_000 }), "Every 1 h 30 min");
    let cron = by_cron("0 9 * * MON-FRI", "Europe/Berlin");
    assert!(words(&cron.when).starts_with("At 09:00, on Monday"), "{}", words(&cron.when));
}

const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
    "Africa/Casablanca",
];

fn field(min: u32, max: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        (min..=max).prop_map(|n| n.to_string()),
        (min..=max, min..=max).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        (2_u32..20).prop_map(|n| format!("*/{n}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn times_only_ever_go_forward_and_are_on_the_minute(
        fields in (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)),
        zone in prop::sample::select(&ZONES[..]),
        start in 1_700_000_000_000_i64..1_900_000_000_000,
    ) {
        let (minute, hour, day, month, weekday) = fields;
        let expression = format!("{minute} {hour} {day} {month} {weekday}");
        let calendar = Calendar::new(&by_cron(&expression, zone), Timestamp(0)).unwrap();
        let mut last = Timestamp(start);
        for _ in 0..20 {
            let Some(next) = calendar.next_after(last) else { break };
            prop_assert!(next > last, "{expression} {zone}: {next:?} after {last:?}");
            prop_assert_eq!(next.0 % 60_000, 0);
            // Asked a moment before, the answer is the same.
            prop_assert_eq!(calendar.next_after(Timestamp(next.0 - 1)), Some(next));
            last = next;
        }
    }
}
