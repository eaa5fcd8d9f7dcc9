//! Counts the requests that are sent to AWS for a response.
//!
//! Clients are shared by all invocations, so they can't hold the count. Instead, every client has [`CountRequests`],
//! which adds to the count of the task that makes the call ([`metered`]). Each attempt counts, including retries, since
//! AWS sees, limits and bills attempts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::call::patience;
use crate::model::aws_requests::AwsRequests;
use crate::model::operation::Operation;

tokio::task_local! {
    static TALLY: Arc<Mutex<Tally>>;
}

/// What a task has requested so far.
#[derive(Debug, Default)]
struct Tally {
    by_operation: BTreeMap<String, u64>,
    /// The operations that were called, which have the prices.
    declared: Vec<Operation>,
    /// What AWS bills by something other than the request.
    charged_micro_usd: u64,
}

/// Runs `work`, which is all of one response, and counts the AWS requests that it sends. Its calls share one patience.
pub(crate) async fn metered<T>(work: impl Future<Output = T>) -> (T, AwsRequests) {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let done = patience::shared(TALLY.scope(Arc::clone(&tally), work)).await;
    let tally = std::mem::take(&mut *tally.lock().unwrap_or_else(PoisonError::into_inner));
    (done, AwsRequests::new(tally.by_operation, &tally.declared, tally.charged_micro_usd))
}

/// Declares that requests of `operation`, which has their price, will follow.
pub(crate) fn declare(operation: &Operation) {
    tally(|tally| {
        if !tally.declared.contains(operation) {
            tally.declared.push(*operation);
        }
    });
}

/// Adds what AWS bills for a request by its content.
pub(crate) fn charge(micro_usd: u64) {
    tally(|tally| tally.charged_micro_usd = tally.charged_micro_usd.saturating_add(micro_usd));
}

/// Changes the tally of the current task; does nothing outside [`metered`].
fn tally(change: impl FnOnce(&mut Tally)) {
    let _ = TALLY.try_with(|tally| change(&mut tally.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// The interceptor that counts a client's requests under the name of its service.
#[derive(Debug)]
pub(crate) struct CountRequests(pub(crate) &'static str);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for CountRequests {
    fn name(&self) -> &'static str {
        "CountRequests"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = config.load::<Metadata>() {
            let operation = format!("{}:{}", self.0, call.name());
            tally(|tally| {
                let count = tally.by_operation.entry(operation).or_insert(0);
                *count = count.saturating_add(1);
            });
        }
        Ok(())
    }
}
