//! Ids as people read them.

/// Letters of an id that are shown at least: its time of birth, to the millisecond.
const SHOWN_MIN: usize = 10;

/// The ids, each cut to a beginning that tells it from the others.
pub(crate) fn short(ids: &[String]) -> Vec<String> {
    ids.iter()
        .map(|id| {
            let is_shared =
                |n: usize| ids.iter().filter(|other| other.get(..n) == id.get(..n)).count() > 1;
            let n = (SHOWN_MIN..id.len()).find(|n| !is_shared(*n)).unwrap_or(id.len());
            id.get(..n).unwrap_or(id).to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_to_what_tells_them_apart() {
        let ids = ["01JDQ7M2Z3AAAA", "01JDQ7M2Z3AABB", "01JDQ8M2Z3CCCC"].map(str::to_owned);
        assert_eq!(short(&ids), ["01JDQ7M2Z3AAA", "01JDQ7M2Z3AAB", "01JDQ8M2Z3"]);
        assert_eq!(short(&["01JDQ7M2Z3AAAA".to_owned()]), ["01JDQ7M2Z3"]);
    }
}
