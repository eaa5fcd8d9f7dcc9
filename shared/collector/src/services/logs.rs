//! CloudWatch Logs: log groups.
//!
//! DescribeLogGroups does not return tags; they come from `tagging.rs`.

use aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput;
use aws_sdk_cloudwatchlogs::types;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::{Catalog, Ids, Metric, Place, SUM, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Product, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{gib, given};

/// CloudWatch Logs.
pub(crate) struct Logs;

impl Service for Logs {
    const NAME: &'static str = "logs";
    /// Source: the quota of `DescribeLogGroups` in the user guide, "CloudWatch Logs quotas".
    const RATE: Rate = Rate::a_second(10, 0);

    guarded_client!(aws_sdk_cloudwatchlogs);
}

const DESCRIBE_LOG_GROUPS: Operation = Operation {
    service: Logs::NAME,
    name: "DescribeLogGroups",
    action: Some("logs:DescribeLogGroups"),
    price: Price::Free,
};

/// The most log groups that CloudWatch Logs returns per page.
const LOG_GROUPS_A_PAGE: i32 = 50;

/// A CloudWatch log group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct LogGroup {
    /// How many days its events are kept; null if they are kept forever.
    pub retention_days: Option<i32>,
    /// The size of its events, compressed, in bytes.
    pub stored_bytes: Option<i64>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: Option<String>,
    /// The KMS key that encrypts it; absent if CloudWatch's own key does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// CloudWatch's `IncomingBytes`.
pub const INCOMING_BYTES: Metric = Metric::new("incoming_bytes", "IncomingBytes", "Bytes", SUM);
/// CloudWatch's `IncomingLogEvents`.
pub const INCOMING_EVENTS: Metric = Metric::new("incoming_events", "IncomingLogEvents", "Count", SUM);

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/Logs", &["LogGroupName"])],
    ids: Ids { like: "names of log groups such as /aws/lambda/thumbnail", accepts: |id| is_name(id, 512, "_-/.#") },
    named_by_list: false,
    usual: 2,
    metrics: &[INCOMING_BYTES, INCOMING_EVENTS],
};

impl Kind for LogGroup {
    const TYPE: &'static str = "log_group";
    const GROUP: Group = Group::Other;
    const OPERATIONS: &'static [&'static Operation] = &[&DESCRIBE_LOG_GROUPS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::TaggingApi("logs:log-group");
    const EXPLORER_TYPES: &'static [&'static str] = &["logs:log-group"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    /// A page has 50 log groups, and the rate spaces the pages out further than responses do.
    const CALLS_IN_A_ROW: usize = usize::MAX;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        None
    }

    fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
        let bytes = self.stored_bytes.ok_or_else(|| Unpriced::missing("size"))?;
        let storage = Product::of("AmazonCloudWatch", Some("Storage Snapshot"), "GB-Mo", region);
        Ok(Bill::of(storage.used_as("TimedStorage-ByteHrs").part("storage", gib(bytes)))
            .at_most("the first 5 GB of an account are free")
            .without(&["ingestion"]))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let logs = inquiry.client::<Logs>();
        let ask = |page: Page| logs.describe_log_groups().limit(page.size).set_next_token(page.token).send();
        let limits = logs.limits(&DESCRIBE_LOG_GROUPS, inquiry.deadline).pages_of(LOG_GROUPS_A_PAGE);
        every_page(limits, ask, DescribeLogGroupsOutput::next_token, |page| {
            let groups = page.log_groups.unwrap_or_default().into_iter();
            groups.filter_map(|group| log_group_of(inquiry, group)).collect()
        })
        .await
        .into()
    }
}

fn log_group_of(inquiry: &Inquiry<'_>, group: types::LogGroup) -> Option<Resource<Box<LogGroup>>> {
    let id = group.log_group_name?;
    let detail = LogGroup {
        retention_days: group.retention_in_days,
        stored_bytes: group.stored_bytes,
        class: group.log_group_class.map(|class| class.as_str().to_owned()),
        kms_key_id: given(group.kms_key_id.as_deref()),
        created: group.creation_time.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
    };
    // The older of the two ARNs ends with `:*`, which stands for all streams of the group; tags have the other one.
    let older = || given(group.arn.as_deref().map(|arn| arn.strip_suffix(":*").unwrap_or(arn)));
    let built = || inquiry.account.map(|account| account.arn("logs", inquiry.region, &format!("log-group:{id}")));
    Some(Resource {
        arn: given(group.log_group_arn.as_deref()).or_else(older).or_else(built),
        name: Some(id.clone()),
        region: Some(inquiry.region.to_owned()),
        tags: None,
        detail: Box::new(detail),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_log_group_can_have_slashes() {
        let (longest, longer) = ("g".repeat(512), "g".repeat(513));
        for name in ["/aws/lambda/thumbnail", "a", "API-Gateway-Execution-Logs_a1b2/prod", "x.y#z", &longest] {
            assert!((CATALOG.ids.accepts)(name), "{name}");
        }
        for name in ["", "a b", "a:*", "a,b", &longer] {
            assert!(!(CATALOG.ids.accepts)(name), "{name}");
        }
    }
}
