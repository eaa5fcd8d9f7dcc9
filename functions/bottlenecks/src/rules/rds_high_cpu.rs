//! A database whose processors are busy, so queries wait.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{RECOMMENDED_ALARMS, serves};
use crate::threshold::Threshold;

const AVERAGE: Need = Need { metric: &rds::CPU, statistic: "Average", span: Span::Minutes };

const CPU: Threshold = Threshold::percent("cpu", 90.0);
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_high_cpu",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the average CPU is above {cpu} % in each of the newest 5 minutes",
    thresholds: &[CPU],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[AVERAGE],
    beside: &[],
    not_observed: &["queries"],
    remedy: Remedy::None(A_DECISION),
    applies: serves,
    judge,
};

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&AVERAGE)?;
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(&CPU));
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation:
            "Find the queries with the most load in CloudWatch Database Insights and tune them; if they can't be \
             improved, a larger class or a read replica helps."
                .to_owned(),
    }))
}
