//! Service Quotas: how much of something an account may have, and what AWS counts of it.
//!
//! Quotas are listed service by service, a hundred a page. Most of them are of no use here: for a quota without a usage
//! metric, AWS tells only the limit. Quotas of requests have usage metrics too, but these count the requests of a minute,
//! while AWS limits those of a second, so that they can neither show nor rule out that a limit was reached. What is listed
//! is therefore a quota whose usage metric counts resources.
//!
//! CloudWatch is asked first which usage metrics have recent datapoints. AWS publishes none for what an account does not
//! use in a region, so only the services that are used there are asked for their quotas, which for a region without
//! anything is none, and only the quotas that are used are worth a measurement. A quota of a used service that is not
//! used itself is listed, but says so.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_sdk_servicequotas::operation::list_service_quotas::ListServiceQuotasOutput;
use aws_sdk_servicequotas::types::{self, MetricInfo, QuotaPeriod};
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::call::side_by_side::side_by_side;
use crate::model::metric::{Catalog, Ids, MAXIMUM, Metric, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::cloudwatch::usage::{self, LIST_METRICS, Published};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::given;

/// Service Quotas.
pub(crate) struct ServiceQuotas;

impl Service for ServiceQuotas {
    const NAME: &'static str = "servicequotas";
    /// The rate and the burst of ListServiceQuotas. Source: the user guide, "Service quotas for Service Quotas".
    const RATE: Rate = Rate::a_second(10, 10);

    guarded_client!(aws_sdk_servicequotas);
}

const LIST_SERVICE_QUOTAS: Operation = Operation {
    service: ServiceQuotas::NAME,
    name: "ListServiceQuotas",
    action: Some("servicequotas:ListServiceQuotas"),
    price: Price::Free,
};

/// The most quotas that Service Quotas puts into a page.
const QUOTAS_A_PAGE: i32 = 100;

/// How many services of a region are listed at a time: the burst.
const AT_ONCE: usize = 10;

/// The services whose usage metrics count resources: by the dimension `Service` of these, the code in Service Quotas. A
/// service that is not here is not asked for its quotas. SageMaker is left out: its quotas are hundreds, one for each
/// type of instance and purpose. Lambda is not one of them: its concurrency is a metric of `AWS/Lambda`.
///
/// Sources, as of 2026-11-26: the usage metrics in the user guides of these services, and where a guide lists none, what
/// others have published of the responses of ListServiceQuotas.
const SERVICES: [(&str, &str); 19] = [
    ("AppSync", "appsync"),
    ("AutoScaling", "autoscaling"),
    ("CloudFormation", "cloudformation"),
    ("CloudWatch", "monitoring"),
    ("DMS", "dms"),
    ("DynamoDB", "dynamodb"),
    ("EC2", "ec2"),
    ("ECR", "ecr"),
    ("ElastiCache", "elasticache"),
    ("Elastic Load Balancing", "elasticloadbalancing"),
    ("EMR Serverless", "emr-serverless"),
    ("Fargate", "fargate"),
    ("Firehose", "firehose"),
    ("IAM", "iam"),
    ("KMS", "kms"),
    ("RDS", "rds"),
    ("S3", "s3"),
    ("SNS", "sns"),
    ("SSM", "ssm"),
];

/// What Service Quotas calls the unit of a quota that has none.
const NO_UNIT: &str = "None";

/// A service quota whose use AWS counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct ServiceQuota {
    /// The code of the service, such as `ec2`.
    pub service: String,
    /// The name of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The code of the quota, such as `L-1216C47A`.
    pub quota_code: String,
    /// The quota that applies to the account; absent if Service Quotas could not get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The unit of the value, such as `Gigabytes`; absent for a plain number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether AWS raises it on request.
    pub adjustable: bool,
    /// Whether it holds for all regions together.
    pub global: bool,
    /// The time to which the quota refers, such as `1 DAY`; absent for most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The dimensions of the metric in the namespace `AWS/Usage` that counts its use.
    pub usage_dimensions: BTreeMap<String, String>,
    /// The statistic of this metric that AWS recommends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_statistic: Option<String>,
    /// Whether AWS has published its use in the last three hours, which it does for what is used; absent if that is
    /// unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use: Option<bool>,
}

/// The use as AWS counts it in `AWS/Usage`: every minute to every five minutes, depending on the service.
pub const USAGE: Metric = Metric::new("usage", usage::RESOURCE_COUNT, "Count", MAXIMUM).every(300);

static CATALOG: Catalog = Catalog {
    places: &[usage::PLACE],
    ids: Ids { like: "a service and the code of a quota such as ec2/L-1216C47A", accepts },
    named_by_list: true,
    usual: 1,
    metrics: &[USAGE],
};

/// Accepts the code of a service, which has up to 63 letters, digits and hyphens, and that of a quota, with up to 128.
fn accepts(id: &str) -> bool {
    id.split_once('/').is_some_and(|(service, quota)| is_name(service, 63, "-") && is_name(quota, 128, "-"))
}

