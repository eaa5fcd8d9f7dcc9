//! Storage that is nearly full: a database without free storage stops.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::rule::{Case, Category, Finding, Rule, Severity};
use crate::rules::common::{RECOMMENDED_ALARMS, gib, is_aurora, serves};
use crate::sizes::GIB;
use crate::threshold::Threshold;

const FREE: Need = Need { metric: &rds::FREE_STORAGE, statistic: "Minimum", span: Span::Minutes };

/// The share of the allocated storage that must be free.
const FREE_SHARE: Threshold = Threshold::new("free", 10.0, "Percent", (1.0, 90.0));
/// The percentage that a recommendation leaves free, or [`FREE_SHARE`] if that is more.
const GOOD_SHARE: f64 = 20.0;
/// The largest storage of an instance, in GiB.
const LARGEST_GIB: f64 = 65_536.0;
/// The number of consecutive minutes.
const PERIODS: usize = 5;

pub(super) const RULE: Rule<Database> = Rule {
    name: "rds_low_storage",
    severity: Severity::Critical,
    category: Category::FaultTolerance,
    finding: "the free storage is below {free} % of the allocated storage in each of the newest 5 minutes",
    thresholds: &[FREE_SHARE],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[FREE],
    beside: &[],
    not_observed: &["whether storage autoscaling is on"],
    applies,
    judge,
};

/// Aurora is excluded, since its storage belongs to the cluster and grows by itself.
fn applies(database: &Database) -> Result<bool, Reason> {
    Ok(!is_aurora(database) && serves(database)?)
}

fn judge(case: &Case<'_, Database>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&FREE)?;
    let allocated = case.detail.storage_gb.map(|gib| f64::from(gib) * GIB);
    let allocated = allocated.ok_or_else(|| Reason::unknown("RDS returned no allocated storage"))?;
    let free = largest(reading.newest(PERIODS)?);
    let share = case.threshold(&FREE_SHARE);
    let threshold = allocated * (share / 100.0);
    Ok((free < threshold).then(|| Finding {
        observed: reading.observed(free, threshold),
        recommendation: advice(allocated / GIB, (allocated - free) / GIB, share),
    }))
}

/// Returns the recommendation for these GiB of allocated and used storage, of which `share` percent must be free.
fn advice(allocated: f64, used: f64, share: f64) -> String {
    let free = gib((allocated - used) * GIB);
    // RDS requires an increase of at least a tenth.
    let smallest = allocated + allocated / 10.0;
    let enough = (used / (1.0 - share.max(GOOD_SHARE) / 100.0)).max(smallest).ceil();
    if enough > LARGEST_GIB {
        return format!(
            "Delete data or move some to another database: {free} are free, and RDS has no larger storage."
        );
    }
    format!(
        "Increase the allocated storage from {allocated:.0} to {enough:.0} GiB, which leaves {:.0} % free, or delete data: \
         {free} are free. If storage autoscaling is on, RDS increases it automatically.",
        (1.0 - used / enough) * 100.0
    )
}
