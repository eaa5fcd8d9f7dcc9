//! Follows the pages of an operation to their end.
//!
//! What was found before a fault stays: a listing is its findings and, if it did not reach the end, the fault that ended
//! it. Every listing ends: at the last page, at a page token that was there before, or at the deadline. Every request waits
//! for its turn at the service's gate first, and is built when the turn has come: hundreds of batches of queries may wait.
//!
//! The SDK's paginators are left aside: they copy each request for its next page, which most have none of, they end a
//! listing with a repeated token as if it were complete, and Cost Explorer has none.

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

/// What the requests of a listing keep to.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// What is called.
    pub(crate) operation: &'static Operation,
    /// Where each request waits for its turn.
    pub(crate) gate: Arc<Gate>,
    /// When the listing ends.
    pub(crate) deadline: Instant,
    /// How long each request keeps the next one waiting, where that is longer than the gate's own time.
    pub(crate) cost: Duration,
}

impl Limits {
    /// Makes a request when its turn has come; none past the deadline.
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
    /// What ended the listing early; `None` when it is complete.
    pub(crate) fault: Option<Fault>,
}

impl<T> Listing<T> {
    /// The same listing of what `with` makes of each.
    pub(crate) fn map<U>(self, with: impl FnMut(T) -> U) -> Listing<U> {
        Listing { found: self.found.into_iter().map(with).collect(), fault: self.fault }
    }
}

impl<T> From<Result<Vec<T>, Fault>> for Listing<T> {
    /// The listing of an operation without pages, which brings all or nothing.
    fn from(answered: Result<Vec<T>, Fault>) -> Self {
        match answered {
            Ok(found) => Self { found, fault: None },
            Err(fault) => Self { found: Vec::new(), fault: Some(fault) },
        }
    }
}

/// Calls an operation with pages until its last page, a fault or the deadline.
///
/// `ask` makes the request for the page of a token (`None` for the first), `next` is the token of the next page in a page
/// (an empty one means none), `items` what the page lists.
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
        // Boxed, since a call of the SDK is large.
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

/// Awaits an operation without pages until its answer, a fault or the deadline. Boxed, since a call of the SDK is large.
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
