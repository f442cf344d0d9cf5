use nexus_domain::pause::Paused;

use super::*;

fn clock(_: Timestamp) -> String {
    "15:30".to_owned()
}

fn well() -> Facts {
    Facts { reach: Reach::Here, sentence: Some("Nothing needs you.".into()), ..Facts::starting() }
}

fn paused(mode: PauseMode, until: Option<Timestamp>) -> Paused {
    Paused { mode, since: Timestamp(0), until }
}

fn question(id: &str, is_high_risk: bool) -> Asked {
    Asked {
        id: id.into(),
        digest: format!("digest-of-{id}"),
        session: "main".into(),
        who: "coder".into(),
        wants: "coder wants to use exec".into(),
        what: "git push".into(),
        is_high_risk,
    }
}

fn run(id: &str, is_at_work: bool) -> Run {
    Run { id: id.into(), who: "main".into(), what: format!("job {id}"), is_at_work }
}

fn amiss(reason: &str, fix: Option<&str>) -> Amiss {
    let fix = fix.map(str::to_owned);
    Amiss { id: "model".into(), reason: reason.into(), fix, since: Timestamp(0) }
}

/// The menu as text: a line each, two spaces further in below another line.
fn draw(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        match line {
            Line::Item { label, .. } => text += &format!("{label}\n"),
            Line::Check { label, is_on, .. } => {
                text += &format!("[{}] {label}\n", if *is_on { 'x' } else { ' ' });
            }
            Line::Sub { label, lines } => {
                text += &format!("{label} ▸\n");
                for line in draw(lines).lines() {
                    text += &format!("  {line}\n");
                }
            }
            Line::Rule => text += "─\n",
        }
    }
    text
}

fn check(facts: &Facts, desk: &Desk, look: Look, menu: &str) {
    assert_eq!(Look::of(facts), look);
    let drawn = draw(&build(facts, desk, &clock));
    let wanted = menu.lines().filter_map(|line| line.trim_start().strip_prefix("| "));
    let wanted: String = wanted.map(|line| format!("{line}\n")).collect();
    assert_eq!(drawn, wanted, "\n{drawn}");
}

fn desk() -> Desk {
    Desk { starts_at_login: Some(false), ..Desk::default() }
}

#[test]
fn when_all_is_well_it_says_so_and_offers_the_usual() {
    let mut facts = well();
    facts.today = Some("$1.84 of $5.00".into());
    facts.runs = vec![run("a", true), run("b", true)];
    facts.sentence = Some("Nothing needs you. 2 agents are working.".into());
    check(
        &facts,
        &desk(),
        Look::Working,
        "| Nexus is running · Nothing needs you. 2 agents are working.
         | ─
         | Open Nexus
         | New chat…
         | ─
         | Working now (2) ▸
         |   Open main: job a
         |   Stop main: job a
         |   ─
         |   Open main: job b
         |   Stop main: job b
         | ─
         | Pause ▸
         |   New work
         |   Everything
         |   New work for 1 hour
         | ─
         | Today $1.84 of $5.00
         | ─
         | Settings…
         | [ ] Start at login
         | Daemon ▸
         |   Open in the browser
         |   Restart Nexus
         |   Show logs
         | ─
         | Quit Nexus… ▸
         |   Finish 2 requests first, then quit
         |   Quit now and stop 2 requests",
    );
}

#[test]
fn questions_come_first_and_the_dangerous_have_no_yes() {
    let mut facts = well();
    facts.asked = vec![question("1", false), question("2", true)];
    let drawn = draw(&build(&facts, &Desk::default(), &clock));
    let head = "2 approvals are waiting
─
coder: git push ▸
  coder wants to use exec
  Allow once
  Deny
  Review…
coder: git push ▸
  coder wants to use exec
  Review…
  Deny
Open approvals
─
Open Nexus
";
    assert!(drawn.starts_with(head), "{drawn}");
}

#[test]
fn an_answer_goes_out_with_what_was_shown() {
    let mut facts = well();
    facts.asked = vec![question("1", false)];
    let lines = build(&facts, &Desk::default(), &clock);
    let acts = acts(&lines);
    let allow = Act::Allow { id: "1".into(), digest: "digest-of-1".into() };
    let deny = Act::Deny { id: "1".into(), digest: "digest-of-1".into() };
    assert!(acts.contains(&allow) && acts.contains(&deny), "{acts:?}");
    assert!(acts.contains(&Act::Page("/approvals/1".into())));
}

#[test]
fn something_amiss_is_named_with_what_mends_it() {
    let mut facts = well();
    facts.amiss = vec![
        amiss("WhatsApp needs a new QR scan", Some("nexus adapter accounts add whatsapp")),
        amiss("the disk is nearly full", None),
    ];
    let drawn = draw(&build(&facts, &Desk::default(), &clock));
    let head = "▲ WhatsApp needs a new QR scan
▲ the disk is nearly full
Fix: nexus adapter accounts add whatsapp
─
Open Nexus
";
    assert!(drawn.starts_with(head), "{drawn}");
}

