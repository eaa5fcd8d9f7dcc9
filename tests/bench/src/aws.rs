//! A simulated, distant AWS: every request takes a round trip, and listings have AWS's page sizes.
//!
//! All responses are computed from numbers, so the server costs next to nothing: the time that a client takes consists
//! of the round trips and its own work.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};

use crate::bill;
use crate::cloudwatch::{CloudWatch, metric_statistics};
use crate::hub;
use crate::inventory::{Inventory, of_bucket};
use crate::others::eks_cluster;
use crate::prices::PriceList;
use crate::quotas;
use crate::wire::{Reply, after, json, json_error, wrapped, xml};

/// What an account contains, and how far away it is.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) inventory: Inventory,
    /// How long a request takes.
    pub(crate) round_trip: Duration,
    /// How many GetMetricData requests per second a region accepts; `None` for no limit.
    pub(crate) metric_requests_a_second: Option<u32>,
    /// Whether the price list throttles as AWS's does.
    pub(crate) throttles_prices: bool,
    /// Line items per period in a grouped bill.
    pub(crate) bill_lines: usize,
    /// The value of every secret.
    pub(crate) secret: String,
}

/// A running account, and the requests that it has received.
#[derive(Debug)]
pub(crate) struct Aws {
    account: Account,
    cloudwatch: CloudWatch,
    prices: PriceList,
    /// Requests by service and operation.
    asked: Mutex<BTreeMap<String, u64>>,
}

impl Aws {
    pub(crate) fn new(account: Account) -> Self {
        let cloudwatch = CloudWatch::new(account.metric_requests_a_second, account.inventory);
        let prices = PriceList::new(account.throttles_prices);
        Self { account, cloudwatch, prices, asked: Mutex::default() }
    }

    /// Returns the requests since the last call.
    pub(crate) fn take_asked(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Returns the requests to the price list since the last call, by offer and family.
    pub(crate) fn take_priced(&self) -> BTreeMap<String, u64> {
        self.prices.take_asked()
    }

    /// Responds to one request after a round trip.
    pub(crate) async fn answer(&self, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Reply {
        let arrived = tokio::time::Instant::now();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut scope = text("authorization").split('/');
        let (region, service) = (scope.nth(2).unwrap_or_default(), scope.next().unwrap_or_default());
        let parameters = format!("{}&{}", String::from_utf8_lossy(&body), uri.query().unwrap_or_default());
        let operation = operation(service, uri, text("x-amz-target"), &parameters);
        *self.asked.lock().unwrap().entry(format!("{service}:{operation}")).or_default() += 1;
        let reply = self.reply(service, region, &operation, uri, &parameters, &body);
        tokio::time::sleep_until(arrived + self.account.round_trip).await;
        reply
    }

    fn reply(&self, service: &str, region: &str, operation: &str, uri: &Uri, parameters: &str, body: &[u8]) -> Reply {
        match operation {
            "GetCallerIdentity" => xml(wrapped(
                operation,
                true,
                "<Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><UserId>u</UserId><Account>123456789012</Account>",
            )),
            "GetMetricData" => self.cloudwatch.metric_data(region, body),
            "GetMetricStatistics" => json(&metric_statistics(body)),
            "GetCostAndUsage" => bill::cost_and_usage(self.account.bill_lines, body),
            "GetProducts" => self.prices.products(body),
            "ListEnrollmentStatuses" => hub::enrollment(),
            "GetPreferences" | "ListRecommendations" => hub::not_enrolled(),
            "DescribeBudgets" => json(&serde_json::json!({"Budgets": []})),
            "ListMetrics" => quotas::usage_metrics(),
            "ListServiceQuotas" => quotas::of_service(region, body),
            "GetSecretValue" => self.secret(body),
            "DescribeCluster" => eks_cluster(region, uri.path().rsplit('/').next().unwrap_or_default()),
            "OfBucket" => of_bucket(uri.path().trim_matches('/'), uri.query().unwrap_or_default()),
            _ => self.account.inventory.answer(operation, region, parameters, body).unwrap_or_else(|| {
                (400, "application/json", format!("{service}:{operation} is not simulated").into_bytes())
            }),
        }
    }

    /// Returns a secret that was never changed.
    fn secret(&self, body: &[u8]) -> Reply {
        let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        if request["VersionStage"] == "AWSPREVIOUS" {
            return json_error("ResourceNotFoundException");
        }
        json(
            &serde_json::json!({"Name": request["SecretId"], "SecretString": self.account.secret, "VersionStages": ["AWSCURRENT"]}),
        )
    }
}

/// Returns the operation, which each protocol names in a different place.
fn operation(service: &str, uri: &Uri, target: &str, parameters: &str) -> String {
    match service {
        "lambda" if uri.path().trim_end_matches('/').ends_with("/functions") => "ListFunctions".to_owned(),
        "elasticfilesystem" if uri.path().ends_with("/file-systems") => "DescribeFileSystems".to_owned(),
        "eks" if uri.path().ends_with("/clusters") => "ListClusters".to_owned(),
        "eks" if uri.path().starts_with("/clusters/") => "DescribeCluster".to_owned(),
        "es" if uri.path().ends_with("/domain") => "ListDomainNames".to_owned(),
        "es" if uri.path().ends_with("/domain-info") => "DescribeDomains".to_owned(),
        "s3" if uri.path() == "/" => "ListBuckets".to_owned(),
        "s3" => "OfBucket".to_owned(),
        "monitoring" if target.is_empty() => uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        _ if !target.is_empty() => target.rsplit('.').next().unwrap_or_default().to_owned(),
        _ => after(parameters, "Action").to_owned(),
    }
}
