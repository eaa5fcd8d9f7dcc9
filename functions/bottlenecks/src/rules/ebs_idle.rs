//! A volume that is attached and hardly read or written. CloudWatch has a datapoint for each minute of an attached
//! volume; on old instance types, which are based on Xen, only for a minute in which it was read (or written). So only a
//! volume with datapoints of both on each of the days can be idle. A new volume, or that of a stopped instance, is not
//! judged.

use collector::services::ec2::volume::{self, Volume};

use crate::reading::{Need, Observed, Span, largest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity, Sieve};
use crate::rules::commands::detach_and_replace_by_snapshot;
use crate::rules::common::{DAYS, SNAPSHOT_FIRST, busiest_day};
use crate::threshold::Threshold;

const READS: Need = Need { metric: &volume::READ_OPS, statistic: "Sum", span: Span::Days };
const WRITES: Need = Need { metric: &volume::WRITE_OPS, statistic: "Sum", span: Span::Days };

/// From this number of reads and writes of a day it is busy.
const BUSY: Threshold = Threshold::new("operations", 1.0, "Count", (1.0, 1_000_000.0));

pub(super) const RULE: Rule<Volume> = Rule {
    name: "ebs_idle",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "on each of the last {days} days and today, the attached volume had fewer reads and writes than {operations}",
    thresholds: &[BUSY, DAYS],
    source: "AWS Trusted Advisor, underutilized EBS volumes",
    sieve: Some(Sieve { needs: &[WRITES], passes: may_be_idle }),
    needs: &[READS],
    beside: &[],
    not_observed: &[],
    remedy: Remedy::Commands(detach_and_replace_by_snapshot),
    applies,
    judge,
};

/// Applies to attached volumes.
fn applies(volume: &Volume) -> Result<bool, Reason> {
    match volume.state.as_deref() {
        Some(state) => Ok(state == "in-use"),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

/// Lets the volumes pass that were not written either.
fn may_be_idle(case: &Case<'_, Volume>) -> Result<bool, Reason> {
    Ok(largest(case.read(&WRITES)?.last(case.days(&DAYS)).at_least(1)?) < case.threshold(&BUSY))
}

fn judge(case: &Case<'_, Volume>) -> Result<Option<Finding>, Reason> {
    let (days, threshold) = (case.days(&DAYS), case.threshold(&BUSY));
    let (reads, writes) = (case.read(&READS)?.last(days), case.read(&WRITES)?.last(days));
    let busiest = busiest_day(reads.values, writes.values);
    if busiest >= threshold {
        return Ok(None);
    }
    reads.every_one_of(days).and_then(|_| writes.every_one_of(days))?;
    let size = case.detail.size_gb.map_or_else(String::new, |size| format!(" of {size} GiB"));
    Ok(Some(Finding {
        saves: Saving::AtMost(SNAPSHOT_FIRST),
        observed: Observed { metric: "operations", ..reads.observed(busiest, threshold) },
        recommendation: format!(
            "Ask the owner of its instance whether the volume{size} is still needed; if not, create a snapshot, detach the \
             volume and delete it."
        ),
    }))
}
