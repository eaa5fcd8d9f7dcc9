//! Measurements over real HTTP: batches, pages, statuses, denials.

use ciborium::Value;
use jiff::Timestamp;

use super::aws::{Aws, Received, Reply, map};
use super::{LONG, reported};
use crate::model::window::Window;
use crate::{Coverage, GapStatus, Measurement, Measurements, Refusal, ResourceType, Series, SeriesStatus};

/// Returns measurements of the CPU of instances `i-0`, `i-1`, … over three hours, by the hour.
fn cpu_of(instances: usize, region: &str) -> Measurements {
    let catalog = ResourceType::Ec2.catalog().unwrap();
    let one = |n| Measurement {
        catalog,
        metric: catalog.find("cpu").unwrap(),
        resource_id: format!("i-{n}"),
        statistics: vec!["Average".to_owned()],
        window: Window::last(3, 3_600, hour(12)),
    };
    Measurements {
        region: region.to_owned(),
        resource_type: ResourceType::Ec2,
        wanted: (0..instances).map(one).collect(),
    }
}

async fn measure(aws: &Aws, measurements: &Measurements) -> (Vec<Series>, Coverage) {
    aws.collector().measure(measurements, std::time::Instant::now() + LONG).await.unwrap()
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_second(1_795_132_800 + hour * 3_600).unwrap()
}

/// Returns the result of one query: its id, its status, and a value for each of the hours.
fn result(id: &str, status: &str, points: &[(i64, f64)]) -> Value {
    let time = |at: i64| Value::Tag(1, Box::new(hour(at).as_second().into()));
    map([
        ("Id", id.into()),
        ("StatusCode", status.into()),
        ("Timestamps", Value::Array(points.iter().map(|(at, _)| time(*at)).collect())),
        ("Values", Value::Array(points.iter().map(|(_, value)| Value::Float(*value)).collect())),
    ])
}

fn page(results: Vec<Value>, next: Option<&str>) -> Reply {
    let results = ("MetricDataResults", Value::Array(results));
    Reply::Cbor(match next {
        Some(next) => map([results, ("NextToken", next.into())]),
        None => map([results]),
    })
}

fn is_first_page(request: &Received) -> bool {
    !request.parameters.contains("NextToken")
}

fn statuses(series: &[Series]) -> Vec<SeriesStatus> {
    series.iter().map(|series| series.status).collect()
}

#[tokio::test]
async fn a_series_that_is_spread_over_pages_is_assembled_in_chronological_order() {
    let aws = Aws::start(|request| {
        (request.operation == "GetMetricData").then(|| {
            if is_first_page(request) {
                let first = result("m0_0", "PartialData", &[(11, 3.0), (9, 1.0)]);
                page(vec![first, result("m1_0", "Complete", &[])], Some("next"))
            } else {
                page(vec![result("m0_0", "Complete", &[(10, 2.0)]), result("m2_0", "Forbidden", &[])], None)
            }
        })
    });
    let (series, coverage) = measure(&aws, &cpu_of(4, "eu-west-1")).await;
    assert_eq!(series[0].values[0], [(hour(9), 1.0), (hour(10), 2.0), (hour(11), 3.0)]);
    assert_eq!(
        statuses(&series),
        [SeriesStatus::Complete, SeriesStatus::Complete, SeriesStatus::Forbidden, SeriesStatus::Missing]
    );
    assert!(series[1].values[0].is_empty());
    assert_eq!((coverage.gaps, coverage.partial), (vec![], true));
}

#[tokio::test]
async fn datapoints_before_a_failing_page_are_kept() {
    let aws = Aws::start(|request| {
        (request.operation == "GetMetricData").then(|| {
            if is_first_page(request) {
                page(vec![result("m0_0", "PartialData", &[(9, 1.0)])], Some("next"))
            } else {
                Reply::Error(400, "InvalidNextToken", "the token has expired")
            }
        })
    });
    let (series, coverage) = measure(&aws, &cpu_of(1, "eu-west-1")).await;
    assert_eq!((&series[0].values[0], series[0].status), (&vec![(hour(9), 1.0)], SeriesStatus::PartialData));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::Failed, "InvalidNextToken")]);
}

#[tokio::test]
async fn a_repeated_page_token_ends_the_series_with_a_gap() {
    let aws = Aws::start(|request| {
        (request.operation == "GetMetricData")
            .then(|| page(vec![result("m0_0", "PartialData", &[(9, 1.0)])], Some("again")))
    });
    let (series, coverage) = measure(&aws, &cpu_of(1, "eu-west-1")).await;
    assert_eq!(series[0].status, SeriesStatus::PartialData);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::Failed, "RepeatedPageToken")]);
    assert_eq!(aws.received("GetMetricData").len(), 2);
}

#[tokio::test]
async fn a_denied_request_is_one_gap_and_its_series_are_missing() {
    let aws = Aws::start(|request| {
        (request.operation == "GetMetricData").then_some(Reply::Error(403, "AccessDenied", "no policy allows it"))
    });
    let (series, coverage) = measure(&aws, &cpu_of(1_200, "eu-west-1")).await;
    assert_eq!(statuses(&series), vec![SeriesStatus::Missing; 1_200]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::Denied, "AccessDenied")]);
}

#[tokio::test]
async fn many_series_take_the_fewest_requests_and_each_metric_is_priced() {
    let aws = Aws::start(|_| None);
    let (series, coverage) = measure(&aws, &cpu_of(1_200, "eu-west-1")).await;
    assert_eq!(series.len(), 1_200);
    assert_eq!(aws.received("GetMetricData").len(), 3);
    assert_eq!(coverage.aws_requests.by_operation["cloudwatch:GetMetricData"], 3);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0120");
    assert!(aws.received("GetMetricData").iter().all(|request| request.region == "eu-west-1"));
}

#[tokio::test]
async fn a_disabled_region_is_a_gap_and_an_unknown_one_is_an_error() {
    let aws = Aws::start(|_| None);
    let (series, coverage) = measure(&aws, &cpu_of(2, "me-south-1")).await;
    assert_eq!(statuses(&series), [SeriesStatus::Missing; 2]);
    assert_eq!(
        reported(&coverage.gaps),
        [("me-south-1", "DescribeRegions", GapStatus::RegionDisabled, "not-opted-in")]
    );
    let refused = aws.collector().measure(&cpu_of(1, "mars-1"), std::time::Instant::now() + LONG).await.unwrap_err();
    let Refusal::UnknownRegions { unknown, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(unknown, ["mars-1"]);
}
