//! "Did you mean": the nearest name in a list.

/// Similarity from which a name is worth suggesting, of 1 for the same text.
const SIMILARITY_MIN: f64 = 0.7;

/// The candidate a person most likely meant, if any is near enough to be worth saying.
pub(crate) fn closest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    let rated = candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= SIMILARITY_MIN).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let names = ["sessions.list", "sessions.get", "health"];
        assert_eq!(closest("session.list", names), Some("sessions.list"));
        assert_eq!(closest("Helth", names), Some("health"));
        assert_eq!(closest("xyzzy", names), None);
    }
}
