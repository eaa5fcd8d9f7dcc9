//! Follows the pages of an operation to their end.
//!
//! What was found before a fault stays: a listing is its findings and, if it did not reach the end, the fault that ended
//! it. Every listing ends: at the last page, at a page token that was there before, or at the deadline. Every request waits
//! for its turn at the service's gate first. The SDK's own guard against repeated tokens is turned off, since it ends such a listing as if it were complete.

use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::BoxFuture;
use tokio::time::timeout_at;

use crate::fault::Fault;
use crate::gate::Gate;

/// What the requests of a listing keep to.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
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
        let taken = async {
            self.gate.turn(self.cost).await;
            request.await
        };
        timeout_at(self.deadline.into(), taken).await.map_err(|_elapsed| Fault::past_deadline())
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

/// Calls a paginated operation until its last page, a fault or the deadline.
///
/// `token` is the next page's token in a page (an empty one means none), `items` what the page lists. The paginator must
/// not stop on duplicate tokens by itself.
pub(crate) async fn every_page<P, T, E>(
    limits: Limits,
    mut pages: PaginationStream<Result<P, SdkError<E, HttpResponse>>>,
    token: impl Fn(&P) -> Option<&str>,
    items: impl Fn(P) -> Vec<T>,
) -> Listing<T>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut found = Vec::new();
    let mut tokens = HashSet::new();
    loop {
        let fault = match limits.keep(pages.next()).await {
            Ok(Some(Ok(page))) => {
                let next = token(&page).filter(|token| !token.is_empty()).map(str::to_owned);
                found.extend(items(page));
                match next.map(|next| tokens.insert(next)) {
                    Some(true) => continue,
                    Some(false) => Some(Fault::repeated_token()),
                    None => None,
                }
            }
            Ok(None) => None,
            Ok(Some(Err(error))) => Some(Fault::from(&error)),
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
    Box::pin(async move { limits.keep(call).await?.map_err(|error| Fault::from(&error)) })
}
