//! What the account costs: `GET /costs`.
//!
//! One request to Cost Explorer, which costs a cent, returns everything: the requested days, the same number of days
//! before them, the month to date, what rose and fell, and, if a grouping is free, the split into credits, refunds and
//! charges. Only a forecast, months to compare with that are not whole, a list of the accounts on the bill, movers by
//! something else than the costs, and anomalies are requests of their own; budgets are free. All sums are computed here
//! in decimal arithmetic, so the parts add up to the total to the last digit.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod answer;
pub mod description;
mod query;
mod record_types;
mod table;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Gap, GapStatus};

pub use crate::answer::{Amount, CostsCoverage, Data};
use crate::query::CostsQuery;

/// Handles one call.
pub async fn handle(accounts: &Accounts, call: Call) -> Result<Answer<Data, CostsCoverage>, ApiError> {
    let query = CostsQuery::read(&call)?;
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let asked = collector.costs(&query.questions(), call.received_at, call.deadline).await;
    let (answers, coverage) = asked.map_err(|refusal| ApiError::refused("start", &refusal, refusal.gap()))?;
    let Some(costs) = &answers.costs else {
        // Without the costs, what else failed beside them does not matter.
        let of_costs = coverage.gaps.iter().find(|gap| gap.operation.starts_with("GetCostAndUsage"));
        let advice = of_costs.map(what_to_do);
        return Err(ApiError::nothing_collected(&coverage.gaps, advice));
    };
    let (data, coverage) = answer::shape(&query, costs, &answers, coverage)?;
    Ok(Answer::new(data, coverage).in_format(query.format, |data, _| table::of(data, &query)))
}

/// Returns what an operator can do about a request that Cost Explorer rejected.
fn what_to_do(gap: &Gap) -> &'static str {
    let of_resources = gap.operation == "GetCostAndUsageWithResources";
    match (gap.status, gap.code.as_str()) {
        (GapStatus::Denied, _) if of_resources => {
            "Allow ce:GetCostAndUsageWithResources for the function's role, and switch on resource-level data in the \
             account's billing console: Cost Management preferences, Cost Explorer, granular data."
        }
        (_, "DataUnavailableException" | "ValidationException") if of_resources => {
            "Switch on resource-level data in the account's billing console (Cost Management preferences, Cost Explorer, \
             granular data), for the requested services; it is there about two days later."
        }
        (GapStatus::Denied, _) => {
            "Allow ce:GetCostAndUsage for the function's role, and IAM access to billing in the account's settings."
        }
        (GapStatus::DeniedByOrganization, _) => {
            "A policy of the organisation denies this account access to Cost Explorer."
        }
        (_, "LimitExceededException") | (GapStatus::Throttled, _) => {
            "Cost Explorer accepts 5 requests a second from an account: try again in a moment."
        }
        (_, "DataUnavailableException") => {
            "Cost Explorer has no data yet: it needs about a day after it is first opened in the console."
        }
        (_, "UnsupportedPartition") => {
            "GovCloud accounts are billed through their commercial account: query that one. China is not supported."
        }
        (_, "BillExpirationException") => "Cost Explorer no longer has these days: request later ones.",
        (_, "ValidationException") => "Cost Explorer does not accept the request: its message in the gap says what.",
        (_, code) if code.contains("Expired") => "The credentials have expired: renew them and try again.",
        _ => "Try again; if it keeps failing, see AWS's own message in the gap.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_cost_explorer_has_its_advice() {
        for (status, code, advice) in [
            (GapStatus::Denied, "AccessDeniedException", "Allow ce:GetCostAndUsage for the function's role"),
            (GapStatus::DeniedByOrganization, "AccessDeniedException", "A policy of the organisation denies"),
            (GapStatus::Throttled, "ThrottlingException", "Cost Explorer accepts 5 requests a second"),
            (GapStatus::Failed, "LimitExceededException", "Cost Explorer accepts 5 requests a second"),
            (GapStatus::Failed, "DataUnavailableException", "Cost Explorer has no data yet"),
            (GapStatus::Failed, "UnsupportedPartition", "GovCloud accounts are billed through"),
            (GapStatus::Failed, "BillExpirationException", "Cost Explorer no longer has these days"),
            (GapStatus::Failed, "ValidationException", "Cost Explorer does not accept the request"),
            (GapStatus::Failed, "ExpiredTokenException", "The credentials have expired"),
            (GapStatus::TimedOut, "RequestTimedOut", "Try again; if it keeps failing"),
        ] {
            let gap = gap("GetCostAndUsage", status, code);
            assert!(what_to_do(&gap).starts_with(advice), "{code}: {}", what_to_do(&gap));
        }
    }

    fn gap(operation: &'static str, status: GapStatus, code: &str) -> Gap {
        Gap {
            region: "us-east-1".to_owned(),
            service: "ce",
            operation,
            resource_types: Vec::new(),
            status,
            code: code.to_owned(),
            message: String::new(),
        }
    }

    #[test]
    fn single_resources_have_to_be_switched_on() {
        for (status, code, opt_in) in [
            (GapStatus::Denied, "AccessDeniedException", true),
            (GapStatus::Failed, "DataUnavailableException", true),
            (GapStatus::Failed, "ValidationException", true),
            (GapStatus::Throttled, "LimitExceededException", false),
        ] {
            let gap = gap("GetCostAndUsageWithResources", status, code);
            assert_eq!(what_to_do(&gap).contains("resource-level data"), opt_in, "{code}");
        }
    }
}
