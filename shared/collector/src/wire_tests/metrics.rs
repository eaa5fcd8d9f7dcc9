//! Measurements over real HTTP: batches, pages, statuses, denials.

use ciborium::Value;
use jiff::Timestamp;

use super::aws::{Aws, Received, Reply, map};
use super::{LONG, instances, reported};
use crate::model::window::Window;
use crate::{Coverage, GapStatus, Measurement, Measurements, Refusal, ResourceType, Series, SeriesStatus};

/// Returns measurements of the CPU of instances `i-0`, `i-1`, … over three hours, by the hour.
fn cpu_of(instances: usize, region: &str) -> Measurements {
    let catalog = ResourceType::Ec2.catalog().unwrap();
    let one = |n| Measurement {
        catalog,
        metric: catalog.find("cpu").unwrap(),
        resource_name: format!("i-{n}"),
        statistics: vec!["Average".to_owned()],
        window: Window::last(3, 3_600, hour(12)),
    };
    Measurements {
        region: region.to_owned(),
        resource_type: ResourceType::Ec2,
        wanted: (0..instances).map(one).collect(),
        list: false,
    }
}

async fn measure(aws: &Aws, measurements: &Measurements) -> (Vec<Series>, Coverage) {
    let (measured, coverage) = aws.collector().measure(measurements, std::time::Instant::now() + LONG).await.unwrap();
    (measured.series, coverage)
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

#[tokio::test]
async fn the_list_of_the_type_tells_what_exists() {
    let exists = async |reply: fn(&Received) -> Option<Reply>, region| {
        let aws =
            Aws::start(move |request| if request.operation == "DescribeInstances" { reply(request) } else { None });
        let measurements = Measurements { list: true, ..cpu_of(1, region) };
        let (measured, coverage) =
            aws.collector().measure(&measurements, std::time::Instant::now() + LONG).await.unwrap();
        let listed = measured.listed.unwrap();
        let gaps: Vec<_> = coverage.gaps.iter().map(|gap| (gap.operation, gap.code.clone())).collect();
        let listings = aws.received("DescribeInstances").into_iter().map(|request| request.region);
        ([listed.has("i-00007"), listed.has("i-00008")], gaps, listings.collect::<Vec<_>>())
    };
    let seven = |request: &Received| Some(instances(request, &[7], None));
    let here = vec!["eu-west-1".to_owned()];
    assert_eq!(exists(seven, "eu-west-1").await, ([Some(true), Some(false)], vec![], here.clone()));
    let denied = |_: &Received| Some(Reply::Error(403, "UnauthorizedOperation", "no policy allows it"));
    let gap = vec![("DescribeInstances", "UnauthorizedOperation".to_owned())];
    assert_eq!(exists(denied, "eu-west-1").await, ([None, None], gap, here.clone()));
    // What was listed before a page failed exists; whether the rest does is unknown.
    let cut_off = |request: &Received| {
        if request.parameters.contains("NextToken=") {
            Some(Reply::Error(400, "InvalidNextToken", "expired"))
        } else {
            Some(instances(request, &[7], Some(1)))
        }
    };
    let gap = vec![("DescribeInstances", "InvalidNextToken".to_owned())];
    let (found, gaps, _) = exists(cut_off, "eu-west-1").await;
    assert_eq!((found, gaps), ([Some(true), None], gap));
    let gap = vec![("DescribeRegions", "not-opted-in".to_owned())];
    let (found, gaps, _) = exists(denied, "me-south-1").await;
    assert_eq!((found, gaps), ([None, None], gap));
}

#[tokio::test]
async fn nothing_is_listed_unless_that_is_requested() {
    let aws = Aws::start(|_| None);
    let (measured, _) =
        aws.collector().measure(&cpu_of(1, "eu-west-1"), std::time::Instant::now() + LONG).await.unwrap();
    assert!(measured.listed.is_none() && aws.received("DescribeInstances").is_empty());
}
