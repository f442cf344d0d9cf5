//! What whoever runs the tests may ask of them, read in one place.

#![expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]

/// How many cases the comparison of access control with its reference takes; `None` for the usual
/// number. Set by `cargo xtask test --long`.
///
/// # Panics
/// When it is not a number.
#[must_use]
pub fn iam_cases() -> Option<usize> {
    number("NEXUS_IAM_CASES")
}

/// How often processes are killed under load; `None` for the usual number. Set by
/// `cargo xtask test --long`.
///
/// # Panics
/// When it is not a number.
#[must_use]
pub fn kills() -> Option<usize> {
    number("NEXUS_KILLS")
}

/// What the dice of such a scenario fall by; `None` for the usual seed.
///
/// # Panics
/// When it is not a number.
#[must_use]
pub fn seed() -> Option<usize> {
    number("NEXUS_SEED")
}

fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    match text.parse() {
        Ok(number) => Some(number),
        Err(error) => panic!("{name} is `{text}`: {error}"),
    }
}
