//! The last so many shared items, bounded in number and in bytes.

use std::collections::VecDeque;
use std::sync::Arc;

/// The last so many shared items, bounded in number and in bytes.
pub(super) struct Ring<T> {
    entries: VecDeque<Entry<T>>,
    len_max: usize,
    n_bytes: usize,
    bytes_max: usize,
    n_pushed: u64,
}

/// One item with its place in the common order of all rings.
pub(super) struct Entry<T> {
    pub(super) order: u64,
    pub(super) item: Arc<T>,
    n_bytes: usize,
}

impl<T> Ring<T> {
    pub(super) fn new(len_max: usize, bytes_max: usize) -> Self {
        Self { entries: VecDeque::new(), len_max, n_bytes: 0, bytes_max, n_pushed: 0 }
    }

    /// Adds an item and returns the newest one that had to go for it. The item itself stays,
    /// however large it is.
    pub(super) fn push(&mut self, order: u64, n_bytes: usize, item: Arc<T>) -> Option<Arc<T>> {
        self.entries.push_back(Entry { order, item, n_bytes });
        self.n_bytes += n_bytes;
        self.n_pushed += 1;
        let mut evicted = None;
        while self.entries.len() > 1
            && (self.entries.len() > self.len_max || self.n_bytes > self.bytes_max)
        {
            let Some(entry) = self.entries.pop_front() else { break };
            self.n_bytes -= entry.n_bytes;
            evicted = Some(entry.item);
        }
        evicted
    }

    /// How many items were ever added: the index of the next one.
    pub(super) fn n_pushed(&self) -> u64 {
        self.n_pushed
    }

    /// The index of the oldest item that is still here.
    pub(super) fn first_index(&self) -> u64 {
        self.n_pushed - self.entries.len() as u64
    }

    /// The item with an index, if it is still, or already, here.
    pub(super) fn at_index(&self, index: u64) -> Option<&Entry<T>> {
        let place = index.checked_sub(self.first_index())?;
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// The index of the first item for which `is_before` no longer holds; it must hold for a
    /// beginning of the ring only.
    pub(super) fn index_where(&self, is_before: impl Fn(&T) -> bool) -> u64 {
        let place = self.entries.partition_point(|entry| is_before(&entry.item));
        self.first_index() + place as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_indexes_stay() {
        let mut ring = Ring::new(3, 100);
        for n in 0..5_u64 {
            ring.push(n, 10, Arc::new(n));
        }
        assert_eq!((ring.first_index(), ring.n_pushed()), (2, 5));
        assert_eq!(ring.at_index(2).map(|e| *e.item), Some(2));
        assert!(ring.at_index(1).is_none() && ring.at_index(5).is_none());
        assert_eq!(ring.index_where(|n| *n <= 3), 4);
    }

    #[test]
    fn bytes_count_too_and_a_giant_stays_alone() {
        let mut ring = Ring::new(10, 100);
        ring.push(1, 60, Arc::new('a'));
        assert!(ring.push(2, 30, Arc::new('b')).is_none());
        assert_eq!(ring.push(3, 500, Arc::new('c')).as_deref(), Some(&'b'));
        assert_eq!((ring.first_index(), ring.n_pushed()), (2, 3));
    }
}
