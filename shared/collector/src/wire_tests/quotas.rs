//! Simulated quotas of AWS: everything is collected, with few wasted requests.

use std::time::Instant;

use aws_smithy_types::retry::RetryConfig;

use super::aws::{Aws, Reply, map, wrapped};
use super::{LONG, instances, items, page};
use crate::call::configuration;
use crate::model::costs::{CostQuestion, Granularity};
use crate::model::window::Window;
use crate::{Collector, Measurement, Measurements, ResourceType, Wanted};

/// AWS's token bucket: `burst` requests at once, and `a_second` per second.
struct Bucket {
    tokens: f64,
    burst: f64,
    a_second: f64,
    filled: Instant,
}

impl Bucket {
    fn new(burst: f64, a_second: f64) -> Self {
        Self { tokens: burst, burst, a_second, filled: Instant::now() }
    }

    fn accepts(&mut self) -> bool {
        let now = Instant::now();
        let refilled = (now - self.filled).as_secs_f64() * self.a_second;
        (self.tokens, self.filled) = ((self.tokens + refilled).min(self.burst), now);
        let accepts = self.tokens >= 1.0;
        self.tokens -= if accepts { 1.0 } else { 0.0 };
        accepts
    }
}

/// Returns a collector that retries like the deployed one.
fn collector(aws: &Aws, retries: RetryConfig) -> Collector {
    Collector::home(aws.config().into_builder().retry_config(retries).build())
}

#[tokio::test]
async fn under_ec2s_bucket_every_page_arrives_with_few_wasted_requests() {
    const PAGES: usize = 60;
    let mut bucket = Bucket::new(30.0, 40.0);
    let aws = Aws::start(move |request| {
        if request.service != "ec2" || request.region != "eu-west-1" {
            return None;
        }
        if !bucket.accepts() {
            return Some(Reply::Error(503, "RequestLimitExceeded", "Request limit exceeded."));
        }
        let (numbers, next) = page(request, "NextToken=", 1, PAGES);
        if request.operation == "DescribeInstances" {
            return Some(instances(request, &numbers, next));
        }
        let volumes = items(&numbers, |n| format!("<item><volumeId>vol-{n}</volumeId></item>"));
        let next = next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
        Some(Reply::Ok(wrapped(request, &format!("<volumeSet>{volumes}</volumeSet>{next}"))))
    });
    let types = vec![ResourceType::Ec2, ResourceType::Ebs];
    let wanted = Wanted { regions: Some(vec!["eu-west-1".to_owned()]), types, tags: false };
    let collector = collector(&aws, configuration::retries());
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!((inventory.resources.len(), coverage.gaps), (2 * PAGES, vec![]));
    let requests = aws.received("DescribeInstances").len() + aws.received("DescribeVolumes").len();
    assert!(requests > 2 * PAGES, "the bucket was never empty");
    assert!(requests * 10 <= 2 * PAGES * 12, "{requests} requests for {} pages", 2 * PAGES);
}

#[tokio::test]
async fn under_cloudwatchs_rate_no_request_is_wasted() {
    const REQUESTS: usize = 60;
    // A burst of most of a second, since on a busy machine timers fire late and then together; all at once is too much.
    let mut bucket = Bucket::new(50.0, 55.0);
    let aws = Aws::start(move |request| {
        (request.operation == "GetMetricData").then(|| {
            if bucket.accepts() {
                Reply::Cbor(map([("MetricDataResults", ciborium::Value::Array(vec![]))]))
            } else {
                Reply::Error(400, "ThrottlingException", "Rate exceeded")
            }
        })
    });
    let catalog = ResourceType::Ec2.catalog().unwrap();
    let measurement = |n: usize| Measurement {
        catalog,
        metric: catalog.find("cpu").unwrap(),
        resource_name: format!("i-{n}"),
        statistics: vec!["Average".to_owned()],
        window: Window::last(24, 3_600, "2026-11-20T10:00:00Z".parse().unwrap()),
    };
    let wanted = (0..500 * REQUESTS).map(measurement).collect();
    let measurements =
        Measurements { region: "eu-west-1".to_owned(), resource_type: ResourceType::Ec2, wanted, list: false };
    let collector = collector(&aws, configuration::retries());
    let (_, coverage) = collector.measure(&measurements, Instant::now() + LONG).await.unwrap();
    assert_eq!((coverage.gaps, aws.received("GetMetricData").len()), (vec![], REQUESTS));
}

#[tokio::test]
async fn under_cost_explorers_rate_every_page_arrives() {
    const PAGES: usize = 12;
    let mut bucket = Bucket::new(5.0, 5.0);
    let aws = Aws::start(move |request| {
        (request.operation == "GetCostAndUsage").then(|| {
            if !bucket.accepts() {
                return Reply::Error(400, "LimitExceededException", "Rate limit exceeded");
            }
            let (_, next) = page(request, "\"NextPageToken\":\"", 1, PAGES);
            let next = next.map(|next| format!(r#", "NextPageToken": "{next}""#)).unwrap_or_default();
            Reply::Ok(format!(r#"{{"ResultsByTime": []{next}}}"#))
        })
    });
    let question = CostQuestion {
        start: jiff::civil::date(2026, 11, 1),
        end: jiff::civil::date(2026, 11, 20),
        granularity: Granularity::Daily,
        metric: "UnblendedCost",
        with_usage: false,
        group_by: vec![],
        filter: vec![],
    };
    let collector = collector(&aws, configuration::retries());
    let questions = super::costs::only(question);
    let (answers, coverage) =
        collector.costs(&questions, jiff::Timestamp::UNIX_EPOCH, Instant::now() + LONG).await.unwrap();
    assert_eq!((answers.costs.is_some(), coverage.gaps), (true, vec![]));
    let requests = aws.received("GetCostAndUsage").len();
    assert!(requests * 10 <= PAGES * 12, "{requests} requests for {PAGES} pages");
}
