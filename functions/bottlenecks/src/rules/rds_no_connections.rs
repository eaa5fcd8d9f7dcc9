//! A database that nobody connects to. Only a database with datapoints on each of 7 days can be idle; a new one is not
//! judged.

use collector::services::rds::{self, Database};

use crate::rule::{Case, Finding, Need, Reason, ReasonKind, Rule, Severity, Span, largest};
use crate::rules::common::serves;

const CONNECTIONS: Need = Need { metric: &rds::CONNECTIONS, statistic: "Maximum", span: Span::Days };

/// Concurrent connections.
const THRESHOLD: f64 = 0.0;
const DAYS: u32 = 7;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_no_connections",
    severity: Severity::Medium,
    finding: "nobody connected on any of the last 7 days or today; replicas are excluded",
    source: "AWS Trusted Advisor, check Ti39halfu8",
    needs: &[CONNECTIONS],
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
    let reading = case.read(&CONNECTIONS)?.last(DAYS);
    let most = largest(reading.every_one_of(DAYS)?);
    Ok((most <= THRESHOLD).then(|| Finding {
        observed: reading.observed(most, THRESHOLD),
        recommendation:
            "Ask its owner whether it is still needed; if not, create a final snapshot and delete it, or stop it for \
             up to 7 days at a time."
                .to_owned(),
    }))
}
