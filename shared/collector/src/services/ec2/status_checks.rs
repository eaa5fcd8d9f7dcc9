//! EC2's own checks of instances: the ones that did not pass.
//!
//! DescribeInstanceStatus is free, unlike the metric StatusCheckFailed, and can be limited to the instances that did not
//! pass, so that it takes as few pages as there are problems. It knows the present only.

use aws_sdk_ec2::operation::describe_instance_status::DescribeInstanceStatusOutput;
use aws_sdk_ec2::types::{Filter, InstanceStatus, InstanceStatusSummary, StatusType, SummaryStatus};
use jiff::Timestamp;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::operation::Operation;
use crate::services::ec2::{Ec2, describe};
use crate::services::values::timestamp;

pub(crate) const DESCRIBE_INSTANCE_STATUS: Operation = describe("DescribeInstanceStatus", "ec2:DescribeInstanceStatus");

/// The most statuses that EC2 returns per page.
const STATUSES_A_PAGE: i32 = 1_000;

/// The two checks by the names of their filters: that of the hardware, and that of the instance itself.
const CHECKS: [&str; 2] = ["system-status.status", "instance-status.status"];

/// The results of the checks of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusChecks {
    /// Whether the hardware that hosts it works.
    pub system: Check,
    /// Whether the instance itself responds.
    pub instance: Check,
}

/// The result of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// It passed, it is still starting, or there is none.
    #[default]
    Passed,
    /// It failed, since this time if EC2 returns it.
    Failed(Option<Timestamp>),
    /// EC2 could not tell.
    Unknown,
}

/// Returns the instances of which at least one check did not pass, each with its id.
pub(crate) async fn not_passed(inquiry: &Inquiry<'_>) -> Found<(String, StatusChecks)> {
    let [system, instance] = CHECKS.map(|check| by_check(inquiry, check));
    let (mut found, other) = tokio::join!(system, instance);
    // Both lists have the instances of which neither check passed, with the same results.
    for (id, checks) in other.items {
        if !found.items.iter().any(|(known, _)| *known == id) {
            found.items.push((id, checks));
        }
    }
    found.faults.extend(other.faults);
    found
}

/// Returns the instances of which one check did not pass.
async fn by_check(inquiry: &Inquiry<'_>, check: &str) -> Found<(String, StatusChecks)> {
    let ec2 = inquiry.client::<Ec2>();
    let did_not_pass =
        [SummaryStatus::Impaired, SummaryStatus::InsufficientData].map(|status| status.as_str().to_owned());
    let filter = Filter::builder().name(check).set_values(Some(did_not_pass.into())).build();
    let ask = |page: Page| {
        let statuses = ec2.describe_instance_status().filters(filter.clone()).max_results(page.size);
        statuses.set_next_token(page.token).send()
    };
    let limits = ec2.limits(&DESCRIBE_INSTANCE_STATUS, inquiry.deadline).pages_of(STATUSES_A_PAGE);
    every_page(limits, ask, DescribeInstanceStatusOutput::next_token, |page| {
        page.instance_statuses.unwrap_or_default().into_iter().filter_map(checks_of).collect()
    })
    .await
    .into()
}

fn checks_of(status: InstanceStatus) -> Option<(String, StatusChecks)> {
    let id = status.instance_id?;
    let system = status.system_status.as_ref().map(check).unwrap_or_default();
    let instance = status.instance_status.as_ref().map(check).unwrap_or_default();
    let checks = StatusChecks { system, instance };
    (checks != StatusChecks::default()).then_some((id, checks))
}

fn check(summary: &InstanceStatusSummary) -> Check {
    match summary.status {
        Some(SummaryStatus::Impaired) => {
            let details = summary.details().iter();
            let failed = details.filter(|detail| detail.status == Some(StatusType::Failed));
            Check::Failed(failed.filter_map(|detail| timestamp(detail.impaired_since.as_ref())).min())
        }
        Some(SummaryStatus::InsufficientData) => Check::Unknown,
        _ => Check::Passed,
    }
}
