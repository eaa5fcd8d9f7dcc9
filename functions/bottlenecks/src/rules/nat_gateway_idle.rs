//! A NAT gateway that nothing uses. CloudWatch has a datapoint for each minute of a gateway, with 0 where nothing moved,
//! so only a gateway with datapoints on each of the days can be idle; a new one is not judged.

use collector::services::ec2::nat_gateway::{self, NatGateway};

use crate::reading::{Need, Observed, Span};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::StepKind::{Check, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::filter;
use crate::rules::common::{DAYS, busiest_day};
use crate::threshold::Threshold;

const TO_DESTINATION: Need =
    Need { metric: &nat_gateway::BYTES_OUT_TO_DESTINATION, statistic: "Sum", span: Span::Days };
const TO_SOURCE: Need = Need { metric: &nat_gateway::BYTES_OUT_TO_SOURCE, statistic: "Sum", span: Span::Days };

/// The bytes of a day, in both directions. Above 0, it allows for what only checks that the gateway works.
const MOST: Threshold = Threshold::new("bytes", 0.0, "Bytes", (0.0, 1e12));

pub(super) const RULE: Rule<NatGateway> = Rule {
    name: "nat_gateway_idle",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "on each of the last {days} days and today, the gateway sent at most {bytes} bytes to destinations and back to sources",
    thresholds: &[MOST, DAYS],
    source: "common practice; AWS Compute Optimizer judges unused NAT gateways by 32 days",
    sieve: None,
    needs: &[TO_DESTINATION, TO_SOURCE],
    beside: &[],
    not_observed: &["whether it is kept as a standby for another zone"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to gateways that work; those that failed or are deleted cost nothing.
fn applies(gateway: &NatGateway) -> Result<bool, Reason> {
    match gateway.state.as_deref() {
        Some("available") => Ok(true),
        Some("pending") => Err(Reason::new(ReasonKind::NotRunning, "the gateway is pending".to_owned())),
        Some(_) => Ok(false),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

fn judge(case: &Case<'_, NatGateway>) -> Result<Option<Finding>, Reason> {
    let (days, threshold) = (case.days(&DAYS), case.threshold(&MOST));
    let (to_destination, to_source) = (case.read(&TO_DESTINATION)?.last(days), case.read(&TO_SOURCE)?.last(days));
    let busiest = busiest_day(to_destination.every_one_of(days)?, to_source.every_one_of(days)?);
    Ok((busiest <= threshold).then(|| Finding {
        saves: Saving::Whole,
        observed: Observed { metric: "bytes_out", ..to_destination.observed(busiest, threshold) },
        recommendation: format!(
            "Delete the gateway and the routes to it{}, unless it is a standby: AWS bills it by the hour, used or not.",
            match case.detail.connectivity_type.as_deref() {
                Some("private") => "",
                _ => ", and release its addresses",
            }
        ),
    }))
}

fn remedy(subject: &Subject<'_, NatGateway>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::NAT_GATEWAY)?;
    let routes = aws("ec2", "describe-route-tables")
        .option("filters", filter("route.nat-gateway-id", &id))
        .option("query", "RouteTables[].RouteTableId");
    let delete = aws("ec2", "delete-nat-gateway").option("nat-gateway-id", &id);
    let plan = Plan::default()
        .then(Check, "Lists the route tables with a route to the gateway; what uses them loses its way out.", routes)
        .tried(Delete, "Deletes the gateway.", delete)
        .irreversible("The gateway and its private address are gone.")
        .note("Routes to the gateway remain, and lead nowhere until they are deleted.");
    Ok(match subject.detail.connectivity_type.as_deref() {
        Some("private") => plan,
        _ => plan.note("Its Elastic IP addresses are not released, and are billed until they are."),
    })
}
