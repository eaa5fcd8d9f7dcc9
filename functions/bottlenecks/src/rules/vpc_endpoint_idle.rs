//! An interface endpoint that nothing uses.
//!
//! CloudWatch has a datapoint only of a minute in which the endpoint received traffic (AWS PrivateLink guide, "CloudWatch
//! metrics for AWS PrivateLink", reporting criteria of `BytesProcessed`). For an endpoint that is older than the days,
//! no datapoints therefore mean no bytes. There are none at all of an endpoint whose service is in another region.

use collector::services::ec2::endpoint::{self, Endpoint};

use crate::reading::{Need, Span};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::StepKind::{Check, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::common::busiest_day;
use crate::threshold::Threshold;

const BYTES: Need = Need { metric: &endpoint::BYTES_PROCESSED, statistic: "Sum", span: Span::Month };

/// The bytes of a day. Above 0, it allows for what only checks that the endpoint works.
const MOST: Threshold = Threshold::new("bytes", 0.0, "Bytes", (0.0, 1e12));
const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 30.0));

pub(super) const RULE: Rule<Endpoint> = Rule {
    name: "vpc_endpoint_idle",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "on each of the last {days} days and today, the interface endpoint moved at most {bytes} bytes",
    thresholds: &[MOST, DAYS],
    source: "common practice",
    sieve: None,
    needs: &[BYTES],
    beside: &[],
    not_observed: &["what is used less than once a month"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to interface endpoints of the account's own; a service of AWS deletes those that it manages. Other types of
/// endpoints are free, or measured otherwise.
fn applies(endpoint: &Endpoint) -> Result<bool, Reason> {
    if endpoint.endpoint_type.as_deref() != Some(endpoint::INTERFACE) || endpoint.requester_managed == Some(true) {
        return Ok(false);
    }
    match endpoint.state.as_deref() {
        Some("available") if endpoint.service_region.is_some() => {
            Err(Reason::unknown("CloudWatch does not measure an endpoint of a service in another region"))
        }
        Some("available") => Ok(true),
        Some(state @ ("pending" | "pendingAcceptance" | "partial")) => {
            Err(Reason::new(ReasonKind::NotRunning, format!("the endpoint is {state}")))
        }
        Some(_) => Ok(false),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

fn judge(case: &Case<'_, Endpoint>) -> Result<Option<Finding>, Reason> {
    let (days, threshold) = (case.days(&DAYS), case.threshold(&MOST));
    let reading = case.read(&BYTES)?.last(days);
    let busiest = busiest_day(reading.values, &[]);
    if busiest > threshold {
        return Ok(None);
    }
    let created = case.detail.created.ok_or_else(|| Reason::unknown("EC2 does not report when it was created"))?;
    if created > reading.window.start {
        let detail = format!("it was created at {created}; the last {days} complete days are needed");
        return Err(Reason::new(ReasonKind::InsufficientData, detail));
    }
    let subnets = case.detail.subnet_ids.len();
    Ok(Some(Finding {
        saves: Saving::Whole,
        observed: reading.observed(busiest, threshold),
        recommendation: format!(
            "Delete it if nothing in its VPC is to reach {} any more: AWS bills it by the hour in each subnet{}, used or not.",
            case.detail.service_name.as_deref().unwrap_or("its service"),
            if subnets > 1 { format!(" ({subnets} of them)") } else { String::new() }
        ),
    }))
}

fn remedy(subject: &Subject<'_, Endpoint>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::ENDPOINT)?;
    let check = aws("ec2", "describe-vpc-endpoints").option("vpc-endpoint-ids", &id);
    let delete = aws("ec2", "delete-vpc-endpoints").option("vpc-endpoint-ids", &id);
    Ok(Plan::default()
        .then(Check, "Shows the endpoint: its policy and security groups, to create it again.", check)
        .tried(Delete, "Deletes the endpoint.", delete)
        .irreversible("The endpoint's id, addresses and host names are gone; a new one has others."))
}
