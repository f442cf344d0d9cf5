//! The place of a run among those at work. Whoever waits for another run gives its place up
//! meanwhile: otherwise runs that all wait could keep out the runs they wait for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A place; given back when it is dropped.
pub(super) struct Place {
    places: Arc<Semaphore>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    permit: Option<OwnedSemaphorePermit>,
    /// How many calls of the run wait at this moment.
    n_waiting: u32,
}

impl Place {
    /// Waits for a place.
    pub(super) async fn take(places: &Arc<Semaphore>) -> Self {
        // The semaphore is never closed; should it be, the run goes ahead without a place.
        let permit = Arc::clone(places).acquire_owned().await.ok();
        Self { places: Arc::clone(places), held: Mutex::new(Held { permit, n_waiting: 0 }) }
    }

    /// Gives the place up for as long as something takes, and then waits for one again.
    pub(super) async fn without<T>(&self, wait: impl Future<Output = T>) -> T {
        let away = Away::new(self);
        let outcome = wait.await;
        drop(away);
        if self.needs_one() {
            let permit = Arc::clone(&self.places).acquire_owned().await.ok();
            let mut held = self.held();
            // Another call may have been quicker, or waits again: this one is not needed then.
            if held.n_waiting == 0 && held.permit.is_none() {
                held.permit = permit;
            }
        }
        outcome
    }

    fn needs_one(&self) -> bool {
        let held = self.held();
        held.n_waiting == 0 && held.permit.is_none()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Away<'a>(&'a Place);

impl<'a> Away<'a> {
    fn new(place: &'a Place) -> Self {
        let mut held = place.held();
        held.n_waiting += 1;
        held.permit = None;
        Self(place)
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        let mut held = self.0.held();
        held.n_waiting = held.n_waiting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_lets_others_work() {
        let places = Arc::new(Semaphore::new(1));
        let parent = Arc::new(Place::take(&places).await);
        assert_eq!(places.available_permits(), 0);
        let (done, is_done) = oneshot::channel::<()>();
        let waiting = {
            let parent = Arc::clone(&parent);
            tokio::spawn(async move { parent.without(is_done).await })
        };
        // It would never get a place if the one that waits kept its own.
        let child = Place::take(&places).await;
        done.send(()).unwrap();
        drop(child);
        waiting.await.unwrap().unwrap();
        assert_eq!(places.available_permits(), 0);
        drop(parent);
        assert_eq!(places.available_permits(), 1);
    }
}
