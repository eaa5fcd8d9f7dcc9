//! A domain with a primary shard on no node: what that shard has can't be searched, and nothing can be added to it.

use collector::services::opensearch::{self, OpenSearchDomain};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::common::{OPENSEARCH_ALARMS, searches};

const RED: Need = Need { metric: &opensearch::STATUS_RED, statistic: "Maximum", span: Span::Minutes };

/// The value while the status is red.
const IS_RED: f64 = 1.0;
use crate::rules::commands::A_CAUSE;

pub(super) const RULE: Rule<OpenSearchDomain> = Rule {
    name: "opensearch_red",
    severity: Severity::Critical,
    category: Category::FaultTolerance,
    finding: "the status of the cluster is red in the newest minute: at least one primary shard is on no node",
    thresholds: &[],
    source: OPENSEARCH_ALARMS,
    sieve: None,
    needs: &[RED],
    beside: &[],
    not_observed: &["which index the shard belongs to"],
    remedy: Remedy::None(A_CAUSE),
    applies: searches,
    judge,
};

fn judge(case: &Case<'_, OpenSearchDomain>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&RED)?;
    let newest = largest(reading.newest(1)?);
    Ok((newest >= IS_RED).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(newest, IS_RED),
        recommendation:
            "Find the shard and the reason with `GET _cluster/allocation/explain`, and look at the free storage and the \
             number of nodes; if its data is lost, restore the index from an automated snapshot. Until then, the domain \
             takes no automated snapshots."
                .to_owned(),
    }))
}
