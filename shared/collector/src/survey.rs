//! What an account has and how it is doing, together: an inventory, and what the caller reads from measurements of it.
//!
//! The caller says for each resource what to measure, and what to make of its series. All measurements of a region are
//! read in one run, as soon as it is listed: in the fewest requests and at its own rate. A resource is read when the last
//! of its series comes, while others still wait for AWS, and they are gone then: thousands of resources have only a few
//! hundred in memory. The requests of both parts are counted as one answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::ops::Range;
use std::time::Instant;

use crate::cloudwatch::{Measurement, Series, SeriesStatus};
use crate::inventory::Collected;
use crate::refusal::Refusal;
use crate::requests::metered;
use crate::resource::Resource;
use crate::{Collector, Coverage, Gap, Inventory, ResourceType, Wanted};

/// An inventory, and what was read from the measurements of it.
#[derive(Debug)]
pub struct Survey<T> {
    /// What was found.
    pub inventory: Inventory,
    /// For each resource of the inventory, in its order, what the caller made of its series.
    pub read: Vec<T>,
}

/// What was read of resources, by type, region and id.
pub(crate) type ReadOf<T> = HashMap<(ResourceType, String, String), T>;

/// What was measured in one region.
pub(crate) struct Measured<T> {
    pub(crate) read: ReadOf<T>,
    pub(crate) gaps: Vec<Gap>,
    /// Whether every series came whole.
    pub(crate) complete: bool,
}

impl Collector {
    /// Lists what is wanted, measures of each resource what `needs` says, and has `read` make something of its series, one
    /// for each measurement, until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that does not let us in. Everything else that goes wrong is a gap
    /// of the coverage or the status of a series.
    pub async fn survey<T>(
        &self,
        wanted: &Wanted,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series]) -> T,
        deadline: Instant,
    ) -> Result<(Survey<T>, Coverage), Refusal> {
        let (collected, aws_requests) = metered(Box::pin(self.collect(wanted, needs, &read, deadline))).await;
        let Collected { inventory, account, gaps, read: mut found, complete } = collected?;
        let of = |resource: &Resource| {
            let region = resource.region.clone().unwrap_or_default();
            let measured = found.remove(&(resource.resource_type(), region, resource.id.clone()));
            measured.unwrap_or_else(|| read(resource, &[]))
        };
        let read = inventory.resources.iter().map(of).collect();
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(complete);
        Ok((Survey { inventory, read }, coverage))
    }

    /// Measures each of a region's resources, all in one run, and reads what came.
    pub(crate) async fn measure_region<'a, T>(
        &self,
        region: &str,
        resources: impl Iterator<Item = &'a Resource>,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series]) -> T,
        deadline: Instant,
    ) -> Measured<T> {
        let mut types = BTreeSet::new();
        let mut measurements = Vec::new();
        // What is on two pages is measured once.
        let (mut asked, mut known) = (Vec::new(), HashSet::new());
        for resource in resources {
            let is_new = known.insert((resource.resource_type(), &resource.id));
            let own = needs(resource);
            if is_new && !own.is_empty() {
                types.insert(resource.resource_type());
                let first = measurements.len();
                measurements.extend(own);
                asked.push(Asked { resource, places: first..measurements.len(), came: Vec::new() });
            }
        }
        if measurements.is_empty() {
            return Measured { read: ReadOf::new(), gaps: Vec::new(), complete: true };
        }
        let types: Vec<_> = types.into_iter().collect();
        let (mut found, mut complete) = (ReadOf::new(), true);
        let take = |place, series: Series| {
            complete &= series.status == SeriesStatus::Complete;
            let after = asked.partition_point(|asked| asked.places.start <= place);
            let Some(Asked { resource, places, came }) = after.checked_sub(1).and_then(|at| asked.get_mut(at)) else {
                return;
            };
            came.push((place, series));
            if came.len() == places.len() {
                came.sort_unstable_by_key(|(place, _)| *place);
                let series: Vec<_> = mem::take(came).into_iter().map(|(_, series)| series).collect();
                let key = (resource.resource_type(), region.to_owned(), resource.id.clone());
                found.insert(key, read(resource, &series));
            }
        };
        let gaps = self.series(region, &types, &measurements, deadline, take).await;
        Measured { read: found, gaps, complete }
    }
}

/// A resource whose series are coming.
struct Asked<'a> {
    resource: &'a Resource,
    /// The places of its measurements among all of its region.
    places: Range<usize>,
    /// The series that have come, with their places.
    came: Vec<(usize, Series)>,
}
