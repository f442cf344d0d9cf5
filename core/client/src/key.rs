//! Idempotency keys.

/// Makes a key that no other call has: 128 random bits in hex.
///
/// Keep it for as long as the same command may have to be repeated; a new key is a new command.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn idempotency_key() -> std::io::Result<String> {
    Ok(random_bits()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn random_bits() -> std::io::Result<[u8; 16]> {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(bits)
}

/// A number in `0.0..1.0` that spreads reconnecting clients; the middle without randomness.
pub(crate) fn jitter() -> f64 {
    random_bits().map_or(0.5, |bits| f64::from(bits[0]) / 256.0)
}
