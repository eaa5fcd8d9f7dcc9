//! A cache of the answers that AWS bills: each question is sent once, and its answer is kept for some time.
//!
//! A question that is asked several times at once is sent once, and all callers get the same answer. Faults are not
//! cached.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::OnceCell;

use crate::call::fault::Fault;
use crate::model::costs::Lasting;

/// The most answers that are kept.
const MOST_ANSWERS: usize = 64;

/// The slot of one answer. It is empty until the first caller has the answer; all other callers wait for it.
type Slot<A> = Arc<OnceCell<Arc<A>>>;

/// Answers by question, with the time at which each was requested.
#[derive(Debug)]
pub(crate) struct AnswerCache<Q, A>(Mutex<HashMap<Q, (Instant, Slot<A>)>>);

impl<Q, A> Default for AnswerCache<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Clone + Eq + Hash, A: Lasting> AnswerCache<Q, A> {
    /// Returns the slot for a question's answer: the existing one if it is fresh, or a new one.
    fn slot(&self, question: &Q, now: Instant) -> Slot<A> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|_, (asked, slot)| match slot.get() {
            Some(answer) => now.saturating_duration_since(*asked) < answer.lasts(),
            // Nobody waits any more, so the request failed; the next one starts anew.
            None => Arc::strong_count(slot) > 1,
        });
        if answers.len() >= MOST_ANSWERS && !answers.contains_key(question) {
            answers.clear();
        }
        Arc::clone(&answers.entry(question.clone()).or_insert_with(|| (now, Arc::default())).1)
    }

    /// Returns the cached answer to a question, or what `ask` returns.
    pub(crate) async fn get(&self, question: &Q, ask: impl Future<Output = Result<A, Fault>>) -> Result<Arc<A>, Fault> {
        let slot = self.slot(question, Instant::now());
        slot.get_or_try_init(|| async { ask.await.map(Arc::new) }).await.cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// An answer that may be used for this many minutes.
    #[derive(Debug)]
    struct Minutes(u64);

    impl Lasting for Minutes {
        fn lasts(&self) -> Duration {
            Duration::from_mins(self.0)
        }
    }

    type Answers = AnswerCache<&'static str, Minutes>;

    #[test]
    fn an_answer_is_kept_as_long_as_it_lasts() {
        let answers = Answers::default();
        let start = Instant::now();
        answers.slot(&"short", start).set(Arc::new(Minutes(60))).unwrap();
        answers.slot(&"long", start).set(Arc::new(Minutes(24 * 60))).unwrap();
        let is_there = |question, after| answers.slot(&question, start + Duration::from_mins(after)).get().is_some();
        assert!(is_there("short", 59) && is_there("long", 59));
        assert!(!is_there("short", 60) && is_there("long", 23 * 60));
        assert!(!is_there("long", 24 * 60));
    }

    #[test]
    fn a_question_that_failed_starts_anew_when_it_is_asked_again() {
        let answers = Answers::default();
        let start = Instant::now();
        drop(answers.slot(&"failed", start));
        let later = start + Duration::from_hours(2);
        answers.slot(&"failed", later).set(Arc::new(Minutes(60))).unwrap();
        assert!(answers.slot(&"failed", later + Duration::from_mins(59)).get().is_some());
    }

    #[test]
    fn a_question_in_flight_keeps_its_slot() {
        let answers = Answers::default();
        let start = Instant::now();
        let in_flight = answers.slot(&"in flight", start);
        assert!(Arc::ptr_eq(&in_flight, &answers.slot(&"in flight", start)));
    }
}
