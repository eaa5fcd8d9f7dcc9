//! A database that nobody connects to. Only a database with datapoints on each of 7 days can be idle; a new one is not
//! judged.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::{Reason, ReasonKind};
use crate::rule::{Case, Category, Finding, Rule, Severity};
use crate::rules::common::{DAYS, serves};
use crate::threshold::Threshold;

const CONNECTIONS: Need = Need { metric: &rds::CONNECTIONS, statistic: "Maximum", span: Span::Days };

/// Connections at a time. Monitoring may keep some open to a database that nobody uses.
const MOST: Threshold = Threshold::new("connections", 0.0, "Count", (0.0, 1_000.0));

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_no_connections",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "at no time of the last {days} days or today were more than {connections} connections open; replicas are excluded",
    thresholds: &[MOST, DAYS],
    source: "AWS Trusted Advisor, check Ti39halfu8",
    sieve: None,
    needs: &[CONNECTIONS],
    beside: &[],
    not_observed: &[],
    applies,
    judge,
};

/// A replica or a member of a cluster may be a standby, which has no connections.
fn applies(database: &Database) -> Result<bool, Reason> {
    if database.read_replica_source.is_some() {
        return Ok(false);
    }
    let serves = serves(database)?;
    if serves && database.cluster_id.is_some() {
        let detail = "RDS does not report whether this member of a cluster is a standby".to_owned();
        return Err(Reason::new(ReasonKind::Unknown, detail));
    }
    Ok(serves)
}

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&MOST), case.days(&DAYS));
    let reading = case.read(&CONNECTIONS)?.last(days);
    let most = largest(reading.every_one_of(days)?);
    Ok((most <= threshold).then(|| Finding {
        observed: reading.observed(most, threshold),
        recommendation:
            "Ask its owner whether it is still needed; if not, create a final snapshot and delete it, or stop it for \
             up to 7 days at a time."
                .to_owned(),
    }))
}
