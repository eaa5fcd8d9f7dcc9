//! Keeps the requests to an API under its published rate.
//!
//! Each request takes the next free turn and waits for it; turns are spaced by what the request costs of the rate. The
//! turns belong to the process, not to an answer, as the quota does.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The turns of one API in one region.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    next_free: Mutex<Option<Instant>>,
}

impl Pace {
    /// Waits for a turn, after which the next one comes no sooner than `cost` later.
    pub(crate) async fn turn(&self, cost: Duration) {
        let turn = self.reserve(Instant::now(), cost);
        tokio::time::sleep_until(turn).await;
    }

    fn reserve(&self, now: Instant, cost: Duration) -> Instant {
        let mut next_free = self.next_free.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next_free.map_or(now, |free| free.max(now));
        *next_free = turn.checked_add(cost);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_spaced_by_their_cost_and_none_is_saved_up() {
        let pace = Pace::default();
        let start = Instant::now();
        let ms = Duration::from_millis;
        assert_eq!(pace.reserve(start, ms(20)), start);
        assert_eq!(pace.reserve(start, ms(500)), start + ms(20));
        assert_eq!(pace.reserve(start + ms(30), ms(20)), start + ms(520));
        let later = start + ms(9_000);
        assert_eq!((pace.reserve(later, ms(20)), pace.reserve(later, ms(20))), (later, later + ms(20)));
    }
}
