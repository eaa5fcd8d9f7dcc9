//! What an account has and how it is doing, together: an inventory, and measurements of what is in it.
//!
//! The caller says for each resource what to measure. All measurements of a region are read in one run, as soon as it is
//! listed: in the fewest requests and at its own rate. The requests of both parts are counted as one answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use crate::cloudwatch::{Measurement, Series};
use crate::inventory::Collected;
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

/// The series of resources, by type, region and id.
pub(crate) type SeriesOf = HashMap<(ResourceType, String, String), Vec<Series>>;

/// What was measured in one region.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) series: SeriesOf,
    pub(crate) gaps: Vec<Gap>,
}

impl Collector {
    /// Lists what is wanted and measures of each resource what `needs` says, until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that does not let us in. Everything else that goes wrong is a gap
    /// of the coverage or the status of a series.
    pub async fn survey(
        &self,
        wanted: &Wanted,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        deadline: Instant,
    ) -> Result<(Survey, Coverage), Refusal> {
        let (collected, aws_requests) = metered(Box::pin(self.collect(wanted, needs, deadline))).await;
        let Collected { inventory, account, gaps, series: mut measured } = collected?;
        let of = |resource: &Resource| {
            let region = resource.region.clone().unwrap_or_default();
            measured.remove(&(resource.resource_type(), region, resource.id.clone())).unwrap_or_default()
        };
        let series: Vec<_> = inventory.resources.iter().map(of).collect();
        let coverage = Coverage::new(account, gaps, aws_requests).with_series(series.iter().flatten());
        Ok((Survey { inventory, series }, coverage))
    }

    /// Measures each of a region's resources, all in one run.
    pub(crate) async fn measure_region<'a>(
        &self,
        region: &str,
        resources: impl Iterator<Item = &'a Resource>,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        deadline: Instant,
    ) -> Measured {
        let mut types = BTreeSet::new();
        let mut measurements = Vec::new();
        // Each resource with the number of its measurements; what is on two pages is measured once.
        let (mut asked, mut known) = (Vec::new(), HashSet::new());
        for resource in resources {
            let own = needs(resource);
            let key = (resource.resource_type(), region.to_owned(), resource.id.clone());
            if !own.is_empty() && known.insert(key.clone()) {
                types.insert(resource.resource_type());
                asked.push((key, own.len()));
                measurements.extend(own);
            }
        }
        if measurements.is_empty() {
            return Measured::default();
        }
        let types: Vec<_> = types.into_iter().collect();
        let (series, gaps) = self.series(region, &types, &measurements, deadline).await;
        let mut series = series.into_iter();
        let series = asked.into_iter().map(|(key, count)| (key, series.by_ref().take(count).collect())).collect();
        Measured { series, gaps }
    }
}
