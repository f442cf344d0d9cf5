//! Names that nobody can guess: of completions, which are the ids of their events, too.

/// Random bytes in a name.
const RANDOM_BYTES: usize = 16;

/// A new name, such as `chatcmpl-…`.
#[must_use]
pub fn random(prefix: &str) -> String {
    let mut bytes = [0; RANDOM_BYTES];
    // Only fails where the operating system has no randomness at all; then nothing else works
    // there either, and equal names are refused by the daemon as duplicates.
    let _ = getrandom::fill(&mut bytes);
    format!("{prefix}{}", hex::encode(bytes))
}
