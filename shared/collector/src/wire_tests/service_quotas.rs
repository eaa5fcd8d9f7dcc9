//! Service quotas over a real wire: which usage metrics are active, the quotas of the services that have some, page by
//! page, and what of it is not listed.

use ciborium::Value;

use super::aws::{Aws, Received, Reply, map};
use super::{collect, ids, in_ireland, page, reported};
use crate::services::Detail;
use crate::services::service_quotas::ServiceQuota;
use crate::{GapStatus, Inventory, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::ServiceQuota];

/// The usage metric of an account with these values of `Service`, `Resource` and `Class`.
type Used = (&'static str, &'static str, &'static str);

const VCPUS: Used = ("EC2", "vCPU", "Standard/OnDemand");
const TABLES: Used = ("DynamoDB", "TableCount", "None");

/// CloudWatch's metric, with `more` dimensions.
fn metric((service, resource, class): Used, more: &[(&str, &str)]) -> Value {
    let dimensions = [("Type", "Resource"), ("Resource", resource), ("Service", service), ("Class", class)];
    let dimensions =
        dimensions.iter().chain(more).map(|(name, value)| map([("Name", (*name).into()), ("Value", (*value).into())]));
    map([
        ("Namespace", "AWS/Usage".into()),
        ("MetricName", "ResourceCount".into()),
        ("Dimensions", Value::Array(dimensions.collect())),
    ])
}

fn metrics(found: Vec<Value>, next: Option<usize>) -> Reply {
    let next = next.map(|next| ("NextToken", Value::from(format!("next-{next}"))));
    let listed = [("Metrics", Value::Array(found))].into_iter().chain(next);
    Reply::Cbor(Value::Map(listed.map(|(name, value)| (name.into(), value)).collect()))
}

/// A quota of a service, with these further fields in JSON.
fn quota(service: &str, code: &str, more: &str) -> String {
    format!(
        r#"{{"ServiceCode": "{service}", "QuotaCode": "{code}", "QuotaName": "Some {code}",
            "QuotaArn": "arn:aws:servicequotas:eu-west-1:123456789012:{service}/{code}", "Value": 64.0, "Unit": "None",
            "Adjustable": true, "GlobalQuota": false {more}}}"#
    )
}

/// The field with a usage metric.
fn counted((service, resource, class): Used) -> String {
    format!(
        r#", "UsageMetric": {{"MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount",
            "MetricDimensions": {{"Service": "{service}", "Type": "Resource", "Resource": "{resource}", "Class": "{class}"}},
            "MetricStatisticRecommendation": "Maximum"}}"#
    )
}

