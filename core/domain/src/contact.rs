//! People who write from outside: who was seen, to whom a sender belongs and how sure that is, and
//! what happens to a message whose sender nobody has vouched for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::time::Timestamp;

/// Longest name of a sender or a person, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Longest piece of a message that a question about its sender shows, in characters.
pub const EXCERPT_CHARS_MAX: usize = 200;
/// Longest id of a person, in characters.
pub const ENTITY_ID_CHARS_MAX: usize = 64;
/// Most messages of one sender that wait for an answer, the one that is asked about included.
pub const SENDER_WAITING_MAX: usize = 20;
/// Most senders that are asked about at one time, whoever they are.
pub const SENDERS_ASKED_MAX: usize = 50;
/// The id of the entity that is the owner.
pub const OWNER_ENTITY: &str = "owner";
/// A guess below this is not worth keeping.
const PENDING_MIN: f64 = 0.7;
/// A guess above this names somebody.
const INFERRED_ABOVE: f64 = 0.9;

/// How sure a mapping is, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(extend("minimum" = 0, "maximum" = 1))]
pub struct Confidence(f64);

impl Confidence {
    /// A person said so.
    pub const SURE: Self = Self(1.0);

    /// Checks and wraps a number.
    ///
    /// # Errors
    /// `Invalid` when it is not between 0 and 1.
    pub fn new(number: f64) -> Result<Self, Failure> {
        match (0.0..=1.0).contains(&number) {
            true => Ok(Self(number)),
            false => Err(Failure::invalid(format!("a confidence is 0 to 1, not {number}"))),
        }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> f64 {
        self.0
    }

    /// What a guess of this confidence is; `None` when it is too weak to be kept.
    #[must_use]
    pub fn kind(self) -> Option<MappingKind> {
        match self.0 {
            number if number > INFERRED_ABOVE => Some(MappingKind::Inferred),
            number if number >= PENDING_MIN => Some(MappingKind::Pending),
            _ => None,
        }
    }
}

impl TryFrom<f64> for Confidence {
    type Error = Failure;
    fn try_from(number: f64) -> Result<Self, Failure> {
        Self::new(number)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// How a mapping came about. Only the first two name anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MappingKind {
    /// A person said so.
    Confirmed,
    /// Found out, with a confidence above 0.9.
    Inferred,
    /// A guess of 0.7 to 0.9 that waits for confirmation; until then the sender stays unknown.
    Pending,
}

impl MappingKind {
    /// Whether the sender is taken for that person.
    #[must_use]
    pub fn resolves(self) -> bool {
        self != Self::Pending
    }
}

/// Somebody who may have several senders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// The id, as in `person:<id>`.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// Whether this is the person the installation belongs to.
    pub is_owner: bool,
}

/// To whom a sender belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Belonging {
    /// The person.
    pub entity: Entity,
    /// How it came about.
    pub kind: MappingKind,
    /// How sure it is.
    pub confidence: Confidence,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A sender that was seen on a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The medium.
    pub channel: String,
    /// The sender, in the channel's own terms.
    pub sender_id: String,
    /// The name last shown there. Chosen by the sender: it proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When a message first came.
    pub first_seen: Timestamp,
    /// When the latest came.
    pub last_seen: Timestamp,
    /// Messages that came.
    pub n_seen: u64,
    /// To whom the sender belongs, as far as anybody said or guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<Belonging>,
}

/// What a person is shown of a sender that wants to talk to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SenderFacts {
    /// The medium.
    pub channel: String,
    /// Our account that the message came to.
    pub account_id: String,
    /// The sender, in the channel's own terms.
    pub sender_id: String,
    /// The name shown there. Chosen by the sender: it proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When a message first came.
    pub first_seen: Timestamp,
    /// Messages that came so far, this one included.
    pub n_seen: u64,
    /// The first words of the message, on one line.
    pub excerpt: String,
}

/// How things stand when a message needs a person's word about its sender.
#[derive(Clone, Copy, Debug)]
pub struct AskFacts {
    /// Whether a question about this sender is open.
    pub is_asked: bool,
    /// Other messages of this sender that wait.
    pub n_waiting: usize,
    /// Senders that are asked about.
    pub n_asked: usize,
}

/// What happens to a message that needs a person's word about its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskDecision {
    /// It is asked about.
    Put,
    /// It waits behind the question that is open.
    Wait,
    /// It is refused: too many of this sender wait.
    RefuseSender,
    /// It is refused: too many senders are asked about.
    RefuseAll,
}

/// Decides what happens to a message that needs a person's word about its sender: one question per
/// sender at a time, and a bound on both sides, so that no stranger can bury a person in questions.
#[must_use]
pub fn on_ask(facts: AskFacts) -> AskDecision {
    if facts.n_waiting >= SENDER_WAITING_MAX {
        return AskDecision::RefuseSender;
    }
    match facts.is_asked {
        true => AskDecision::Wait,
        false if facts.n_asked >= SENDERS_ASKED_MAX => AskDecision::RefuseAll,
        false => AskDecision::Put,
    }
}

