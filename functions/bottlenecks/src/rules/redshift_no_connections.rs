//! A cluster that nobody connects to. Only a cluster with datapoints on each of 7 days can be idle; a new one, or one that
//! was paused, is not judged.

use collector::services::redshift::{self, RedshiftCluster};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{ALTERNATIVES, last_snapshot_of, shown};
use crate::rules::common::{DAYS, SNAPSHOT_FIRST, not_running};
use crate::threshold::Threshold;

const CONNECTIONS: Need = Need { metric: &redshift::CONNECTIONS, statistic: "Maximum", span: Span::Days };

/// Connections at a time. Monitoring may keep some open to a cluster that nobody uses.
const MOST: Threshold = Threshold::new("connections", 0.0, "Count", (0.0, 1_000.0));

pub(super) const RULE: Rule<RedshiftCluster> = Rule {
    name: "redshift_no_connections",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "at no time of the last {days} days or today were more than {connections} connections open",
    thresholds: &[MOST, DAYS],
    source: "AWS Trusted Advisor, check G31sQ1E9U",
    sieve: None,
    needs: &[CONNECTIONS],
    beside: &[],
    not_observed: &["whether another cluster reads its data by data sharing"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to clusters that can be connected to, and not to one that is being deleted.
fn applies(cluster: &RedshiftCluster) -> Result<bool, Reason> {
    match cluster.status.as_deref() {
        Some("deleting" | "final-snapshot") => Ok(false),
        Some(
            status @ ("creating"
            | "hardware-failure"
            | "incompatible-network"
            | "incompatible-restore"
            | "paused"
            | "pausing"
            | "resuming"),
        ) => Err(not_running("cluster", status)),
        Some(_) => Ok(true),
        None => Err(Reason::unknown("Redshift returned no status")),
    }
}

fn judge(case: &Case<'_, RedshiftCluster>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&MOST), case.days(&DAYS));
    let reading = case.read(&CONNECTIONS)?.last(days);
    let most = largest(reading.every_one_of(days)?);
    Ok((most <= threshold).then(|| Finding {
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: reading.observed(most, threshold),
        recommendation:
            "Ask its owner whether it is still needed; if not, delete it with a final snapshot, or pause it: AWS bills the \
             storage of a paused cluster, and not its nodes."
                .to_owned(),
    }))
}

fn remedy(subject: &Subject<'_, RedshiftCluster>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::WAREHOUSE)?;
    let of = |operation| aws("redshift", operation).option("cluster-identifier", &id);
    let delete = of("delete-cluster").option("final-cluster-snapshot-identifier", last_snapshot_of(&id));
    Ok(shown("Shows the cluster and its tags.", of("describe-clusters"))
        .then(Change, "Pauses the cluster, so that only its storage is billed.", of("pause-cluster"))
        .then(Delete, "Creates a last snapshot of the cluster, and deletes the cluster.", delete)
        .irreversible(
            "The cluster and its automated snapshots are gone; its data can be restored into a new one for as long as the last \
             snapshot is kept.",
        )
        .note(ALTERNATIVES)
        .note("The last snapshot is billed until it is deleted."))
}
