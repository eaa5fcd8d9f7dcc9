//! Counts the requests that AWS gets for an answer.
//!
//! Clients are shared by all invocations, so the count can't sit on them: every client carries [`CountRequests`], and
//! that adds to the count of the answer in whose task the call is made ([`metered`]). Each attempt counts, a retry too,
//! since AWS sees, limits and bills attempts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Serialize;

tokio::task_local! {
    static TALLY: Arc<Mutex<Tally>>;
}

/// What the answer of a task has asked so far.
#[derive(Debug, Default)]
struct Tally {
    by_operation: BTreeMap<String, u64>,
    /// What is billed by something else than the request.
    charged_micro_usd: u64,
}

/// The requests of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AwsRequests {
    /// All requests, retries included.
    pub total: u64,
    /// The same by service and operation, `ec2:DescribeInstances`.
    pub by_operation: BTreeMap<String, u64>,
    /// What AWS bills for them, in US dollars with four decimals.
    pub estimated_cost_usd: String,
}

impl AwsRequests {
    fn new(Tally { by_operation, charged_micro_usd }: Tally) -> Self {
        let of_requests =
            by_operation.iter().map(|(operation, count)| price_micro_usd(operation).saturating_mul(*count));
        let micro_usd = of_requests.fold(charged_micro_usd, u64::saturating_add);
        Self { total: by_operation.values().sum(), estimated_cost_usd: dollars(micro_usd), by_operation }
    }
}

/// The price of one request in millionths of a US dollar.
///
/// AWS bills no Describe, List or Get operation of the inventory (EC2, RDS, S3's ListBuckets apart, Lambda, STS, the
/// tagging API). S3 bills a ListBuckets as one LIST request, $0.005 per 1,000. GetMetricData is billed by the metrics in
/// it, which its caller charges; Cost Explorer by the request, $0.01 each page. (AWS does not bill an error; a retry of
/// one is counted all the same, so the figure is never too low.)
fn price_micro_usd(operation: &str) -> u64 {
    match operation {
        "s3:ListBuckets" => 5,
        "ce:GetCostAndUsage" | "ce:GetCostForecast" => 10_000,
        _ => 0,
    }
}

/// Millionths of a dollar as dollars, rounded to four decimals.
fn dollars(micro_usd: u64) -> String {
    let ten_thousandths = micro_usd.saturating_add(50) / 100;
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}

/// Runs `work` and counts the AWS requests that it makes.
pub(crate) async fn metered<T>(work: impl Future<Output = T>) -> (T, AwsRequests) {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let done = TALLY.scope(Arc::clone(&tally), work).await;
    let tally = std::mem::take(&mut *tally.lock().unwrap_or_else(PoisonError::into_inner));
    (done, AwsRequests::new(tally))
}

/// Adds what AWS bills for a request by its content.
pub(crate) fn charge(micro_usd: u64) {
    tally(|tally| tally.charged_micro_usd = tally.charged_micro_usd.saturating_add(micro_usd));
}

/// Changes the tally of the answer in whose task this runs; outside an answer there is nobody to count for.
fn tally(change: impl FnOnce(&mut Tally)) {
    let _ = TALLY.try_with(|tally| change(&mut tally.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// The interceptor of every client that counts its requests.
#[derive(Debug)]
pub(crate) struct CountRequests;

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
            let operation = format!("{}:{}", iam_prefix(call.service()), call.name());
            tally(|tally| {
                let count = tally.by_operation.entry(operation).or_insert(0);
                *count = count.saturating_add(1);
            });
        }
        Ok(())
    }
}

/// The IAM prefix of a service, by the id that its SDK has for it.
fn iam_prefix(service_id: &str) -> String {
    match service_id {
        "Cost Explorer" => "ce".to_owned(),
        "Resource Groups Tagging API" => "tag".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rounded_to_four_decimals() {
        assert_eq!(dollars(0), "0.0000");
        assert_eq!(dollars(49), "0.0000");
        assert_eq!(dollars(50), "0.0001");
        assert_eq!(dollars(1_234_500), "1.2345");
    }

    #[test]
    fn the_total_is_the_sum_of_the_operations() {
        let requests = AwsRequests::new(Tally {
            by_operation: [("ec2:DescribeInstances".into(), 17), ("s3:ListBuckets".into(), 100)].into(),
            charged_micro_usd: 5_000,
        });
        assert_eq!((requests.total, requests.estimated_cost_usd.as_str()), (117, "0.0055"));
    }
}
