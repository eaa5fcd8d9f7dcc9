//! How many requests of a response are under way at once.
//!
//! Usually all of them: an inventory sends its requests within milliseconds, before the first answer can be there. If
//! nothing arrives although requests have been under way for [`STALL`], then AWS is overloaded, or this function is, as
//! with a hundred callers at once. More requests would only wait in the same queues, and each would take a share of what
//! is served from all others, until nobody has an answer in time. From then on, a response has no more requests under
//! way than at that moment; each answer makes room for one more, so the number soon doubles if AWS keeps up, and every
//! [`TRICKLE`] one is sent regardless, so that those that never end don't hold the others back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// After this time without an answer, no more requests are sent than are under way. AWS's usual answers take a fraction
/// of it.
const STALL: Duration = Duration::from_millis(500);
/// How many requests may always be under way.
const ALWAYS: u32 = 32;
/// How often a request is sent though nothing arrives.
const TRICKLE: Duration = Duration::from_millis(250);

/// The requests of one response.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    requests: Mutex<Requests>,
    /// Wakes those that wait when there may be room.
    room: Notify,
}

#[derive(Debug, Default)]
struct Requests {
    under_way: u32,
    /// When AWS last sent something, or a request was sent while none was under way.
    moved: Option<Instant>,
    /// How many may be under way since nothing arrived; `None` as long as something does.
    most: Option<u32>,
    /// When a request was last sent regardless.
    trickled: Option<Instant>,
}

impl Requests {
    /// Returns when to look again; `None` if a request may be sent now.
    fn held_until(&mut self, now: Instant) -> Option<Instant> {
        let moved = *self.moved.get_or_insert(now);
        if self.most.is_none() && self.under_way >= ALWAYS && now >= after(moved, STALL) {
            self.most = Some(self.under_way);
            self.trickled = Some(now);
        }
        let most = self.most?;
        let next = after(self.trickled.unwrap_or(now), TRICKLE);
        if self.under_way < most.max(ALWAYS) {
            None
        } else if now >= next {
            self.trickled = Some(now);
            self.most = Some(most.saturating_add(1));
            None
        } else {
            Some(next)
        }
    }

    fn sent(&mut self, now: Instant) {
        if self.under_way == 0 {
            self.moved = Some(now);
        }
        self.under_way = self.under_way.saturating_add(1);
    }

    fn heard(&mut self, now: Instant) {
        self.moved = Some(now);
        self.most = self.most.map(|most| most.saturating_add(1));
    }
}

impl Pace {
    /// Waits until a request may be sent.
    pub(crate) async fn wait(&self) {
        loop {
            let woken = self.room.notified();
            let Some(until) = self.requests().held_until(Instant::now()) else { return };
            tokio::select! {
                () = woken => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// Records that a request is sent.
    pub(crate) fn sent(&self, now: Instant) {
        self.requests().sent(now);
    }

    /// Records that AWS has sent something.
    pub(crate) fn heard(&self, now: Instant) {
        self.requests().heard(now);
        self.room.notify_one();
    }

    /// Records that a request has ended.
    pub(crate) fn ended(&self) {
        let mut requests = self.requests();
        requests.under_way = requests.under_way.saturating_sub(1);
        drop(requests);
        self.room.notify_one();
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(start: Instant, duration: Duration) -> Instant {
    start.checked_add(duration).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends requests until one is held back, and returns how many were sent.
    fn send(requests: &mut Requests, now: Instant) -> u32 {
        let sent = std::iter::from_fn(|| {
            (requests.held_until(now).is_none() && requests.under_way < 1_000).then(|| requests.sent(now))
        });
        u32::try_from(sent.count()).unwrap()
    }

    #[test]
    fn everything_is_sent_at_once_as_long_as_that_takes_less_than_a_stall() {
        let (mut requests, start) = (Requests::default(), Instant::now());
        assert_eq!(send(&mut requests, start), 1_000);
        assert_eq!(send(&mut Requests { under_way: 999, ..requests }, start + STALL - TRICKLE), 1);
    }

    #[test]
    fn if_nothing_arrives_no_more_are_sent_than_are_under_way() {
        let (mut requests, start) = (Requests::default(), Instant::now());
        (0..40).for_each(|_| requests.sent(start));
        let stalled = start + STALL;
        assert_eq!(send(&mut requests, stalled), 0);
        assert_eq!(requests.held_until(stalled), Some(stalled + TRICKLE));
        // One goes regardless, and no second one at the same time.
        assert_eq!(send(&mut requests, stalled + TRICKLE), 1);
        // Each answer makes room for one more than it frees.
        for _ in 0..10 {
            requests.heard(stalled + TRICKLE);
            requests.under_way -= 1;
        }
        assert_eq!(send(&mut requests, stalled + TRICKLE), 20);
    }

    #[test]
    fn a_few_are_always_sent_and_so_is_what_follows_an_answer() {
        let (mut requests, start) = (Requests::default(), Instant::now());
        requests.sent(start);
        assert_eq!(requests.held_until(start + STALL * 9), None);
        (1..40).for_each(|_| requests.sent(start));
        // The next page of what has just arrived.
        requests.heard(start + STALL * 9);
        assert_eq!(requests.held_until(start + STALL * 9), None);
    }
}
