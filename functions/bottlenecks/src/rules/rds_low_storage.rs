//! Storage that is nearly full: a database without free storage stops.

use collector::services::rds::instance::{self as rds, Database};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::StepKind::Change;
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{shown, withheld};
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
    remedy: Remedy::Commands(remedy),
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
        saves: Saving::Nothing,
        observed: reading.observed(free, threshold),
        recommendation: advice(allocated / GIB, (allocated - free) / GIB, share),
    }))
}

/// Returns the next size in GiB, of which `share` percent are free, and at least [`GOOD_SHARE`].
fn enough(allocated: f64, used: f64, share: f64) -> f64 {
    // RDS requires an increase of at least a tenth.
    let smallest = allocated + allocated / 10.0;
    (used / (1.0 - share.max(GOOD_SHARE) / 100.0)).max(smallest).ceil()
}

/// Returns the recommendation for these GiB of allocated and used storage, of which `share` percent must be free.
fn advice(allocated: f64, used: f64, share: f64) -> String {
    let free = gib((allocated - used) * GIB);
    let enough = enough(allocated, used, share);
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

fn remedy(subject: &Subject<'_, Database>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::DATABASE)?;
    let Some(allocated) = subject.detail.storage_gb.map(f64::from) else {
        return withheld("RDS returned no allocated storage, from which the next size follows.");
    };
    let (free, threshold) = (subject.observed.value / GIB, subject.observed.threshold / GIB);
    let enough = enough(allocated, allocated - free, threshold / allocated * 100.0);
    if enough > LARGEST_GIB {
        return withheld("RDS has no larger storage.");
    }
    let of = |operation| aws("rds", operation).option("db-instance-identifier", &id);
    let increase = of("modify-db-instance").option("allocated-storage", enough).flag("apply-immediately");
    Ok(shown("Shows the database: a pending change of its storage must end first.", of("describe-db-instances"))
        .then(Change, "Increases the allocated storage while the database is in use.", increase)
        .irreversible("The storage can't be made smaller again, and is billed from now on.")
        .note(
            "The storage can be changed again after six hours, or when its optimization is done if that takes longer.",
        )
        .note("To increase it automatically, set --max-allocated-storage."))
}
