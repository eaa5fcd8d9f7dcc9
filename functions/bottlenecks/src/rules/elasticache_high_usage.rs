//! A cache whose engine uses up its thread or its memory. Memcached has neither metric.

use collector::services::elasticache::{self, CacheCluster};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{RECOMMENDED_ALARMS, caches};
use crate::threshold::Threshold;

const ENGINE_CPU_USED: Need = Need { metric: &elasticache::ENGINE_CPU, statistic: "Average", span: Span::Minutes };
const MEMORY_USED: Need = Need { metric: &elasticache::MEMORY, statistic: "Average", span: Span::Minutes };

const CPU: Threshold = Threshold::percent("cpu", 90.0);
const USED: Threshold = Threshold::percent("memory", 90.0);
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const ENGINE_CPU: Rule<CacheCluster> = Rule {
    name: "elasticache_high_engine_cpu",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the average CPU of the engine's thread is above {cpu} % in each of the newest 5 minutes",
    thresholds: &[CPU],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[ENGINE_CPU_USED],
    beside: &[],
    not_observed: &[],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge: |case| {
        judge(case, &ENGINE_CPU_USED, &CPU, |percent| {
            format!(
                "The engine's one thread is busy for {percent:.0} % of the time: look for slow commands, add replicas for \
                 reads or shards for writes, or change to a faster node type."
            )
        })
    },
};

pub(super) const MEMORY: Rule<CacheCluster> = Rule {
    name: "elasticache_high_memory",
    severity: Severity::Medium,
    category: Category::Performance,
    finding: "more than {memory} % of the memory is used in each of the newest 5 minutes",
    thresholds: &[USED],
    source: "AWS recommended alarms for the metric and the periods; the share is common practice",
    sieve: None,
    needs: &[MEMORY_USED],
    beside: &[],
    not_observed: &["the policy for a full memory"],
    remedy: Remedy::None(A_DECISION),
    applies,
    judge: |case| {
        judge(case, &MEMORY_USED, &USED, |percent| {
            format!(
                "{percent:.0} % of its memory are used. When it is full, it evicts items or rejects writes, as its \
                 maxmemory policy says: change to a node type with more memory, add shards, or let items expire sooner."
            )
        })
    },
};

fn applies(cluster: &CacheCluster) -> Result<bool, Reason> {
    Ok(caches(cluster)? && cluster.engine.as_deref() != Some("memcached"))
}

fn judge(
    case: &Case<'_, CacheCluster>,
    need: &Need,
    threshold: &Threshold,
    advice: impl FnOnce(f64) -> String,
) -> Result<Option<Finding>, Reason> {
    let reading = case.read(need)?;
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(threshold));
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: advice(lowest),
    }))
}
