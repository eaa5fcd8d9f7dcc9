//! A cache that nobody connects to. Only one with datapoints on each of 7 days can be idle; a new one is not judged.
//!
//! CurrConnections counts connections that ElastiCache opens itself. AWS, in the user guide's "Metrics for Valkey and
//! Redis OSS": "ElastiCache uses 4 to 6 of the connections to monitor the cluster in each case". Memcached adds internal
//! connections, "equal to twice the threads used for the node type", which nothing reports of a cluster, so that
//! Memcached is not judged.
//!
//! A replica may stand by without connections. A node of a replication group is therefore judged only if it was a
//! primary in that time, which CloudWatch has as `IsMaster`.

use collector::services::elasticache::{self, CacheCluster};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::StepKind::Delete;
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{last_snapshot_of, shown};
use crate::rules::common::{DAYS, SNAPSHOT_FIRST, caches};
use crate::threshold::Threshold;

const CONNECTIONS: Need = Need { metric: &elasticache::CONNECTIONS, statistic: "Maximum", span: Span::Days };
const IS_PRIMARY: Need = Need { metric: &elasticache::IS_PRIMARY, statistic: "Maximum", span: Span::Days };

/// Connections at a time, with those that ElastiCache opens itself.
const MOST: Threshold = Threshold::new("connections", 6.0, "Count", (0.0, 1_000.0));

pub(super) const RULE: Rule<CacheCluster> = Rule {
    name: "elasticache_idle",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "at no time of the last {days} days or today were more than {connections} connections open, up to 6 of which ElastiCache opens itself; replicas are excluded",
    thresholds: &[MOST, DAYS],
    source: "ElastiCache user guide, metric CurrConnections, for the connections; common practice for the days",
    sieve: None,
    needs: &[CONNECTIONS, IS_PRIMARY],
    beside: &[],
    not_observed: &[],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

fn applies(cluster: &CacheCluster) -> Result<bool, Reason> {
    let caches = caches(cluster)?;
    if caches && cluster.engine.as_deref() == Some("memcached") {
        return Err(Reason::unknown(
            "Memcached opens connections of its own, as many as the threads of the node type ask for",
        ));
    }
    Ok(caches)
}

fn judge(case: &Case<'_, CacheCluster>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&MOST), case.days(&DAYS));
    let reading = case.read(&CONNECTIONS)?.last(days);
    let most = largest(reading.every_one_of(days)?);
    let group = case.detail.replication_group_id.as_deref();
    if most > threshold || group.is_some() && largest(case.read(&IS_PRIMARY)?.last(days).every_one_of(days)?) < 1.0 {
        return Ok(None);
    }
    let together = group.map_or_else(String::new, |group| {
        format!(
            " It is a primary of the replication group {group}: look at its replicas too, which have other connections."
        )
    });
    Ok(Some(Finding {
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: reading.observed(most, threshold),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, create a final snapshot and delete it.{together}"
        ),
    }))
}

/// A primary can't be deleted without its replication group.
fn remedy(subject: &Subject<'_, CacheCluster>) -> Result<Plan, Withheld> {
    let plan = if let Some(group) = subject.detail.replication_group_id.as_deref() {
        let group = forms::CACHE_GROUP.check(group)?;
        let of = |operation| aws("elasticache", operation).option("replication-group-id", &group);
        let delete = of("delete-replication-group").option("final-snapshot-identifier", last_snapshot_of(&group));
        shown("Shows the replication group; each of its nodes must be idle.", of("describe-replication-groups"))
                .then(Delete, "Creates a last snapshot of a shard, and deletes the replication group with all shards.", delete)
                .note("With several shards, create a snapshot of the replication group first: `aws elasticache create-snapshot`.")
    } else {
        let id = subject.id(&forms::CACHE)?;
        let of = |operation| aws("elasticache", operation).option("cache-cluster-id", &id);
        let delete = of("delete-cache-cluster").option("final-snapshot-identifier", last_snapshot_of(&id));
        shown("Shows the cluster.", of("describe-cache-clusters")).then(
            Delete,
            "Creates a last snapshot of the cluster, and deletes the cluster.",
            delete,
        )
    };
    Ok(plan
        .irreversible("The cache and its address are gone; its data can be restored into a new one for as long as the snapshot is kept.")
        .note("The last snapshot is billed until it is deleted."))
}
