//! Follows the pages of an operation to their end.
//!
//! What was found before a fault stays: a listing is its findings and, if it did not reach the end, the fault that ended
//! it. The SDK's paginators end a repeated page token with an error and the deadline ends an endless one, so every
//! listing ends.

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

impl<T> Listing<T> {
    /// The listing with each finding mapped, or dropped where the map gives none.
    pub(crate) fn filter_map<U>(self, map: impl FnMut(T) -> Option<U>) -> Listing<U> {
        Listing { found: self.found.into_iter().filter_map(map).collect(), fault: self.fault }
    }
}

/// Collects the items of a paginated operation until its end, a fault or the deadline.
pub(crate) async fn every_page<T, E>(
    deadline: Instant,
    mut items: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
) -> Listing<T>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut found = Vec::new();
    loop {
        let fault = match timeout_at(deadline.into(), items.next()).await {
            Ok(Some(Ok(item))) => {
                found.push(item);
                continue;
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
