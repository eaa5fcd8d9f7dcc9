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
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::BoxFuture;
use tokio::time::timeout_at;

use crate::call::counting;
use crate::call::fault::Fault;
use crate::call::gate::Gate;
use crate::model::operation::Operation;

/// The limits of the requests of one listing.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// The operation that is called.
    pub(crate) operation: &'static Operation,
    /// The gate at which each request waits for its turn.
    pub(crate) gate: Arc<Gate>,
    /// When the listing ends at the latest.
    pub(crate) deadline: Instant,
    /// How long the next request must wait after each request, if that is longer than the gate's own spacing.
    pub(crate) cost: Duration,
}

impl Limits {
    /// Sends a request when its turn has come, but not after the deadline.
    async fn keep<T>(&self, request: impl Future<Output = T>) -> Result<T, Fault> {
        counting::declare(self.operation);
        let taken = async {
            self.gate.turn(self.cost).await;
            request.await
        };
        timeout_at(self.deadline.into(), taken).await.map_err(|_elapsed| Fault::past_deadline(self.operation))
    }
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

    /// Adds a fault. The first of an operation and code stands for all of them.
    pub(crate) fn fail(&mut self, fault: Fault) {
        let same = |known: &Fault| known.operation == fault.operation && known.code == fault.code;
        if !self.faults.iter().any(same) {
            self.faults.push(fault);
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
/// `ask` requests the page of a token (`None` for the first page), `next` returns the token of the next page (an empty
/// token means that there is none), and `items` returns what a page lists.
pub(crate) async fn every_page<P, T, E, F>(
    limits: Limits,
    ask: impl Fn(Option<String>) -> F,
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
    loop {
        // Boxed, since the future of an SDK call is large.
        let fault = match limits.keep(async { Box::pin(ask(token.take())).await }).await {
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

/// Calls an operation without pages, until its response, a fault or the deadline. Boxed, since the future of an SDK
/// call is large.
pub(crate) fn one_call<'a, T, E>(
    limits: Limits,
    call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
) -> BoxFuture<'a, Result<T, Fault>>
where
    T: 'a,
    E: ProvideErrorMetadata + Error + 'static,
{
    Box::pin(async move { limits.keep(call).await?.map_err(|error| Fault::of(limits.operation, &error)) })
}
