use super::*;
use crate::facts::Amiss;

fn asked(id: &str, is_high_risk: bool) -> Asked {
    Asked {
        id: id.into(),
        digest: format!("digest-of-{id}"),
        session: "main".into(),
        who: "coder".into(),
        wants: "coder wants to use exec".into(),
        what: format!("git push {id}"),
        is_high_risk,
    }
}

/// A desk with a book, and the word of each notice in the order of their making.
struct Desk {
    book: Book,
    n_words: usize,
    now: Timestamp,
    sight: Sight,
}

impl Desk {
    fn new() -> Self {
        Self { book: Book::default(), n_words: 0, now: Timestamp(0), sight: Sight::default() }
    }

    fn tell(&mut self, facts: &Facts, news: &[News]) -> Vec<Order> {
        let n = &mut self.n_words;
        let mut word = || {
            *n += 1;
            format!("word{n}")
        };
        self.book.update(facts, news, &self.sight, self.now, &mut word)
    }

    fn press(&mut self, key: &str, nonce: &str, button: Button) -> Act {
        let nonce = Some(nonce.to_owned());
        self.book.pressed(&Press { key: key.into(), nonce, button: Some(button) })
    }
}

fn with(asked: Vec<Asked>) -> Facts {
    Facts { reach: Reach::Here, asked, ..Facts::starting() }
}

/// The orders as text: `+` shows, `-` takes back.
fn drawn(orders: &[Order]) -> Vec<String> {
    let line = |order: &Order| match order {
        Order::Show(notice) => {
            let buttons: Vec<_> = notice.buttons.iter().map(|(_, label)| *label).collect();
            let urgent = if notice.is_urgent { "!" } else { "" };
            format!(
                "+{} {urgent}{} | {} | {}",
                notice.key,
                notice.title,
                notice.body,
                buttons.join(", ")
            )
        }
        Order::Withdraw(key) => format!("-{key}"),
    };
    orders.iter().map(line).collect()
}

fn page(path: &str) -> Act {
    Act::Page(path.into())
}

#[test]
fn a_question_is_told_once_and_taken_back_when_it_is_decided() {
    let mut desk = Desk::new();
    let one = with(vec![asked("1", false)]);
    let told = "+ask:1 coder wants to use exec | git push 1 | Allow once, Deny, Review…";
    assert_eq!(drawn(&desk.tell(&one, &[])), [told]);
    assert!(desk.tell(&one, &[]).is_empty());
    assert!(desk.tell(&Facts::away("it restarts"), &[]).is_empty());
    assert!(desk.tell(&one, &[]).is_empty());
    assert_eq!(drawn(&desk.tell(&with(vec![]), &[])), ["-ask:1"]);
}

#[test]
fn a_press_answers_what_was_shown_once_and_only_with_its_word() {
    let mut desk = Desk::new();
    desk.tell(&with(vec![asked("1", false)]), &[]);
    assert_eq!(desk.press("ask:1", "guessed", Button::Allow), page("/approvals/1"));
    assert_eq!(desk.press("ask:2", "word1", Button::Allow), page("/approvals"));
    let body = Press { key: "ask:1".into(), nonce: None, button: None };
    assert_eq!(desk.book.pressed(&body), page("/approvals/1"));
    let allow = Act::Allow { id: "1".into(), digest: "digest-of-1".into() };
    assert_eq!(desk.press("ask:1", "word1", Button::Allow), allow);
    assert_eq!(desk.press("ask:1", "word1", Button::Allow), page("/approvals"));
}

#[test]
fn a_press_that_comes_too_late_answers_nothing() {
    let mut desk = Desk::new();
    desk.tell(&with(vec![asked("1", false)]), &[]);
    desk.tell(&with(vec![]), &[]);
    assert_eq!(desk.press("ask:1", "word1", Button::Deny), page("/approvals"));
}

#[test]
fn what_is_dangerous_is_never_allowed_from_a_notice() {
    let mut desk = Desk::new();
    let orders = desk.tell(&with(vec![asked("1", true)]), &[]);
    let told = "+ask:1 !coder wants to use exec | git push 1 | Review…, Deny";
    assert_eq!(drawn(&orders), [told]);
    assert_eq!(desk.press("ask:1", "word1", Button::Allow), page("/approvals/1"));
    let deny = Act::Deny { id: "1".into(), digest: "digest-of-1".into() };
    assert_eq!(desk.press("ask:1", "word1", Button::Deny), deny);
}

