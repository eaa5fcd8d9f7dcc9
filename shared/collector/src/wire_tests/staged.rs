//! Measurements in stages: what is listed before, which resources are measured, and what fails.

use std::time::{Duration, Instant};

use super::aws::{Aws, Reply};
use super::survey::{number, numbered, with_instances};
use super::{LONG, instances, reported};
use crate::model::window::Window;
use crate::{Coverage, GapStatus, Inventory, Measurement, Resource, ResourceType, SeriesStatus, Stages, Wanted};

/// Returns the CPU of an instance over three hours.
fn cpu(resource: &Resource) -> Vec<Measurement> {
    let catalog = ResourceType::Ec2.catalog().unwrap();
    vec![Measurement {
        catalog,
        metric: catalog.find("cpu").unwrap(),
        resource_name: resource.id.clone(),
        statistics: vec!["Maximum".to_owned()],
        window: Window::last(3, 3_600, "2026-11-20T12:00:00Z".parse().unwrap()),
    }]
}

/// Measures the instances, then the highest three again. Returns their ids with their values, and each status of the
/// first stage.
async fn busiest(inventory: &Inventory, stages: &mut Stages<'_>) -> (Vec<(String, f64)>, Vec<SeriesStatus>) {
    let all: Vec<_> = inventory.resources.iter().map(|resource| (resource, cpu(resource))).collect();
    let first = stages.measure(&all, 2).await;
    let statuses = first.iter().map(|series| series[0].status).collect();
    let mut ranked: Vec<_> = all.iter().zip(first).collect();
    ranked.sort_by_key(|(_, series)| std::cmp::Reverse(series[0].values[0].first().map(|(_, value)| value.to_bits())));
    let top: Vec<_> = ranked.into_iter().take(3).map(|((resource, wanted), _)| (*resource, wanted.clone())).collect();
    let second = stages.measure(&top, 1).await;
    let value = |series: &[crate::Series]| series[0].values[0].first().map_or(f64::NAN, |(_, value)| *value);
    (top.iter().zip(&second).map(|((resource, _), series)| (resource.id.clone(), value(series))).collect(), statuses)
}

async fn staged(aws: &Aws) -> ((Vec<(String, f64)>, Vec<SeriesStatus>), Coverage) {
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    let (_, found, coverage) = aws.collector().in_stages(&wanted, busiest, Instant::now() + LONG).await.unwrap();
    (found, coverage)
}

#[tokio::test]
async fn a_stage_measures_what_the_stage_before_it_chose() {
    let aws = with_instances(1_201);
    let ((top, statuses), coverage) = staged(&aws).await;
    assert!(top.iter().all(|(id, value)| value.total_cmp(&number(id)).is_eq()), "{top:?}");
    assert_eq!(top.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [1_200.0, 1_199.0, 1_198.0]);
    assert_eq!(statuses, vec![SeriesStatus::Complete; 1_201]);
    // 1,201 queries are three requests, and those of the first three are one more.
    assert_eq!(coverage.aws_requests.by_operation["cloudwatch:GetMetricData"], 4);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0120");
    assert!(!coverage.partial);
}

#[tokio::test]
async fn everything_is_listed_before_anything_is_measured() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" => {
            Some(instances(request, if request.region == "eu-west-1" { &[1, 2] } else { &[3] }, None))
        }
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let ((top, _), _) = staged(&aws).await;
    assert_eq!(top.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [3.0, 2.0, 1.0]);
    let order: Vec<_> = aws.all_received().into_iter().map(|request| request.operation).collect();
    let last_listed = order.iter().rposition(|operation| operation == "DescribeInstances").unwrap();
    let first_measured = order.iter().position(|operation| operation == "GetMetricData").unwrap();
    assert!(last_listed < first_measured, "{order:?}");
    // Each region is measured in its own requests, in both stages.
    assert_eq!(order.iter().filter(|operation| *operation == "GetMetricData").count(), 4);
}

#[tokio::test]
async fn a_region_that_is_not_measured_is_one_gap_over_all_stages() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" => {
            Some(instances(request, if request.region == "eu-west-1" { &[1, 2] } else { &[3] }, None))
        }
        "GetMetricData" if request.region == "eu-west-1" => {
            Some(Reply::Error(403, "AccessDenied", "no policy allows it"))
        }
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let ((_, statuses), coverage) = staged(&aws).await;
    assert_eq!(statuses, [SeriesStatus::Missing, SeriesStatus::Missing, SeriesStatus::Complete]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::Denied, "AccessDenied")]);
    assert!(coverage.partial);
}

#[tokio::test]
async fn a_region_that_hangs_in_a_stage_leaves_time_for_the_next_one() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" => Some(instances(request, if request.region == "eu-west-1" { &[1] } else { &[3] }, None)),
        "GetMetricData" if request.region == "eu-west-1" => Some(Reply::Hang),
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    let deadline = Instant::now() + Duration::from_secs(4);
    let (_, (top, statuses), coverage) = aws.collector().in_stages(&wanted, busiest, deadline).await.unwrap();
    assert_eq!(statuses, [SeriesStatus::Missing, SeriesStatus::Complete]);
    assert_eq!(top[0], ("i-00003".to_owned(), 3.0));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::TimedOut, "DeadlineExceeded")]);
}

#[tokio::test]
async fn a_region_that_is_not_listed_is_a_gap_and_the_others_are_measured() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" if request.region == "eu-west-1" => {
            Some(Reply::Error(403, "UnauthorizedOperation", "no policy allows it"))
        }
        "DescribeInstances" => Some(instances(request, &[7], None)),
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let ((top, _), coverage) = staged(&aws).await;
    assert_eq!(top.len(), 1);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeInstances", GapStatus::Denied, "UnauthorizedOperation")]
    );
}

#[tokio::test]
async fn what_is_not_measured_costs_nothing() {
    let aws = with_instances(5);
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    let count = async |inventory: &Inventory, _: &mut Stages<'_>| inventory.resources.len();
    let (_, count, coverage) = aws.collector().in_stages(&wanted, count, Instant::now() + LONG).await.unwrap();
    assert_eq!((count, aws.received("GetMetricData").len(), coverage.partial), (5, 0, false));
}
