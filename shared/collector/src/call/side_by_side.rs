//! Calls an operation for each of many items, a limited number of them at a time.
//!
//! Some operations describe one item, or a few. Each call that is under way holds a connection, and a function may have
//! 1,024 files open: hence the limit. An item whose call fails is missing, the others are not; and after a call that
//! timed out, no more are sent, since they would only use up the time of what is already there.

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::call::fault::Fault;
use crate::call::pages::Found;

/// Makes all `calls`, at most `at_once` of them at a time. Returns the result of each in their order, or `None` for one
/// that failed or was not made, and why something is missing.
pub(crate) async fn side_by_side<T, F>(calls: impl ExactSizeIterator<Item = F>, at_once: usize) -> Found<Option<T>>
where
    F: Future<Output = Result<T, Fault>>,
{
    let mut found = Found { items: (0..calls.len()).map(|_| None).collect(), faults: Vec::new() };
    let numbered = async |(number, call): (usize, F)| (number, call.await);
    let mut calls = calls.enumerate();
    let mut under_way: FuturesUnordered<_> = calls.by_ref().take(at_once).map(numbered).collect();
    let mut in_time = true;
    while let Some((number, answered)) = under_way.next().await {
        match answered {
            Ok(item) => {
                if let Some(place) = found.items.get_mut(number) {
                    *place = Some(item);
                }
            }
            Err(fault) => {
                in_time &= !fault.is_late();
                found.fail(fault);
            }
        }
        under_way.extend(calls.by_ref().take(usize::from(in_time)).map(numbered));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::task::yield_now;

    use super::*;
    use crate::model::operation::{Operation, Price};

    const DESCRIBE: Operation = Operation { service: "s", name: "Describe", action: None, price: Price::Free };

    fn codes<T>(found: &Found<T>) -> Vec<&str> {
        found.faults.iter().map(|fault| fault.code.as_str()).collect()
    }

    #[tokio::test]
    async fn results_are_in_the_order_of_the_calls_and_only_so_many_are_under_way() {
        let (under_way, most) = (Cell::new(0), Cell::new(0));
        let call = async |number: usize| {
            under_way.set(under_way.get() + 1);
            most.set(most.get().max(under_way.get()));
            // The later ones are done first.
            for _ in number..10 {
                yield_now().await;
            }
            under_way.set(under_way.get() - 1);
            Ok::<_, Fault>(number)
        };
        let found = side_by_side((0..10).map(call), 4).await;
        assert_eq!(found.items, (0..10).map(Some).collect::<Vec<_>>());
        assert_eq!((most.get(), found.faults.len()), (4, 0));
    }

    #[tokio::test]
    async fn a_call_that_fails_leaves_a_gap_and_faults_alike_are_one() {
        let call = async |number: usize| match number {
            0 | 2 => Err(Fault::failed(&DESCRIBE, "Oops", "words")),
            _ => Ok(number),
        };
        let found = side_by_side((0..4).map(call), 2).await;
        assert_eq!((&found.items[..], codes(&found)), (&[None, Some(1), None, Some(3)][..], vec!["Oops"]));
    }

    #[tokio::test]
    async fn after_a_time_out_no_more_calls_are_made() {
        let made = Cell::new(0);
        let call = async |_: usize| {
            made.set(made.get() + 1);
            Err::<(), _>(Fault::past_deadline(&DESCRIBE))
        };
        let found = side_by_side((0..100).map(call), 5).await;
        assert_eq!((made.get(), found.items.len(), codes(&found)), (5, 100, vec!["DeadlineExceeded"]));
    }
}
