//! A survey in two steps: what is measured first, and then only of some; status checks; the price of both.

use std::time::Instant;

use super::LONG;
use super::aws::{Aws, Reply, wrapped};
use super::survey::{number, numbered};
use super::{in_ireland, instances, reported};
use crate::model::window::Window;
use crate::services::ec2::status_checks::{Check, StatusChecks};
use crate::{
    Beside, Coverage, Gap, GapStatus, Judge, Measurement, Refusal, Resource, ResourceType, Series, SeriesStatus,
    Survey, Wanted,
};

/// Measures the CPU first, and then two more metrics of the instances whose first value is odd.
struct Odd;

fn measurement(resource: &Resource, metric: &str) -> Measurement {
    let catalog = ResourceType::Ec2.catalog().unwrap();
    Measurement {
        catalog,
        metric: catalog.find(metric).unwrap(),
        resource_name: resource.id.clone(),
        statistics: vec!["Maximum".to_owned()],
        window: Window::days(2, "2026-11-20T10:37:12Z".parse().unwrap()),
    }
}

impl Judge for Odd {
    type Verdict = (Vec<f64>, usize, Option<StatusChecks>);

    fn needs_status_checks(&self, resource: &Resource) -> bool {
        resource.resource_type() == ResourceType::Ec2
    }

    fn first(&self, resource: &Resource) -> Vec<Measurement> {
        vec![measurement(resource, "cpu")]
    }

    fn then(&self, resource: &Resource, first: &[Series]) -> Vec<Measurement> {
        let value = first.first().and_then(|series| series.values[0].first()).map(|(_, value)| *value);
        if value.is_some_and(|value| value % 2.0 == 0.0) {
            return Vec::new();
        }
        ["network_in", "network_out"].map(|metric| measurement(resource, metric)).into()
    }

    fn judge(&self, resource: &Resource, first: &[Series], then: &[Series], beside: &Beside<'_>) -> Self::Verdict {
        let values = first[0].values[0].iter().map(|(_, value)| *value).collect();
        let complete = then.iter().filter(|series| series.status == SeriesStatus::Complete).count();
        (values, complete, beside.status_checks(&resource.id))
    }
}

type Surveyed = Result<(Survey<<Odd as Judge>::Verdict>, Coverage), Refusal>;

async fn survey(aws: &Aws, most_micro_usd: Option<u64>) -> Surveyed {
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    aws.collector().survey(&wanted, &[], &Odd, most_micro_usd, Instant::now() + LONG).await
}

/// Starts an endpoint with ten instances in Ireland, which answers DescribeInstanceStatus with `status` per filter.
fn ten_instances(status: impl Fn(&str) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| match request.operation.as_str() {
        "DescribeInstances" if in_ireland(request, "DescribeInstances") => {
            Some(instances(request, &(0..10).collect::<Vec<_>>(), None))
        }
        "DescribeInstanceStatus" => status(&request.parameters)
            .or_else(|| Some(Reply::Ok(wrapped(request, "<instanceStatusSet></instanceStatusSet>")))),
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    })
}

#[tokio::test]
async fn only_the_resources_that_the_first_step_leaves_are_measured_further() {
    let aws = ten_instances(|_| None);
    let (Survey { inventory, read }, coverage) = survey(&aws, None).await.unwrap();
    assert_eq!((inventory.resources.len(), coverage.partial), (10, false));
    for (resource, (first, then, checks)) in inventory.resources.iter().zip(&read) {
        let number = number(&resource.id);
        assert_eq!((first, *then), (&vec![number], if number % 2.0 == 0.0 { 0 } else { 2 }));
        assert_eq!(*checks, Some(StatusChecks::default()));
    }
    // Ten metrics first, and two of each of five instances; one request a step.
    assert_eq!(aws.received("GetMetricData").len(), 2);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0002");
    // Status checks are requested where there are instances, by one filter each.
    assert_eq!(aws.received("DescribeInstanceStatus").len(), 2);
}

#[tokio::test]
async fn a_status_check_that_did_not_pass_is_known_and_one_that_was_not_returned_is_not() {
    let summary = |name: &str, status: &str, since: &str| {
        format!(
            "<{name}><status>{status}</status><details><item><name>reachability</name><status>failed</status>{since}</item></details></{name}>"
        )
    };
    let since = "<impairedSince>2026-11-20T09:00:00.000Z</impairedSince>";
    let impaired = format!(
        "<item><instanceId>i-00003</instanceId>{}{}</item><item><instanceId>i-00004</instanceId>{}{}</item>",
        summary("systemStatus", "impaired", since),
        summary("instanceStatus", "insufficient-data", ""),
        summary("systemStatus", "ok", ""),
        summary("instanceStatus", "ok", ""),
    );
    let aws = ten_instances(move |parameters| {
        parameters.contains("system-status.status").then(|| Reply::Ok(format!(
            "<DescribeInstanceStatusResponse><instanceStatusSet>{impaired}</instanceStatusSet></DescribeInstanceStatusResponse>"
        )))
    });
    let (Survey { read, .. }, coverage) = survey(&aws, None).await.unwrap();
    let failed = Check::Failed("2026-11-20T09:00:00Z".parse().ok());
    assert_eq!(read[3].2, Some(StatusChecks { system: failed, instance: Check::Unknown }));
    // An emulator that ignores the filter returns what passed.
    assert_eq!(read[4].2, Some(StatusChecks::default()));
    assert!(!coverage.partial);

    let aws = ten_instances(|parameters| {
        parameters.contains("instance-status.status").then_some(Reply::Error(
            403,
            "UnauthorizedOperation",
            "no identity-based policy allows it",
        ))
    });
    let (Survey { read, .. }, coverage) = survey(&aws, None).await.unwrap();
    assert!(read.iter().all(|(_, _, checks)| checks.is_none()));
    let expected = ("eu-west-1", "DescribeInstanceStatus", GapStatus::Denied, "UnauthorizedOperation");
    assert_eq!(reported(&coverage.gaps), [expected]);
}

#[tokio::test]
async fn the_price_of_the_first_step_is_refused_and_the_second_one_left_out() {
    let aws = ten_instances(|_| None);
    let Err(Refusal::TooExpensive(quote)) = survey(&aws, Some(99)).await else { panic!("not refused") };
    assert_eq!((quote.micro_usd(), quote.more, aws.received("GetMetricData").len()), (100, 20, 0));

    let (Survey { read, .. }, coverage) = survey(&aws, Some(199)).await.unwrap();
    assert_eq!(aws.received("GetMetricData").len(), 1);
    assert!(read.iter().all(|(first, then, _)| first.len() == 1 && *then == 0));
    let [Gap { region, operation, status, resource_types, .. }] = coverage.gaps.as_slice() else { panic!() };
    assert_eq!((region.as_str(), *operation, *status), ("eu-west-1", "GetMetricData", GapStatus::OverMaxCost));
    assert_eq!((resource_types.as_slice(), coverage.partial), (["ec2"].as_slice(), true));

    let (Survey { read, .. }, coverage) = survey(&aws, Some(200)).await.unwrap();
    assert_eq!((read[1].1, coverage.partial), (2, false));
}
