//! An inventory with its measurements: the fewest requests, the faults of each region, the series of each resource.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ciborium::Value;

use super::aws::{Aws, Received, Reply, map, wrapped};
use super::{LONG, in_ireland, instances, page, reported};
use crate::model::window::Window;
use crate::services::ec2::instance::Instance;
use crate::services::rds::instance::Database;
use crate::{
    Beside, Coverage, GapStatus, Judge, Known, Measurement, Quote, Refusal, Resource, ResourceType, Series,
    SeriesStatus, Survey, Wanted,
};

/// Returns three windows, which need at least three requests.
fn windows() -> [Window; 3] {
    let now = "2026-11-20T10:37:12Z".parse().unwrap();
    [Window::last(24, 3_600, now), Window::recent(30, 300, now), Window::days(13, now)]
}

/// Returns two statistics over a day, two metrics over half an hour and three over two weeks for an instance; nothing
/// for other types.
fn needs(resource: &Resource) -> Vec<Measurement> {
    if resource.resource_type() != ResourceType::Ec2 {
        return Vec::new();
    }
    let catalog = ResourceType::Ec2.catalog().unwrap();
    let [day, recent, days] = windows();
    let metrics: [(&str, &[&str], Window); 6] = [
        ("cpu", &["Average", "Maximum"], day),
        ("cpu", &["Average"], recent),
        ("status_check_failed", &["Maximum"], recent),
        ("cpu", &["Maximum"], days),
        ("network_in", &["Sum"], days),
        ("network_out", &["Sum"], days),
    ];
    let measurement = |(metric, statistics, window): (&str, &[&str], Window)| Measurement {
        catalog,
        metric: catalog.find(metric).unwrap(),
        resource_name: resource.id.clone(),
        statistics: statistics.iter().map(ToString::to_string).collect(),
        window,
    };
    metrics.map(measurement).into()
}

/// Measures all that is needed in one step, and passes it to a function with what is beside the resource.
struct AtOnce<F>(F);

impl<T, F: Fn(&Resource, &[Series], &Beside<'_>) -> T> Judge for AtOnce<F> {
    type Verdict = T;

    fn needs_status_checks(&self, _: &Resource) -> bool {
        false
    }

    fn first(&self, _: &Resource) -> Vec<Measurement> {
        Vec::new()
    }

    fn then(&self, resource: &Resource, _: &[Series]) -> Vec<Measurement> {
        needs(resource)
    }

    fn judge(&self, resource: &Resource, _: &[Series], then: &[Series], beside: &Beside<'_>) -> T {
        (self.0)(resource, then, beside)
    }
}

/// Returns the series unchanged.
const SERIES: AtOnce<Unchanged> = AtOnce(|_, series, _| series.to_vec());

type Unchanged = fn(&Resource, &[Series], &Beside<'_>) -> Vec<Series>;

async fn survey(aws: &Aws, types: &[ResourceType]) -> (Survey<Vec<Series>>, Coverage) {
    let wanted = Wanted { regions: None, types: types.to_vec(), tags: false };
    aws.collector().survey(&wanted, &[], &SERIES, None, Instant::now() + LONG).await.unwrap()
}

/// Returns the first field called `name` of a CBOR map.
fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

/// Returns the number in the id of an instance.
pub(super) fn number(id: &str) -> f64 {
    id.trim_start_matches("i-").parse().unwrap()
}

/// Returns one datapoint for every query of a GetMetricData: the number in the id of its instance.
pub(super) fn numbered(request: &Received) -> Reply {
    let body: Value = ciborium::from_reader(request.body.as_slice()).unwrap();
    let start = field(&body, "StartTime").unwrap().clone();
    let result = |query: &Value| {
        let metric = field(field(query, "MetricStat").unwrap(), "Metric").unwrap();
        let dimension = &field(metric, "Dimensions").unwrap().as_array().unwrap()[0];
        let number = number(field(dimension, "Value").unwrap().as_text().unwrap());
        map([
            ("Id", field(query, "Id").unwrap().clone()),
            ("StatusCode", "Complete".into()),
            ("Timestamps", Value::Array(vec![start.clone()])),
            ("Values", Value::Array(vec![Value::Float(number)])),
        ])
    };
    let queries = field(&body, "MetricDataQueries").unwrap().as_array().unwrap();
    Reply::Cbor(map([("MetricDataResults", Value::Array(queries.iter().map(result).collect()))]))
}

/// Starts an endpoint with `count` instances in Ireland.
pub(super) fn with_instances(count: usize) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "DescribeInstances") {
            let (numbers, next) = page(request, "NextToken=", 1_000, count);
            return Some(instances(request, &numbers, next));
        }
        (request.operation == "GetMetricData").then(|| numbered(request))
    })
}