#[test]
fn many_questions_share_a_notice() {
    let mut desk = Desk::new();
    let many = |n: u32| with((0..n).map(|id| asked(&id.to_string(), false)).collect());
    assert_eq!(desk.tell(&many(3), &[]).len(), 3);
    let grouped =
        ["-ask:0", "-ask:1", "-ask:2", "+asked 5 approvals are waiting | From coder | Review…"];
    assert_eq!(drawn(&desk.tell(&many(5), &[])), grouped);
    assert!(desk.tell(&many(5), &[]).is_empty());
    assert_eq!(
        drawn(&desk.tell(&many(4), &[])),
        ["+asked 4 approvals are waiting | From coder | Review…"]
    );
    assert_eq!(desk.press("asked", "word5", Button::Allow), page("/approvals"));
    assert_eq!(drawn(&desk.tell(&many(1), &[])), ["-asked"]);
}

#[test]
fn what_a_person_looks_at_is_not_told() {
    for (page, is_told) in [
        ("/approvals", false),
        ("/approvals/1", false),
        ("/", false),
        ("/chat/main", false),
        ("/chat/other", true),
        ("/settings", true),
    ] {
        let mut desk = Desk::new();
        desk.sight.page = Some(page.into());
        assert_eq!(!desk.tell(&with(vec![asked("1", false)]), &[]).is_empty(), is_told, "{page}");
        desk.sight.page = None;
        assert!(desk.tell(&with(vec![asked("1", false)]), &[]).is_empty(), "{page}: told late");
    }
}

#[test]
fn a_long_run_is_told_when_nobody_watches() {
    let mut desk = Desk::new();
    let mut facts = with(vec![]);
    facts.runs =
        vec![Run { id: "7".into(), who: "main".into(), what: "tidy up".into(), is_at_work: true }];
    desk.tell(&facts, &[]);
    let ended = |duration_ms, status, error: Option<&str>| {
        [News::Ended { id: "7".into(), status, duration_ms, error: error.map(str::to_owned) }]
    };
    let over = with(vec![]);
    assert!(desk.tell(&facts, &ended(LONG_RUN_MS - 1, RequestStatus::Completed, None)).is_empty());
    assert!(desk.tell(&facts, &ended(LONG_RUN_MS, RequestStatus::Cancelled, None)).is_empty());
    let orders = desk.tell(&over, &ended(LONG_RUN_MS, RequestStatus::Completed, None));
    assert_eq!(drawn(&orders), ["+run:7 main is done | tidy up | Open"]);
    let orders = desk.tell(&over, &ended(LONG_RUN_MS, RequestStatus::Failed, Some("no model")));
    assert_eq!(drawn(&orders), ["+run:7 A run has failed | no model | Open"]);
    desk.sight.page = Some("/settings".into());
    assert!(desk.tell(&over, &ended(LONG_RUN_MS, RequestStatus::Completed, None)).is_empty());
}

#[test]
fn trouble_is_told_when_it_lasts_and_once_a_day() {
    let mut desk = Desk::new();
    let mut facts = with(vec![]);
    facts.amiss = vec![Amiss {
        id: "adapter".into(),
        reason: "telegram is away".into(),
        fix: None,
        since: Timestamp(1_000),
    }];
    desk.now = Timestamp(2_000);
    assert!(desk.tell(&facts, &[]).is_empty());
    let due_at = desk.book.due_at(&facts).unwrap();
    desk.now = due_at;
    let told = "+amiss:adapter Nexus needs a hand | telegram is away | Fix…";
    assert_eq!(drawn(&desk.tell(&facts, &[])), [told]);
    assert_eq!(desk.book.due_at(&facts), None);
    assert_eq!(drawn(&desk.tell(&with(vec![]), &[])), ["-amiss:adapter"]);
    desk.now = desk.now.plus_ms(TROUBLE_MS);
    assert!(desk.tell(&facts, &[]).is_empty(), "told twice a day");
    desk.now = desk.now.plus_ms(TROUBLE_AGAIN_MS);
    assert_eq!(drawn(&desk.tell(&facts, &[])), [told]);
}

#[test]
fn a_budget_can_be_answered_by_a_pause() {
    let mut desk = Desk::new();
    let news = [News::Budget { name: "day".into(), is_exhausted: false, percent: 80 }];
    let orders = desk.tell(&with(vec![]), &news);
    let told = "+budget:day Budget day is nearly used up | 80 % are spent. | Open, Pause new work";
    assert_eq!(drawn(&orders), [told]);
    assert_eq!(desk.press("budget:day", "word1", Button::Pause), Act::PauseNew);
}