fn quotas(found: &[String], next: Option<usize>) -> Reply {
    let next = next.map(|next| format!(r#", "NextToken": "{next}""#)).unwrap_or_default();
    Reply::Ok(format!(r#"{{"Quotas": [{}]{next}}}"#, found.join(",")))
}

/// Whether a request is for the quotas of a service.
fn asks_for(request: &Received, service: &str) -> bool {
    request.operation == "ListServiceQuotas" && request.parameters.contains(&format!(r#""ServiceCode":"{service}""#))
}

/// An endpoint where these usage metrics are active in Ireland, and which responds to all else with `otherwise`.
fn with_usage(used: &'static [Used], otherwise: impl Fn(&Received) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "ListMetrics") {
            return Some(metrics(used.iter().map(|used| metric(*used, &[])).collect(), None));
        }
        (request.region == "eu-west-1").then(|| otherwise(request)).flatten()
    })
}

fn detail(resource: &Resource) -> &ServiceQuota {
    let Detail::ServiceQuota(quota) = &resource.detail else { panic!("{resource:?}") };
    quota
}

fn in_use(inventory: &Inventory) -> Vec<Option<bool>> {
    inventory.resources.iter().map(|resource| detail(resource).in_use).collect()
}

/// The text of a body in CBOR, whose strings are in it as they are.
fn has(request: &Received, text: &str) -> bool {
    request.body.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn the_quotas_of_used_services_are_listed_on_all_pages() {
    let aws = with_usage(&[VCPUS, TABLES], |request| {
        if asks_for(request, "ec2") {
            let (numbers, next) = page(request, r#""NextToken":""#, 100, 156);
            let found: Vec<_> = numbers.iter().map(|n| quota("ec2", &format!("L-{n:03}"), &counted(VCPUS))).collect();
            return Some(quotas(&found, next));
        }
        asks_for(request, "dynamodb").then(|| quotas(&[quota("dynamodb", "L-F98FE922", &counted(TABLES))], None))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (157, vec![]));
    assert_eq!((ids(&inventory)[0], ids(&inventory)[156]), ("dynamodb/L-F98FE922", "ec2/L-155"));
    let requests = &coverage.aws_requests;
    // A region where nothing is used costs a list of metrics.
    assert_eq!(
        (requests.by_operation["cloudwatch:ListMetrics"], requests.by_operation["servicequotas:ListServiceQuotas"]),
        (2, 3)
    );
    assert!(aws.received("ListServiceQuotas").iter().all(|request| request.parameters.contains(r#""MaxResults":100"#)));
    for asked in aws.received("ListMetrics") {
        assert!(["AWS/Usage", "ResourceCount", "PT3H"].iter().all(|text| has(&asked, text)), "{asked:?}");
    }
}

#[tokio::test]
async fn the_values_of_a_quota_are_read() {
    let aws = with_usage(&[VCPUS], |request| {
        let more = format!(
            r#"{}, "ServiceName": "Amazon EC2", "Period": {{"PeriodValue": 1, "PeriodUnit": "DAY"}}"#,
            counted(VCPUS)
        );
        let unknown = r#"{"ServiceCode": "ec2", "QuotaCode": "L-2", "Adjustable": false, "GlobalQuota": false,
            "ErrorReason": {"ErrorCode": "DEPENDENCY_SERVICE_ERROR", "ErrorMessage": "no"}"#
            .to_owned()
            + &counted(("EC2", "ElasticIPs", "None"))
            + r#", "Unit": "Gigabytes"}"#;
        asks_for(request, "ec2").then(|| quotas(&[quota("ec2", "L-1216C47A", &more), unknown], None))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [vcpus, addresses] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((vcpus.id.as_str(), vcpus.name.as_deref()), ("ec2/L-1216C47A", Some("Some L-1216C47A")));
    assert_eq!(vcpus.arn.as_deref(), Some("arn:aws:servicequotas:eu-west-1:123456789012:ec2/L-1216C47A"));
    assert_eq!((vcpus.state(), &vcpus.tags, vcpus.region.as_deref()), (None, &None, Some("eu-west-1")));
    assert_eq!(vcpus.measured_as(), "EC2|Resource|vCPU|Standard/OnDemand");
    let dimensions = [("Class", "Standard/OnDemand"), ("Resource", "vCPU"), ("Service", "EC2"), ("Type", "Resource")];
    let expected = ServiceQuota {
        service: "ec2".to_owned(),
        service_name: Some("Amazon EC2".to_owned()),
        quota_code: "L-1216C47A".to_owned(),
        value: Some(64.0),
        unit: None,
        adjustable: true,
        global: false,
        period: Some("1 DAY".to_owned()),
        usage_dimensions: dimensions.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        usage_statistic: Some("Maximum".to_owned()),
        in_use: Some(true),
    };
    assert_eq!(detail(vcpus), &expected);
    let addresses = detail(addresses);
    assert_eq!((addresses.value, addresses.unit.as_deref(), addresses.in_use), (None, Some("Gigabytes"), Some(false)));
}

#[tokio::test]
async fn a_quota_whose_use_is_not_counted_is_left_out() {
    let aws = with_usage(&[VCPUS], |request| {
        let rate = counted(VCPUS).replace("ResourceCount", "CallCount");
        let elsewhere = counted(VCPUS).replace("AWS/Usage", "AWS/Lambda");
        let fewer = counted(VCPUS).replace(r#""Class": "Standard/OnDemand""#, r#""ResourceId": "r""#);
        let global =
            quota("ec2", "L-global", &counted(VCPUS)).replace(r#""GlobalQuota": false"#, r#""GlobalQuota": true"#);
        let found = [
            quota("ec2", "L-plain", ""),
            quota("ec2", "L-rate", &rate),
            quota("ec2", "L-elsewhere", &elsewhere),
            quota("ec2", "L-fewer", &fewer),
            global,
            quota("ec2", "L-counted", &counted(VCPUS)),
        ];
        asks_for(request, "ec2").then(|| quotas(&found, None))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["ec2/L-counted"], vec![]));
}

#[tokio::test]
async fn a_global_quota_is_listed_in_the_region_of_global_services() {
    const ROLES: Used = ("IAM", "Role", "None");
    let aws = Aws::start(|request| {
        if request.operation == "ListMetrics" {
            // What a single role uses is a metric with one more dimension.
            let of_one = metric(("IAM", "ManagedPoliciesPerRole", "None"), &[("ResourceId", "r")]);
            return Some(metrics(vec![metric(ROLES, &[]), of_one], None));
        }
        let global = |quota: String| quota.replace(r#""GlobalQuota": false"#, r#""GlobalQuota": true"#);
        let per_role = counted(("IAM", "ManagedPoliciesPerRole", "None"));
        asks_for(request, "iam").then(|| {
            quotas(
                &[global(quota("iam", "L-roles", &counted(ROLES))), global(quota("iam", "L-per-role", &per_role))],
                None,
            )
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec!["iam/L-per-role", "iam/L-roles"], vec![]));
    assert_eq!(in_use(&inventory), [Some(false), Some(true)]);
    assert!(
        inventory.resources.iter().all(|found| found.region.as_deref() == Some("us-east-1") && detail(found).global)
    );
}

#[tokio::test]
async fn only_services_that_are_used_are_asked_for() {
    let aws = with_usage(&[("SageMaker", "ml.m5.large", "None"), ("Unheard Of", "Things", "None")], |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec![""; 0], vec![]));
    assert_eq!(aws.received("ListServiceQuotas").len(), 0);
}

#[tokio::test]
async fn a_page_that_fails_is_a_gap_and_what_precedes_it_is_there() {
    let aws = with_usage(&[VCPUS, TABLES], |request| {
        if asks_for(request, "ec2") {
            let (numbers, next) = page(request, r#""NextToken":""#, 100, 156);
            if numbers[0] > 0 {
                return Some(Reply::Error(400, "IllegalArgumentException", "no"));
            }
            return Some(quotas(&[quota("ec2", "L-1216C47A", &counted(VCPUS))], next));
        }
        asks_for(request, "dynamodb").then_some(Reply::Error(400, "AccessDeniedException", "no"))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), in_use(&inventory)), (vec!["ec2/L-1216C47A"], vec![Some(true)]));
    assert_eq!(
        reported(&coverage.gaps),
        [
            ("eu-west-1", "ListServiceQuotas", GapStatus::Denied, "AccessDeniedException"),
            ("eu-west-1", "ListServiceQuotas", GapStatus::Failed, "IllegalArgumentException"),
        ]
    );
}

#[tokio::test]
async fn without_the_list_of_usage_metrics_nothing_is_known_to_be_unused() {
    let broken_after = |first: Option<Used>| {
        Aws::start(move |request| {
            if in_ireland(request, "ListMetrics") {
                let first = first.filter(|_| !has(request, "next-1"));
                let page = first.map(|first| metrics(vec![metric(first, &[])], Some(1)));
                return Some(page.unwrap_or(Reply::Error(403, "AccessDeniedException", "no")));
            }
            let found =
                [quota("ec2", "L-1", &counted(VCPUS)), quota("ec2", "L-2", &counted(("EC2", "vCPU", "F/Spot")))];
            (request.region == "eu-west-1" && asks_for(request, "ec2")).then(|| quotas(&found, None))
        })
    };
    let gap = ("eu-west-1", "ListMetrics", GapStatus::Denied, "AccessDeniedException");
    let (inventory, coverage) = collect(&broken_after(None), &TYPES).await;
    assert_eq!((ids(&inventory), reported(&coverage.gaps)), (vec![""; 0], vec![gap]));
    let (inventory, coverage) = collect(&broken_after(Some(VCPUS)), &TYPES).await;
    assert_eq!((in_use(&inventory), reported(&coverage.gaps)), (vec![Some(true), None], vec![gap]));
}
