//! Follows the pages of an operation to the last one.
//!
//! What was found before a fault is kept: a listing has its items and, if it did not reach the end, the fault that
//! ended it. Every listing ends: at the last page, at a repeated page token, or at the deadline. Each request first
//! waits for its turn at the service's gate, and is built only then, since hundreds of batches of queries may be
//! waiting.
//!
//! The SDKs' paginators are not used: they copy each request for its next page, which most requests don't have, they
//! end a listing with a repeated token as if it were complete, and Cost Explorer has none.

use std::collections::HashSet;
use std::error::Error;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{self, Duration};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::call::counting;
use crate::call::fault::Fault;
use crate::call::gate::Gate;
use crate::call::patience::{Call, Look};
use crate::model::operation::{Operation, Price};

/// The price of a request in millionths of a dollar up to which it may be sent a second time.
const DEAREST_REPEATED: u64 = 1_000;
/// The smallest page that every operation with pages allows; RDS has the largest minimum.
const SMALLEST_PAGE: i32 = 20;

/// The limits of the requests of one listing.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// The operation that is called.
    pub(crate) operation: &'static Operation,
    /// The gate at which each request waits for its turn.
    pub(crate) gate: Arc<Gate>,
    /// When the listing ends at the latest.
    pub(crate) deadline: time::Instant,
    /// How long the next request must wait after each request, if that is longer than the gate's own spacing.
    pub(crate) cost: Duration,
    /// How many items a page may have; irrelevant for operations that have no such parameter.
    pub(crate) page_size: i32,
    /// Whether the operation only reads, so that it may be called a second time.
    pub(crate) reads: bool,
}

impl Limits {
    /// Returns the same limits for pages of at most `size` items.
    pub(crate) fn pages_of(self, size: i32) -> Self {
        Self { page_size: size, ..self }
    }

    /// Sends a request when its turn has come, and waits for the response as long as there is time and patience.
    ///
    /// `send` sends it; it is called again, with `true`, for a second attempt beside a first one that was left behind.
    /// The first attempt that succeeds is the result.
    async fn keep<T, E, F>(&self, mut send: impl FnMut(bool) -> F) -> Result<Result<T, E>, Fault>
    where
        F: Future<Output = Result<T, E>>,
    {
        counting::declare(self.operation);
        let mut call = Call::begin(&self.gate, self.may_repeat());
        let deadline = Instant::from_std(self.deadline);
        let late = |_elapsed| Fault::past_deadline(self.operation);
        let _turn = timeout_at(deadline, self.gate.turn(self.cost)).await.map_err(late)?;
        timeout_at(deadline, call.paced()).await.map_err(late)?;
        // Boxed, since the future of an SDK call is large.
        let mut first = Some(Box::pin(send(false)));
        let mut second: Option<Pin<Box<F>>> = None;
        let look = call.sent(Instant::now());
        let mut wake = pin!(sleep_until(look.min(deadline)));
        loop {
            tokio::select! {
                biased;
                done = attempt(&mut first, deadline) => {
                    first = None;
                    if done.is_ok() || second.is_none() {
                        call.answered(Instant::now());
                        return Ok(done);
                    }
                }
                done = attempt(&mut second, deadline) => {
                    second = None;
                    if done.is_ok() || first.is_none() {
                        call.answered(Instant::now());
                        return Ok(done);
                    }
                }
                () = &mut wake => {
                    let now = Instant::now();
                    if now >= deadline {
                        return Err(Fault::past_deadline(self.operation));
                    }
                    match call.look(now) {
                        Look::Wait(until) => wake.as_mut().reset(until.min(deadline)),
                        Look::SecondAttempt => second = Some(Box::pin(send(true))),
                        Look::GiveUp => return Err(Fault::silent(self.operation)),
                    }
                }
            }
        }
    }

    /// Returns whether a second attempt may be sent: for a few millionths of a dollar, but not for a cent.
    fn may_repeat(&self) -> bool {
        self.reads && matches!(self.operation.price, Price::Free | Price::MicroUsdARequest(0..=DEAREST_REPEATED))
    }
}

/// Waits for an attempt until the deadline, or forever if there is none. What arrives later is not even read: with
/// hundreds of large pages under way, reading one more of each would take seconds that the response no longer has.
async fn attempt<F: Future + Unpin>(attempt: &mut Option<F>, deadline: Instant) -> F::Output {
    poll_fn(|context| match attempt {
        Some(attempt) if Instant::now() < deadline => Pin::new(attempt).poll(context),
        _ => Poll::Pending,
    })
    .await
}

