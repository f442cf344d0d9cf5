//! What becomes of times that have come, and what a job may say.

use super::*;

fn times(all: &[i64]) -> Vec<(Timestamp, Timestamp)> {
    all.iter().map(|at| (Timestamp(*at), Timestamp(*at))).collect()
}

fn check(policy: MissedPolicy, all: &[i64], since: i64, expected: Option<Due>) {
    assert_eq!(decide(policy, &times(all), Timestamp(since)), expected, "{policy:?} {all:?}");
}

fn run(due_at: i64, n_missed: u32, then_after: i64) -> Option<Due> {
    let (due_at, then_after) = (Timestamp(due_at), Timestamp(then_after));
    Some(Due::Run { due_at, n_missed, then_after })
}

fn skip(due_at: i64, n_missed: u32) -> Option<Due> {
    Some(Due::Skip { due_at: Timestamp(due_at), n_missed })
}

#[test]
fn what_is_due_in_time_runs_by_every_policy() {
    for policy in [MissedPolicy::Skip, MissedPolicy::Once, MissedPolicy::CatchUp] {
        check(policy, &[10], 10, run(10, 0, 10));
        check(policy, &[], 10, None);
    }
}

#[test]
fn what_was_missed_follows_the_policy() {
    check(MissedPolicy::Skip, &[10, 20], 21, skip(20, 2));
    check(MissedPolicy::Skip, &[10, 20], 20, run(20, 1, 20));
    check(MissedPolicy::Once, &[10, 20], 21, run(20, 1, 20));
    check(MissedPolicy::Once, &[10, 20], 15, run(20, 1, 20));
    check(MissedPolicy::CatchUp, &[10, 20], 21, run(10, 0, 10));
    let many: Vec<i64> = (1..=12).collect();
    check(MissedPolicy::CatchUp, &many, 99, run(3, 2, 3));
}

fn job(jitter_ms: u64) -> Job {
    let spec = JobSpec {
        name: "n".to_owned(),
        description: String::new(),
        agent_id: AgentId::parse("main").unwrap(),
        session: JobSession::Own,
        when: When::Every { ms: EVERY_MS_MIN },
        prompt: "p".to_owned(),
        deliver_to: None,
        missed: MissedPolicy::CatchUp,
        active_hours: None,
        jitter_ms,
        ends_at: None,
    };
    Job {
        id: JobId::from_parts(Timestamp(1), 7),
        kind: JobKind::Job,
        spec,
        maker: Principal::Owner,
        is_enabled: true,
        due_at: None,
        run_at: None,
        anchor_at: Timestamp(0),
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

#[test]
fn a_heartbeat_is_never_made_up_for() {
    let beat = Job { kind: JobKind::Heartbeat, ..job(0) };
    assert_eq!(beat.missed_policy(), MissedPolicy::Skip);
    assert_eq!(job(0).missed_policy(), MissedPolicy::CatchUp);
}

#[test]
fn the_delay_by_chance_stays_in_its_range_and_is_the_same_each_time() {
    let job = job(60_000);
    let delays: Vec<_> = (0..1_000).map(|n| job.delay_ms(Timestamp(n * 60_000))).collect();
    assert!(delays.iter().all(|ms| *ms <= 60_000));
    assert!(delays.iter().any(|ms| *ms < 10_000) && delays.iter().any(|ms| *ms > 50_000));
    assert_eq!(delays[5], job.delay_ms(Timestamp(300_000)));
    assert_eq!(super::tests::job(0).delay_ms(Timestamp(5)), 0);
}

#[test]
fn hours_may_go_over_midnight() {
    let hours = |from: &str, to: &str| ActiveHours {
        from: from.to_owned(),
        to: to.to_owned(),
        time_zone: "UTC".to_owned(),
    };
    let day = hours("08:00", "22:00").minutes().unwrap();
    assert!(ActiveHours::holds(day, 480) && !ActiveHours::holds(day, 1_320));
    let night = hours("22:00", "06:30").minutes().unwrap();
    assert!(ActiveHours::holds(night, 1_320) && ActiveHours::holds(night, 389));
    assert!(!ActiveHours::holds(night, 390) && !ActiveHours::holds(night, 1_319));
    for (from, to) in
        [("8:00", "22:00"), ("24:00", "22:00"), ("08:60", "09:00"), ("08:00", "08:00")]
    {
        assert!(hours(from, to).minutes().is_err(), "{from} {to}");
    }
}

#[test]
fn what_a_job_says_has_limits() {
    let good = job(0).spec;
    assert!(good.check(JobKind::Job).is_ok());
    let bad = [
        JobSpec { name: String::new(), ..good.clone() },
        JobSpec { name: "x".repeat(81), ..good.clone() },
        JobSpec { prompt: "  ".to_owned(), ..good.clone() },
        JobSpec { when: When::Every { ms: 59_999 }, ..good.clone() },
        JobSpec { jitter_ms: JITTER_MS_MAX + 1, ..good.clone() },
    ];
    for spec in bad {
        assert!(spec.check(JobKind::Job).is_err(), "{spec:?}");
    }
    let silent = JobSpec { prompt: String::new(), ..good };
    assert!(silent.check(JobKind::Heartbeat).is_ok());
}
