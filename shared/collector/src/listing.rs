//! Follows the pages of an operation to their end.
//!
//! What was found before a fault stays: a listing is its findings and, if it did not reach the end, the fault that ended
//! it. Every listing ends: at the last page, at a page token that was there before, or at the deadline. The SDK's own
//! guard against repeated tokens is turned off, since it ends such a listing as if it were complete.

use std::collections::HashSet;
use std::error::Error;
use std::time::Instant;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::timeout_at;

use crate::fault::Fault;

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
/// `token` is the next page's token in a page (an empty one means none), `items` what the page lists. The paginator must not stop on duplicate
/// tokens by itself.
pub(crate) async fn every_page<P, T, E>(
    deadline: Instant,
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
        let fault = match timeout_at(deadline.into(), pages.next()).await {
            Ok(Some(Ok(page))) => {
                let next = token(&page).filter(|token| !token.is_empty()).map(str::to_owned);
                found.extend(items(page));
                if next.is_none_or(|next| tokens.insert(next)) {
                    continue;
                }
                Some(Fault::repeated_token())
            }
            Ok(None) => None,
            Ok(Some(Err(error))) => Some(Fault::from(&error)),
            Err(_elapsed) => Some(Fault::past_deadline()),
        };
        return Listing { found, fault };
    }
}

/// Awaits an operation without pages until its answer, a fault or the deadline.
pub(crate) async fn one_call<T, E>(
    deadline: Instant,
    call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T, Fault>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match timeout_at(deadline.into(), call).await {
        Ok(answer) => answer.map_err(|error| Fault::from(&error)),
        Err(_elapsed) => Err(Fault::past_deadline()),
    }
}