/// The page to request.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The token of the page; `None` for the first one.
    pub(crate) token: Option<String>,
    /// How many items it may have.
    pub(crate) size: i32,
}

/// What one operation found in one region.
#[derive(Debug)]
pub(crate) struct Listing<T> {
    /// Everything up to the end or the fault.
    pub(crate) found: Vec<T>,
    /// What ended the listing early; `None` if it is complete.
    pub(crate) fault: Option<Fault>,
}

/// What the operations of one type found in one region.
#[derive(Debug)]
pub(crate) struct Found<T> {
    /// Everything up to the end or a fault.
    pub(crate) items: Vec<T>,
    /// Why something is missing; empty if nothing is.
    pub(crate) faults: Vec<Fault>,
}

impl<T> Found<T> {
    /// Converts each item by `with`.
    pub(crate) fn map<U>(self, with: impl FnMut(T) -> U) -> Found<U> {
        Found { items: self.items.into_iter().map(with).collect(), faults: self.faults }
    }

    /// Adds a fault. The first of an operation, code and region stands for all of them.
    pub(crate) fn fail(&mut self, fault: Fault) {
        let same = |known: &Fault| {
            known.operation == fault.operation && known.code == fault.code && known.region == fault.region
        };
        if !self.faults.iter().any(same) {
            self.faults.push(fault);
        }
    }

    /// Adds each fault.
    pub(crate) fn fail_each(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.fail(fault);
        }
    }
}

impl<T> From<Listing<T>> for Found<T> {
    fn from(Listing { found, fault }: Listing<T>) -> Self {
        Self { items: found, faults: fault.into_iter().collect() }
    }
}

impl<T> From<Result<Vec<T>, Fault>> for Found<T> {
    /// The items of an operation without pages, which returns all or nothing.
    fn from(answered: Result<Vec<T>, Fault>) -> Self {
        match answered {
            Ok(items) => Self { items, faults: Vec::new() },
            Err(fault) => Self { items: Vec::new(), faults: vec![fault] },
        }
    }
}

/// Calls an operation with pages until its last page, a fault or the deadline.
///
/// `ask` requests a page; that of a second attempt, and those that follow it, are smaller. `next` returns the token of the next page (an empty token means that there is none), and `items` returns what a page
/// lists.
pub(crate) async fn every_page<P, T, E, F>(
    limits: Limits,
    ask: impl Fn(Page) -> F,
    next: impl Fn(&P) -> Option<&str>,
    items: impl Fn(P) -> Vec<T>,
) -> Listing<T>
where
    F: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut found = Vec::new();
    let mut tokens = HashSet::new();
    let mut token = None;
    let mut size = limits.page_size;
    loop {
        let send = |second: bool| {
            if second {
                size = smaller(size);
            }
            ask(Page { token: token.clone(), size })
        };
        let fault = match limits.keep(send).await {
            Ok(Ok(page)) => {
                let next = next(&page).filter(|token| !token.is_empty()).map(str::to_owned);
                found.extend(items(page));
                match next {
                    Some(next) if tokens.insert(next.clone()) => {
                        token = Some(next);
                        continue;
                    }
                    Some(_) => Some(Fault::repeated_token(limits.operation)),
                    None => None,
                }
            }
            Ok(Err(error)) => Some(Fault::of(limits.operation, &error)),
            Err(late) => Some(late),
        };
        return Listing { found, fault };
    }
}

/// Returns the size of the pages after one that was left behind. Operations have a smallest size, which is at most the
/// size of a small page.
fn smaller(size: i32) -> i32 {
    size.div_euclid(4).max(SMALLEST_PAGE.min(size))
}

/// Calls an operation without pages, until its response, a fault or the deadline; `ask` sends the request. Boxed, since
/// the future of an SDK call is large.
pub(crate) fn one_call<'a, T, E, F>(limits: Limits, ask: impl Fn() -> F + Send + 'a) -> BoxFuture<'a, Result<T, Fault>>
where
    T: Send + 'a,
    E: ProvideErrorMetadata + Error + Send + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
{
    Box::pin(
        async move { limits.keep(move |_second| ask()).await?.map_err(|error| Fault::of(limits.operation, &error)) },
    )
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn what_arrives_after_the_deadline_is_not_read() {
        let (now, arrived) = (Instant::now(), || Some(Box::pin(ready(1))));
        assert_eq!(attempt(&mut arrived(), now + Duration::from_hours(1)).now_or_never(), Some(1));
        assert_eq!(attempt(&mut arrived(), now).now_or_never(), None);
        let nothing: &mut Option<Ready<i32>> = &mut None;
        assert_eq!(attempt(nothing, now + Duration::from_hours(1)).now_or_never(), None);
    }
}
