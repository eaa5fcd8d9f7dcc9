//! How the resources of an inventory are doing: measurements in stages, each of which the caller decides.
//!
//! Everything is listed before anything is measured, so that the caller can choose among all resources, and can stop
//! at a price before CloudWatch bills anything. A stage may depend on the one before: which resources are measured
//! further follows from what was found of all. The regions of a stage are measured concurrently, each in the fewest
//! requests. The requests of all stages are counted together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Series, all_complete, missing};
use crate::questions::inventory::{Collected, Inventory, Wanted, each_by_itself};
use crate::questions::survey::listed_by;
use crate::services::Resource;
use crate::services::cloudwatch::GET_METRIC_DATA;

/// Returns the operations that this calls, for listing what is wanted and for measuring.
#[must_use]
pub fn operations(wanted: &Wanted) -> Vec<&'static Operation> {
    wanted.operations().into_iter().chain([&GET_METRIC_DATA]).collect()
}

/// Measures resources of an inventory, stage by stage.
#[derive(Debug)]
pub struct Stages<'a> {
    collector: &'a Collector,
    deadline: Instant,
    gaps: Vec<Gap>,
    /// Whether every series is complete.
    complete: bool,
}

impl Collector {
    /// Lists what is wanted, and returns what `decide` makes of it, which may measure any of the resources, until
    /// `deadline`.
    ///
    /// # Errors
    /// If a wanted region does not exist, or the account does not grant access. Every other failure is a gap in the
    /// coverage or the status of a series.
    pub async fn in_stages<T>(
        &self,
        wanted: &Wanted,
        decide: impl AsyncFnOnce(&Inventory, &mut Stages<'_>) -> T,
        deadline: Instant,
    ) -> Result<(Inventory, T, Coverage), Refusal> {
        let collected = Box::pin(async {
            let Collected { inventory, account, gaps } = self.list_all(wanted, listed_by(deadline)).await?;
            let mut stages = Stages { collector: self, deadline, gaps, complete: true };
            let decided = decide(&inventory, &mut stages).await;
            Ok((inventory, decided, account, stages.gaps, stages.complete))
        });
        let (collected, aws_requests) = metered(collected).await;
        let (inventory, decided, account, gaps, complete) = collected?;
        Ok((inventory, decided, Coverage::new(account, gaps, aws_requests).partial_unless(complete)))
    }
}

impl Stages<'_> {
    /// Reads measurements of resources; returns a series for each of them, in their order. `left` is the number of
    /// stages that remain, this one included, which share the time until the deadline.
    ///
    /// A bucket whose region S3 omitted is not measured: its series are missing.
    pub async fn measure(&mut self, wanted: &[(&Resource, Vec<Measurement>)], left: u32) -> Vec<Vec<Series>> {
        let now = Instant::now();
        let share = self.deadline.saturating_duration_since(now).checked_div(left).unwrap_or_default();
        let deadline = now.checked_add(share).unwrap_or(self.deadline);
        let mut by_region: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, (resource, _)) in wanted.iter().enumerate() {
            if let Some(region) = &resource.region {
                by_region.entry(region).or_default().push(index);
            }
        }
        let regions =
            by_region.into_iter().map(|(region, indices)| measure(self.collector, region, indices, wanted, deadline));
        let mut series: Vec<_> = wanted.iter().map(|(_, measurements)| missing(measurements)).collect();
        for (found, gaps) in each_by_itself(regions).await {
            for (index, found) in found {
                if let Some(series) = series.get_mut(index) {
                    *series = found;
                }
            }
            // Stages that failed in the same way are one gap.
            for gap in gaps {
                if !self.gaps.contains(&gap) {
                    self.gaps.push(gap);
                }
            }
        }
        self.complete &= series.iter().all(|series| all_complete(series));
        series
    }
}

/// Measures the resources with these `indices`, which are those of `region`. Returns the series of each.
async fn measure(
    collector: &Collector,
    region: &str,
    indices: Vec<usize>,
    wanted: &[(&Resource, Vec<Measurement>)],
    deadline: Instant,
) -> (Vec<(usize, Vec<Series>)>, Vec<Gap>) {
    let of_region: Vec<_> = indices.iter().filter_map(|index| wanted.get(*index)).collect();
    let types: BTreeSet<_> = of_region.iter().map(|(resource, _)| resource.resource_type()).collect();
    let types: Vec<_> = types.into_iter().collect();
    let measurements: Vec<_> = of_region.iter().flat_map(|(_, measurements)| measurements.clone()).collect();
    let mut series = missing(&measurements);
    let keep = |index, found| {
        if let Some(series) = series.get_mut(index) {
            *series = found;
        }
    };
    let gaps = collector.series(region, &types, &measurements, deadline, keep).await;
    let mut series = series.into_iter();
    let lengths = of_region.iter().map(|(_, measurements)| measurements.len());
    let found = lengths.map(|length| series.by_ref().take(length).collect());
    (indices.iter().copied().zip(found).collect(), gaps)
}