/// Text from outside on one line and within a length: nothing in it can hide, turn the line around
/// or pretend to be the frame it stands in.
#[must_use]
pub fn plain_line(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    // What is skipped is bounded too: nobody has to read a megabyte of invisible characters.
    for c in text.chars().take(chars_max.saturating_mul(8)) {
        match is_plain(c) {
            true => line.push(c),
            false if line.ends_with(' ') || line.is_empty() => {}
            false => line.push(' '),
        }
    }
    let line = line.trim();
    let is_whole = line.chars().count() <= chars_max && text.chars().nth(chars_max * 8).is_none();
    if is_whole {
        return line.to_owned();
    }
    line.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
}

/// Whether a character shows as itself: no control, no invisible or direction-turning one.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}')
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        && !matches!(c, '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        && !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// Checks the id of a person. It has no colon, so that the key of a person's conversation can
/// never be that of a stranger's.
///
/// # Errors
/// `Invalid`, with the form that is right.
pub fn check_entity_id(id: &str) -> Result<(), Failure> {
    let is_valid = (1..=ENTITY_ID_CHARS_MAX).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(is_id_char);
    match is_valid {
        true => Ok(()),
        false => Err(Failure::invalid(format!("`{}` is no id of a person", id.escape_debug()))
            .hint(format!(
                "start with a letter or digit; then letters, digits, `.`, `_`, `-`; at most \
                 {ENTITY_ID_CHARS_MAX}"
            ))),
    }
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// An id for the person behind a sender, made of what the channel says and not of the name shown,
/// which a sender can choose. The `n`-th try differs from the ones before.
#[must_use]
pub fn entity_id(channel: &str, sender_id: &str, n: u32) -> String {
    let ending = if n == 0 { String::new() } else { format!("-{}", n + 1) };
    let cut = ENTITY_ID_CHARS_MAX - ending.len();
    let slug: String = format!("{channel}-{sender_id}")
        .chars()
        .map(|c| if is_id_char(c) { c.to_ascii_lowercase() } else { '-' })
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take(cut)
        .collect();
    match slug.is_empty() {
        true => format!("person{ending}"),
        false => slug + &ending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_counts_as_far_as_it_is_sure() {
        let kind = |number| Confidence::new(number).unwrap().kind();
        assert_eq!(kind(1.0), Some(MappingKind::Inferred));
        assert_eq!(kind(0.900_01), Some(MappingKind::Inferred));
        assert_eq!(kind(0.9), Some(MappingKind::Pending));
        assert_eq!(kind(0.7), Some(MappingKind::Pending));
        assert_eq!(kind(0.699), None);
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(Confidence::new(wrong).is_err(), "{wrong}");
        }
        assert!(MappingKind::Inferred.resolves() && !MappingKind::Pending.resolves());
    }

    #[test]
    fn one_question_per_sender_and_a_bound_on_both_sides() {
        let check = |is_asked, n_waiting, n_asked, expected| {
            let facts = AskFacts { is_asked, n_waiting, n_asked };
            assert_eq!(on_ask(facts), expected, "{facts:?}");
        };
        check(false, 0, 0, AskDecision::Put);
        check(true, 1, 1, AskDecision::Wait);
        check(true, SENDER_WAITING_MAX - 1, 1, AskDecision::Wait);
        check(true, SENDER_WAITING_MAX, 1, AskDecision::RefuseSender);
        check(false, SENDER_WAITING_MAX, 0, AskDecision::RefuseSender);
        check(false, 0, SENDERS_ASKED_MAX, AskDecision::RefuseAll);
        check(true, 3, SENDERS_ASKED_MAX, AskDecision::Wait);
    }

    #[test]
    fn text_from_outside_stays_on_its_line() {
        let check = |text: &str, expected: &str| assert_eq!(plain_line(text, 10), expected);
        check("hello", "hello");
        check(" a\n\n\tb ", "a b");
        check("a\u{202e}b\u{200b}c\u{e0041}d", "a b c d");
        check("\u{1b}[31mred", "[31mred");
        check("0123456789", "0123456789");
        check("01234567890", "012345678…");
        assert_eq!(plain_line(&"\u{200b}".repeat(100_000), 10), "…");
        let long = format!("{}x", "\u{200b}".repeat(1_000));
        assert!(plain_line(&long, 10).chars().count() <= 10);
    }

    #[test]
    fn the_id_of_a_person_fits_a_session_key() {
        assert_eq!(entity_id("telegram", "4711", 0), "telegram-4711");
        assert_eq!(entity_id("telegram", "4711", 1), "telegram-4711-2");
        assert_eq!(entity_id("mail", "Anna <a@b.c>", 0), "mail-anna--a-b.c-");
        assert_eq!(entity_id("::", "", 0), "person");
        for (channel, sender) in [("a", "ü:ü"), ("-", "-x"), ("x", &"y".repeat(500))] {
            for n in [0, 1, 9_999] {
                check_entity_id(&entity_id(channel, sender, n)).unwrap();
            }
        }
        for wrong in ["", "a:b", "-a", "a b", "ü", &"x".repeat(65)] {
            assert!(check_entity_id(wrong).is_err(), "{wrong}");
        }
    }
}
