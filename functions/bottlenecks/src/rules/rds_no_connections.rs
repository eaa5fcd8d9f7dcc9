//! A database that nobody connects to. Only a database with datapoints on each of 7 days can be idle; a new one is not
//! judged.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::{Reason, ReasonKind};
use crate::remediation::StepKind::{Change, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{ALTERNATIVES, last_snapshot_of, shown};
use crate::rules::common::{DAYS, SNAPSHOT_FIRST, serves};
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
    remedy: Remedy::Commands(remedy),
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
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: reading.observed(most, threshold),
        recommendation:
            "Ask its owner whether it is still needed; if not, create a final snapshot and delete it, or stop it for \
             up to 7 days at a time."
                .to_owned(),
    }))
}

fn remedy(subject: &Subject<'_, Database>) -> Result<Plan, Withheld> {
    let (id, database) = (subject.id(&forms::DATABASE)?, subject.detail);
    let of = |operation| aws("rds", operation).option("db-instance-identifier", &id);
    let mut plan = shown("Shows the database and its read replicas.", of("describe-db-instances")).note(ALTERNATIVES);
    // RDS does not stop SQL Server in several zones.
    let is_sql_server = database.engine.as_deref().is_some_and(|engine| engine.starts_with("sqlserver"));
    if !(is_sql_server && database.multi_az == Some(true)) {
        let what =
            "Stops the database for at most 7 days, after which RDS starts it again; its storage is still billed.";
        plan = plan.then(Change, what, of("stop-db-instance"));
    }
    if database.deletion_protection == Some(true) {
        let allow = of("modify-db-instance").flag("no-deletion-protection").flag("apply-immediately");
        plan = plan.then(Change, "Allows the deletion, from which the database is protected.", allow);
    }
    let delete = of("delete-db-instance")
        .option("final-db-snapshot-identifier", last_snapshot_of(&id))
        .flag("no-delete-automated-backups");
    Ok(plan
        .then(Delete, "Creates a last snapshot of the database, and deletes the database.", delete)
        .irreversible(
            "The database and its address are gone; its data can be restored into a new one for as long as the snapshot is kept.",
        )
        .note("The last snapshot is billed until it is deleted."))
}
