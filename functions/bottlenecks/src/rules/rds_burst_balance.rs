//! gp2 storage that has nearly used up its burst balance; at 0, it falls to its baseline.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{COMMON_ALARMS, serves};
use crate::threshold::Threshold;

const BALANCE: Need = Need { metric: &rds::BURST_BALANCE, statistic: "Minimum", span: Span::FiveMinutes };

const LEAST: Threshold = Threshold::percent("balance", 20.0);
/// The number of consecutive periods.
const PERIODS: usize = 3;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_burst_balance",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the burst balance of gp2 storage is below {balance} % in each of the newest 3 periods of 5 minutes",
    thresholds: &[LEAST],
    source: COMMON_ALARMS,
    sieve: None,
    needs: &[BALANCE],
    beside: &[],
    not_observed: &[],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge,
};

/// Only gp2 has a burst balance.
fn applies(database: &Database) -> Result<bool, Reason> {
    Ok(database.storage_type.as_deref() == Some("gp2") && serves(database)?)
}

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&BALANCE)?;
    let (highest, threshold) = (largest(reading.newest(PERIODS)?), case.threshold(&LEAST));
    Ok((highest < threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(highest, threshold),
        recommendation: "Change its storage to gp3, which does not depend on a burst balance.".to_owned(),
    }))
}
