//! A database whose engine has a version that AWS's standard support has left, or will leave soon.
//!
//! AWS then bills RDS Extended Support for it, or upgrades it by itself. A version whose date is unknown is not judged: it
//! may be newer than the table of `engines.rs`, and an engine that is licensed has no such date.

use collector::services::rds::instance::Database;
use jiff::tz::TimeZone;

use crate::engines::standard_support_ends;
use crate::reading::Observed;
use crate::reason::Reason;
use crate::remediation::StepKind::{Backup, Check};
use crate::remediation::{Plan, Remedy, SAFETY_TAG, Subject, Value, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::last_snapshot_of;
use crate::rules::common::other_service;
use crate::threshold::Threshold;

/// 0 days are left on the last day, so that a database is found from the day after.
const DAYS: Threshold = Threshold::new("days", 0.0, "Days", (0.0, 3_650.0));

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_engine_ended",
    severity: Severity::Medium,
    category: Category::Security,
    finding: "the standard support of the engine's version has ended, or less than {days} days of it are left",
    thresholds: &[DAYS],
    source: "AWS's release calendars of RDS and Aurora, read on 2026-11-26",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["whether RDS Extended Support is on", "the end of minor versions"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Databases that are not being deleted, also those that are stopped: AWS upgrades them when they start.
fn applies(database: &Database) -> Result<bool, Reason> {
    if let Some(service) = other_service(database) {
        return Err(Reason::unknown(format!("{service} has versions of its own")));
    }
    match database.status.as_deref() {
        Some("deleting") => Ok(false),
        _ => Ok(true),
    }
}

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let (engine, version) = (case.detail.engine.as_deref(), case.detail.engine_version.as_deref());
    let (engine, version) = (engine.unwrap_or("no engine"), version.unwrap_or("without a version"));
    let unknown = || Reason::unknown(format!("unknown version: {engine} {version}"));
    let end = standard_support_ends(engine, version).ok_or_else(unknown)?;
    let today = case.evidence.as_of.to_zoned(TimeZone::UTC).date();
    let left = today.until(end).map_err(|_| unknown())?.get_days();
    let threshold = case.threshold(&DAYS);
    Ok((f64::from(left) < threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: Observed {
            metric: "days_of_support_left",
            statistic: None,
            value: f64::from(left),
            threshold,
            unit: "Days",
            over: None,
        },
        recommendation: format!(
            "Upgrade it: the last day of the standard support of {engine} {version} {} {end}. After it, AWS bills RDS \
             Extended Support for each vCPU, where it offers that, or upgrades the database by itself.",
            if left < 0 { "was" } else { "is" }
        ),
    }))
}

fn remedy(subject: &Subject<'_, Database>) -> Result<Plan, Withheld> {
    let (id, database) = (subject.id(&forms::DATABASE)?, subject.detail);
    let engine = forms::DB_ENGINE.check(database.engine.as_deref().unwrap_or_default())?;
    let version = forms::DB_ENGINE_VERSION.check(database.engine_version.as_deref().unwrap_or_default())?;
    let targets = aws("rds", "describe-db-engine-versions")
        .option("engine", engine)
        .option("engine-version", version)
        .option("query", "DBEngineVersions[].ValidUpgradeTarget[].EngineVersion");
    let (backup, of) = if let Some(cluster) = database.cluster_id.as_deref() {
        let cluster = forms::DB_CLUSTER.check(cluster)?;
        let create = aws("rds", "create-db-cluster-snapshot")
            .option("db-cluster-identifier", &cluster)
            .option("db-cluster-snapshot-identifier", last_snapshot_of(&cluster));
        (create, cluster)
    } else {
        let create = aws("rds", "create-db-snapshot")
            .option("db-instance-identifier", &id)
            .option("db-snapshot-identifier", last_snapshot_of(&id));
        (create, id)
    };
    let tag = Value::joined(["Key=".into(), SAFETY_TAG.into(), ",Value=".into(), of]);
    Ok(Plan::default()
        .then(Check, "Lists the versions to which RDS can upgrade it at once.", targets)
        .then(Backup, "Creates a snapshot, since an upgrade can't be undone.", backup.option("tags", tag))
        .irreversible("An upgrade can't be undone; the old version can only be restored from the snapshot, as another database.")
        .note(
            "Which version is a decision, so the command that upgrades is not here: `aws rds modify-db-instance`, or \
             modify-db-cluster for a member of a cluster, with --engine-version and --allow-major-version-upgrade. Try it on \
             a copy that was restored from the snapshot first.",
        ))
}
