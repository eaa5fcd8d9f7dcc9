//! What an account has and how it is doing, together: an inventory, and measurements of what is in it.
//!
//! The caller says for each resource what to measure. All measurements of all regions are then read in one run: regions
//! side by side, each in the fewest requests and at its own rate. The requests of both parts are counted as one answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures::future::join_all;

use crate::cloudwatch::{Measurement, Series};
use crate::refusal::Refusal;
use crate::requests::metered;
use crate::resource::Resource;
use crate::{Collector, Coverage, Gap, Inventory, ResourceType, Wanted};

/// An inventory with its measurements.
#[derive(Debug)]
pub struct Survey {
    /// What was found.
    pub inventory: Inventory,
    /// For each resource of the inventory, in its order, a series for each measurement that was asked of it.
    pub series: Vec<Vec<Series>>,
}

/// What is measured in one region.
#[derive(Default)]
struct InRegion {
    types: BTreeSet<ResourceType>,
    measurements: Vec<Measurement>,
    /// For each measurement, the place of its resource in the inventory.
    of: Vec<usize>,
}

impl Collector {
    /// Lists what is wanted and measures of each resource what `needs` says, until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that lets us not in. Everything else that goes wrong is a gap of the coverage or the status of
    /// a series.
    pub async fn survey(
        &self,
        wanted: &Wanted,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        deadline: Instant,
    ) -> Result<(Survey, Coverage), Refusal> {
        let (collected, aws_requests) = metered(Box::pin(async {
            let (inventory, account, mut gaps) = Box::pin(self.collect(wanted, deadline)).await?;
            let (series, more) = self.measure_each(&inventory.resources, needs, deadline).await;
            gaps.extend(more);
            Ok((Survey { inventory, series }, account, gaps))
        }))
        .await;
        let (survey, account, gaps) = collected?;
        let coverage = Coverage::new(account, gaps, aws_requests).with_series(survey.series.iter().flatten());
        Ok((survey, coverage))
    }

    /// A series for each measurement of each resource, and the gaps.
    async fn measure_each(
        &self,
        resources: &[Resource],
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        deadline: Instant,
    ) -> (Vec<Vec<Series>>, Vec<Gap>) {
        let mut regions: BTreeMap<&str, InRegion> = BTreeMap::new();
        for (index, resource) in resources.iter().enumerate() {
            let Some(region) = resource.region.as_deref() else { continue };
            for measurement in needs(resource) {
                let region = regions.entry(region).or_default();
                region.types.insert(resource.resource_type());
                region.measurements.push(measurement);
                region.of.push(index);
            }
        }
        let measured = join_all(regions.into_iter().map(async |(region, InRegion { types, measurements, of })| {
            let types: Vec<_> = types.into_iter().collect();
            (of, self.series(region, &types, &measurements, deadline).await)
        }));

        let mut all: Vec<Vec<Series>> = resources.iter().map(|_| Vec::new()).collect();
        let mut gaps = Vec::new();
        for (of, (series, more)) in measured.await {
            gaps.extend(more);
            for (index, series) in of.into_iter().zip(series) {
                if let Some(found) = all.get_mut(index) {
                    found.push(series);
                }
            }
        }
        (all, gaps)
    }
}