#[test]
fn a_pause_says_until_when_and_what_it_holds() {
    let mut facts = well();
    facts.paused = Some(paused(PauseMode::All, Some(Timestamp(1))));
    facts.runs = vec![run("a", true), run("b", false), run("c", false)];
    facts.amiss = vec![amiss("one model is away", None)];
    let drawn = draw(&build(&facts, &Desk::default(), &clock));
    let head = "❚❚ Paused until 15:30
▲ one model is away
─
3 runs on hold
Resume
─
Open Nexus
";
    assert!(drawn.starts_with(head), "{drawn}");
    facts.paused = Some(paused(PauseMode::NewWork, None));
    let drawn = draw(&build(&facts, &Desk::default(), &clock));
    assert!(drawn.starts_with("❚❚ Paused\n") && drawn.contains("2 runs on hold"), "{drawn}");
}

#[test]
fn when_it_is_away_it_says_why_and_how_to_go_on() {
    check(
        &Facts::away("port 18789 is in use by process 991"),
        &desk(),
        Look::Offline,
        "| ○ Nexus is not running
         | port 18789 is in use by process 991
         | ─
         | Start Nexus
         | Start safely, without adapters
         | Show logs
         | ─
         | [ ] Start at login
         | ─
         | Quit",
    );
}

#[test]
fn a_daemon_of_another_process_is_not_quit_with_the_tray() {
    let facts = Facts { reach: Reach::Elsewhere { pid: 412 }, ..well() };
    let lines = build(&facts, &Desk { can_hand_over: true, ..desk() }, &clock);
    let drawn = draw(&lines);
    assert!(
        drawn.starts_with("Nexus is running · Nothing needs you. · in process 412\n"),
        "{drawn}"
    );
    assert!(drawn.ends_with("Quit the tray (Nexus keeps running)\n"), "{drawn}");
    assert!(acts(&lines).contains(&Act::TakeOver));
    let here = build(&well(), &Desk { can_hand_over: true, ..desk() }, &clock);
    assert!(acts(&here).contains(&Act::HandOver) && !acts(&here).contains(&Act::TakeOver));
}

#[test]
fn quitting_asks_when_something_is_at_work() {
    let mut facts = well();
    let end = |facts: &Facts, is_leaving| {
        draw(&build(facts, &Desk { is_leaving, ..Desk::default() }, &clock))
    };
    assert!(end(&facts, false).ends_with("─\nQuit Nexus\n"));
    facts.runs = vec![run("a", true)];
    let asks =
        "Quit Nexus… ▸\n  Finish 1 request first, then quit\n  Quit now and stop 1 request\n";
    assert!(end(&facts, false).ends_with(asks));
    let leaves = "Quitting after 1 request ▸\n  Stay\n  Quit now and stop 1 request\n";
    assert!(end(&facts, true).ends_with(leaves));
    facts.reach = Reach::Elsewhere { pid: 1 };
    assert!(end(&facts, false).ends_with("Quit the tray (Nexus keeps running)\n"));
}

#[test]
fn of_several_states_the_icon_shows_the_most_urgent() {
    let mut facts = well();
    let mut seen = vec![Look::of(&facts)];
    facts.runs = vec![run("a", true)];
    seen.push(Look::of(&facts));
    facts.amiss = vec![amiss("something", None)];
    seen.push(Look::of(&facts));
    facts.paused = Some(paused(PauseMode::NewWork, None));
    seen.push(Look::of(&facts));
    facts.asked = vec![question("1", false)];
    seen.push(Look::of(&facts));
    facts.reach = Reach::Away { why: "it was stopped".into() };
    seen.push(Look::of(&facts));
    seen.reverse();
    assert_eq!(seen, Look::ALL);
}

#[test]
fn the_menu_stays_short_and_shallow_whatever_happens() {
    let mut facts = well();
    facts.asked = (0..40).map(|n| question(&n.to_string(), n % 2 == 0)).collect();
    facts.runs = (0..40).map(|n| run(&n.to_string(), true)).collect();
    facts.amiss =
        (0..40).map(|n| amiss(&format!("{n} {}", "x".repeat(500)), Some("mend"))).collect();
    let lines = build(&facts, &desk(), &clock);
    assert!(lines.len() < 40, "{}", lines.len());
    for line in &lines {
        if let Line::Sub { lines, .. } = line {
            assert!(lines.iter().all(|line| !matches!(line, Line::Sub { .. })), "{line:?}");
        }
    }
    for line in draw(&lines).lines() {
        assert!(line.chars().count() <= 2 * LINE_CHARS_MAX + 4, "{line}");
    }
    let tip = tooltip(&facts, &clock);
    assert!(tip.chars().count() <= TOOLTIP_CHARS_MAX && tip.starts_with("40 approvals"), "{tip}");
}

#[test]
fn what_a_line_does_is_its_id() {
    let mut facts = well();
    facts.asked = vec![question("1", false)];
    facts.runs = vec![run("a", true)];
    for act in acts(&build(&facts, &desk(), &clock)) {
        let id = serde_json::to_string(&act).unwrap();
        assert_eq!(serde_json::from_str::<Act>(&id).unwrap(), act);
    }
}

fn acts(lines: &[Line]) -> Vec<Act> {
    let mut acts = Vec::new();
    for line in lines {
        match line {
            Line::Item { act, .. } | Line::Check { act, .. } => acts.push(act.clone()),
            Line::Sub { lines, .. } => acts.extend(self::acts(lines)),
            Line::Rule => {}
        }
    }
    acts
}