impl ServiceQuota {
    /// Returns the name of its usage metric.
    fn usage_name(&self) -> Option<String> {
        usage::name_of(self.usage_dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl Kind for ServiceQuota {
    const TYPE: &'static str = "service_quota";
    const GROUP: Group = Group::Other;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_METRICS, &LIST_SERVICE_QUOTAS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::Unavailable;
    // Resource Explorer does not know quotas.
    const EXPLORER_TYPES: &'static [&'static str] = &[];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    const ON_REQUEST: bool = true;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        None
    }

    fn measured_as<'a>(&self, id: &'a str) -> Cow<'a, str> {
        self.usage_name().map_or(Cow::Borrowed(id), Cow::Owned)
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::billed_as("what uses it"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let published = usage::published(inquiry).await;
        let client = inquiry.client::<ServiceQuotas>();
        let used: Vec<_> = SERVICES.iter().filter(|(name, _)| published.has_of_service(name)).collect();
        let lists = side_by_side(used.iter().map(|(_, code)| quotas_of(inquiry, &client, code)), AT_ONCE).await;
        let mut found = Found { items: Vec::new(), faults: Vec::new() };
        for Found { items, faults } in lists.items.into_iter().flatten() {
            found.items.extend(items.iter().filter_map(|quota| resource_of(inquiry.region, quota, &published)));
            found.fail_each(faults);
        }
        found.fail_each(lists.faults.into_iter().chain(published.fault));
        found
    }
}

/// Lists the quotas of a service. A fault is returned together with the quotas before it. After a time-out without any,
/// it is returned alone, and the services that are left are not asked for.
async fn quotas_of(
    inquiry: &Inquiry<'_>,
    client: &Gated<ServiceQuotas>,
    service: &str,
) -> Result<Found<types::ServiceQuota>, Fault> {
    let ask = |page: Page| {
        let request = client.list_service_quotas().service_code(service).max_results(page.size);
        request.set_next_token(page.token).send()
    };
    let limits = client.limits(&LIST_SERVICE_QUOTAS, inquiry.deadline).pages_of(QUOTAS_A_PAGE);
    let listing =
        every_page(limits, ask, ListServiceQuotasOutput::next_token, |page| page.quotas.unwrap_or_default()).await;
    match listing.fault {
        Some(fault) if fault.is_late() && listing.found.is_empty() => Err(fault),
        fault => Ok(Found { items: listing.found, faults: fault.into_iter().collect() }),
    }
}

/// Returns a quota whose use is counted; `None` for all others.
fn resource_of(
    region: &str,
    quota: &types::ServiceQuota,
    published: &Published,
) -> Option<Resource<Box<ServiceQuota>>> {
    if quota.global_quota && !has_global_quotas(region) {
        return None;
    }
    let (service, quota_code) = (given(quota.service_code())?, given(quota.quota_code())?);
    let metric = quota.usage_metric.as_ref().filter(|metric| counts_resources(metric))?;
    let mut detail = ServiceQuota {
        service_name: given(quota.service_name()),
        value: quota.value,
        unit: given(quota.unit()).filter(|unit| unit != NO_UNIT),
        adjustable: quota.adjustable,
        global: quota.global_quota,
        period: quota.period.as_ref().and_then(period),
        usage_dimensions: metric
            .metric_dimensions()
            .map(|given| given.clone().into_iter().collect())
            .unwrap_or_default(),
        usage_statistic: given(metric.metric_statistic_recommendation()),
        in_use: None,
        service,
        quota_code,
    };
    detail.in_use = published.has(&detail.usage_name()?);
    Some(Resource {
        id: format!("{}/{}", detail.service, detail.quota_code),
        region: Some(region.to_owned()),
        name: given(quota.quota_name()),
        arn: given(quota.quota_arn()),
        tags: None,
        detail: Box::new(detail),
    })
}

/// Returns whether the region is the one of its partition in which global services have their usage metrics; they show
/// their quotas in others too.
fn has_global_quotas(region: &str) -> bool {
    matches!(region, "us-east-1" | "us-gov-west-1" | "cn-north-1")
}

fn counts_resources(metric: &MetricInfo) -> bool {
    metric.metric_namespace() == Some(usage::NAMESPACE) && metric.metric_name() == Some(usage::RESOURCE_COUNT)
}

fn period(period: &QuotaPeriod) -> Option<String> {
    Some(format!("{} {}", period.period_value()?, period.period_unit()?.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_service_and_a_quota() {
        let long = format!("ec2/{}", "L".repeat(129));
        assert!(["ec2/L-1216C47A", "emr-serverless/L-D05C8A75"].into_iter().all(accepts));
        assert!(!["", "ec2", "ec2/", "/L-1216C47A", "ec2/L-1/2", "e c/L-1", &long].into_iter().any(accepts));
    }

    #[test]
    fn each_service_is_there_once() {
        let mut codes: Vec<_> = SERVICES.iter().map(|(_, code)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), SERVICES.len());
    }
}
