//! The requests that were sent to AWS for one response, and what they cost.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::operation::{Operation, Price};

/// The requests for one response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AwsRequests {
    /// All requests, including retries.
    pub total: u64,
    /// The requests by service and operation, such as `ec2:DescribeInstances`.
    pub by_operation: BTreeMap<String, u64>,
    /// What AWS bills for them, in US dollars with four decimals.
    pub estimated_cost_usd: String,
    /// The same in millionths of a dollar, since rounded amounts can't be added.
    #[serde(skip)]
    pub micro_usd: u64,
}

impl AwsRequests {
    /// Prices the requests of `by_operation` by the `declared` operations; `charged_micro_usd` is what AWS bills by
    /// something other than the request.
    pub(crate) fn new(by_operation: BTreeMap<String, u64>, declared: &[Operation], charged_micro_usd: u64) -> Self {
        let price = |counted: &str| {
            let operation = declared.iter().find(|operation| {
                counted.split_once(':').is_some_and(|named| named == (operation.service, operation.name))
            });
            debug_assert!(operation.is_some(), "{counted} was called under the name of another operation");
            match operation.map(|operation| operation.price) {
                Some(Price::MicroUsdARequest(micro_usd)) => micro_usd,
                Some(Price::Free | Price::ByContent) | None => 0,
            }
        };
        let of_requests = by_operation.iter().map(|(operation, count)| price(operation).saturating_mul(*count));
        let micro_usd = of_requests.fold(charged_micro_usd, u64::saturating_add);
        Self::of(by_operation, micro_usd)
    }

    fn of(by_operation: BTreeMap<String, u64>, micro_usd: u64) -> Self {
        let total = by_operation.values().sum();
        Self { total, estimated_cost_usd: dollars(micro_usd), by_operation, micro_usd }
    }

    /// Returns these requests and others.
    pub(crate) fn and(self, others: Self) -> Self {
        let mut by_operation = self.by_operation;
        for (operation, requests) in others.by_operation {
            let known = by_operation.entry(operation).or_insert(0);
            *known = known.saturating_add(requests);
        }
        Self::of(by_operation, self.micro_usd.saturating_add(others.micro_usd))
    }
}

/// Formats millionths of a dollar as dollars, rounded to four decimals.
fn dollars(micro_usd: u64) -> String {
    let ten_thousandths = micro_usd.saturating_add(50) / 100;
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
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
    fn the_total_is_the_sum_of_the_operations_and_each_has_its_price() {
        let operation = |service, name, price| Operation { service, name, action: None, price };
        let declared = [
            operation("ec2", "DescribeInstances", Price::Free),
            operation("s3", "ListBuckets", Price::MicroUsdARequest(5)),
        ];
        let counted = [("ec2:DescribeInstances".into(), 17), ("s3:ListBuckets".into(), 100)].into();
        let requests = AwsRequests::new(counted, &declared, 5_000);
        assert_eq!((requests.total, requests.estimated_cost_usd.as_str()), (117, "0.0055"));
        let both = requests.clone().and(requests);
        assert_eq!((both.total, both.by_operation["ec2:DescribeInstances"]), (234, 34));
        assert_eq!(both.estimated_cost_usd, "0.0110");
    }
}