#[tokio::test]
async fn each_resource_gets_its_own_series() {
    let aws = with_instances(1_201);
    let (Survey { inventory, read: series }, coverage) = survey(&aws, &[ResourceType::Ec2]).await;
    assert_eq!((inventory.resources.len(), series.len(), coverage.partial), (1_201, 1_201, false));
    for (resource, series) in inventory.resources.iter().zip(&series) {
        let statistics: Vec<_> = series.iter().map(|series| series.values.len()).collect();
        assert_eq!(statistics, [2, 1, 1, 1, 1, 1], "{}", resource.id);
        let values: Vec<_> = series.iter().flat_map(|series| series.values.iter().flatten()).map(|(_, v)| *v).collect();
        assert_eq!(values, [number(&resource.id); 7], "{}", resource.id);
        let starts: Vec<_> = series.iter().map(|series| series.values[0][0].0).collect();
        let [day, recent, days] = windows();
        assert_eq!(starts, [day, recent, recent, days, days, days].map(|window| window.start));
    }
}

#[tokio::test]
async fn a_resource_is_evaluated_while_others_of_its_region_still_wait_for_cloudwatch() {
    let aws = with_instances(1_201);
    let received_at_first = OnceLock::new();
    let read = |_: &Resource, _: &[Series], _: &Beside<'_>| {
        received_at_first.get_or_init(|| aws.received("GetMetricData").len());
    };
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    aws.collector().survey(&wanted, &[], &AtOnce(read), None, Instant::now() + LONG).await.unwrap();
    let (at_first, in_all) = (received_at_first.into_inner().unwrap(), aws.received("GetMetricData").len());
    assert_eq!(in_all, 18);
    assert!(at_first <= in_all / 2, "{at_first} of {in_all}");
}

#[tokio::test]
async fn ten_thousand_instances_take_the_fewest_requests_that_cloudwatchs_limits_allow() {
    let aws = with_instances(10_000);
    let (Survey { read: series, .. }, coverage) = survey(&aws, &[ResourceType::Ec2]).await;
    assert!(series.iter().flatten().all(|series| series.status == SeriesStatus::Complete));
    // There are 70,000 queries, 500 per request. Listings have 1,000 instances per page, and the empty region has one.
    assert_eq!(coverage.aws_requests.by_operation["cloudwatch:GetMetricData"], 140);
    assert_eq!(coverage.aws_requests.by_operation["ec2:DescribeInstances"], 11);
    // Each instance has six metrics, at $0.01 per 1,000.
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.6000");
}

#[tokio::test]
async fn a_region_that_is_not_measured_is_a_gap() {
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
    let (Survey { inventory, read: series }, coverage) = survey(&aws, &[ResourceType::Ec2, ResourceType::Ebs]).await;
    let statuses: Vec<_> = series.iter().map(|series| series[0].status).collect();
    assert_eq!(inventory.resources.len(), 3);
    assert_eq!(statuses, [SeriesStatus::Missing, SeriesStatus::Missing, SeriesStatus::Complete]);
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "GetMetricData", GapStatus::Denied, "AccessDenied")]);
    assert_eq!(coverage.gaps[0].resource_types, ["ec2"]);
    assert!(coverage.partial);
}

#[tokio::test]
async fn a_price_above_the_limit_is_refused_before_anything_is_measured() {
    let limited = async |aws: &Aws, most| {
        let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
        let collector = aws.collector();
        collector.survey(&wanted, &[], &SERIES, Some(most), Instant::now() + LONG).await
    };
    // Each of 1,201 instances has six metrics, at ten millionths of a dollar.
    let aws = with_instances(1_201);
    let refused = limited(&aws, 72_059).await.unwrap_err();
    assert_eq!(refused, Refusal::TooExpensive(Quote { resources: 1_201, metrics: 7_206, more: 0 }));
    assert_eq!(aws.received("GetMetricData").len(), 0);
    let (Survey { read, .. }, coverage) = limited(&aws, 72_060).await.unwrap();
    assert!(read.iter().flatten().all(|series| series.status == SeriesStatus::Complete));
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0721");
}

