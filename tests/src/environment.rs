//! What whoever runs the tests may ask of them, read in one place.

#![expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]

/// How many cases the comparison of access control with its reference takes; `None` for the usual
/// number. Set by `cargo xtask test --long`.
///
/// # Panics
/// When it is not a number.
#[must_use]
pub fn iam_cases() -> Option<usize> {
    let text = std::env::var("NEXUS_IAM_CASES").ok()?;
    match text.parse() {
        Ok(n_cases) => Some(n_cases),
        Err(error) => panic!("NEXUS_IAM_CASES is `{text}`: {error}"),
    }
}
