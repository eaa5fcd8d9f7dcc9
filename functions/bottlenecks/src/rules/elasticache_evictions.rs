//! A cache that drops items which have not expired, because its memory is full.

use collector::services::elasticache::{self, CacheCluster};

use crate::reading::{Need, Span};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::caches;
use crate::threshold::Threshold;

const EVICTIONS: Need = Need { metric: &elasticache::EVICTIONS, statistic: "Sum", span: Span::Requested };

const EVICTED: Threshold = Threshold::new("evictions", 0.0, "Count", (0.0, 1_000_000_000.0));

pub(super) const RULE: Rule<CacheCluster> = Rule {
    name: "elasticache_evictions",
    severity: Severity::Medium,
    category: Category::Performance,
    finding: "more than {evictions} items were evicted in the requested hours",
    thresholds: &[EVICTED],
    source: "a default of this project: ElastiCache's user guide recommends the metric, and to choose one's own threshold",
    sieve: None,
    needs: &[EVICTIONS],
    beside: &[],
    not_observed: &["whether the cache is meant to be full"],
    remedy: Remedy::None(A_DECISION),
    applies: caches,
    judge,
};

fn judge(case: &Case<'_, CacheCluster>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&EVICTIONS)?;
    let evicted: f64 = reading.at_least(1)?.iter().map(|(_, count)| count).sum();
    let threshold = case.threshold(&EVICTED);
    Ok((evicted > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(evicted, threshold),
        recommendation: format!(
            "{evicted:.0} items were evicted before they expired. Compare hits and misses in /metrics: if the misses \
             rise, change to a node type with more memory or add nodes, or let items expire sooner."
        ),
    }))
}