#[tokio::test]
async fn without_measurements_cloudwatch_is_not_called() {
    let aws = Aws::start(|_| None);
    let (_, coverage) = survey(&aws, &[ResourceType::Ebs, ResourceType::Lambda]).await;
    assert_eq!((aws.received("GetMetricData").len(), aws.received("GetResources").len()), (0, 0));
    assert!(!coverage.partial);
}

#[tokio::test]
async fn a_region_that_hangs_does_not_delay_the_measurements_of_others() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        "DescribeInstances" if request.region == "eu-west-1" => Some(Reply::Hang),
        "DescribeInstances" => Some(instances(request, &[7], None)),
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2], tags: false };
    let deadline = Instant::now() + Duration::from_secs(2);
    let (survey, coverage) = aws.collector().survey(&wanted, &[], &SERIES, None, deadline).await.unwrap();
    assert!(survey.read[0].iter().all(|series| series.status == SeriesStatus::Complete));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeInstances", GapStatus::TimedOut, "DeadlineExceeded")]);
}

#[tokio::test]
async fn what_a_region_listed_is_measured_even_if_one_of_its_listings_never_ends() {
    let aws = Aws::start(|request| match request.operation.as_str() {
        _ if request.region != "eu-west-1" => None,
        "DescribeInstances" => Some(instances(request, &[7], None)),
        "DescribeVolumes" => Some(Reply::Hang),
        "GetMetricData" => Some(numbered(request)),
        _ => None,
    });
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ec2, ResourceType::Ebs], tags: false };
    let deadline = Instant::now() + Duration::from_secs(6);
    let (survey, coverage) = aws.collector().survey(&wanted, &[], &SERIES, None, deadline).await.unwrap();
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeVolumes", GapStatus::TimedOut, "DeadlineExceeded")]);
    assert!(survey.read[0].iter().all(|series| series.status == SeriesStatus::Complete));
}

fn without_fields<K>(known: &Known<K>) -> Known<()> {
    match known {
        Known::There(_) => Known::There(()),
        Known::Gone => Known::Gone,
        Known::Unknown => Known::Unknown,
    }
}

#[tokio::test]
async fn what_is_beside_a_resource_is_listed_for_it_alone() {
    let volumes = "<volumeSet><item><volumeId>vol-1</volumeId></item></volumeSet>";
    for (instances_fail, expected) in [
        (false, [Known::There(()), Known::Gone, Known::Unknown]),
        (true, [Known::Unknown, Known::Unknown, Known::Unknown]),
    ] {
        let aws = Aws::start(move |request| match request.operation.as_str() {
            _ if request.region != "eu-west-1" => None,
            "DescribeVolumes" => Some(Reply::Ok(wrapped(request, volumes))),
            "DescribeInstances" if instances_fail => Some(Reply::Error(403, "UnauthorizedOperation", "no")),
            "DescribeInstances" => Some(instances(request, &[7], None)),
            _ => None,
        });
        let wanted = Wanted { regions: None, types: vec![ResourceType::Ebs], tags: false };
        let read = |_: &Resource, _: &[Series], beside: &Beside<'_>| {
            let [there, gone] = ["i-00007", "i-00008"].map(|id| without_fields(&beside.find::<Instance>(id)));
            assert_eq!(beside.all::<Instance>().map(Iterator::count), (!instances_fail).then_some(1));
            [there, gone, without_fields(&beside.find::<Database>("db"))]
        };
        let beside = [ResourceType::Ec2];
        let surveyed = aws.collector().survey(&wanted, &beside, &AtOnce(read), None, Instant::now() + LONG).await;
        let (Survey { inventory, read }, coverage) = surveyed.unwrap();
        let ids: Vec<_> = inventory.resources.iter().map(|found| found.id.as_str()).collect();
        assert_eq!((ids, read), (vec!["vol-1"], vec![expected]));
        assert_eq!(inventory.listed.iter().filter(|(kind, _)| *kind == ResourceType::Ec2).count(), 0);
        assert!(aws.received("GetMetricData").is_empty());
        assert_eq!(coverage.gaps.len(), usize::from(instances_fail));
    }
}
