//! gp2 storage that has used up its burst: at 0 it falls to its baseline.

use collector::{Resource, ResourceType};

use super::{COMMON_ALARMS, database, serves};
use crate::rule::{Case, Finding, Need, Reason, Rule, Severity, Span, largest};

const BALANCE: Need = Need { metric: "burst_balance", statistic: "Minimum", span: Span::FiveMinutes };

/// Percent.
const THRESHOLD: f64 = 20.0;
/// The periods in a row.
const PERIODS: usize = 3;

pub(super) const RULE: Rule = Rule {
    name: "rds_burst_balance",
    resource_type: ResourceType::Rds,
    severity: Severity::High,
    finding: "the burst balance of gp2 storage is below 20 % in 3 of the newest 3 periods of 5 minutes",
    source: COMMON_ALARMS,
    needs: &[BALANCE],
    applies,
    judge,
};

/// Only gp2 has a burst balance.
fn applies(resource: &Resource) -> Result<bool, Reason> {
    Ok(database(resource)?.storage_type.as_deref() == Some("gp2") && serves(resource)?)
}

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&BALANCE)?;
    let highest = largest(reading.newest(PERIODS)?);
    Ok((highest < THRESHOLD).then(|| Finding {
        observed: reading.observed(highest, THRESHOLD),
        recommendation: "Change its storage to gp3, which has no burst to use up.".to_owned(),
        not_observed: &[],
    }))
}
