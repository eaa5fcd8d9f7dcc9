//! What an account has and how it is doing: an inventory, and what the caller derives from its measurements.
//!
//! The caller decides what to measure for each resource, and what to derive from its series. All measurements of a
//! region are read together as soon as the region is listed, in the fewest requests and at the region's own rate. A
//! resource is evaluated when the last of its series arrives, while others still wait for AWS, and its series are then
//! dropped, so that of thousands of resources only a few hundred have series in memory. The requests of both parts are
//! counted together.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::ops::Range;
use std::time::Instant;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::call::patience::share_of_time;
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Quote, Series, SeriesStatus};
use crate::questions::beside::Beside;
use crate::questions::inventory::{Collected, Inventory, RegionListings, Wanted, each_by_itself};
use crate::services::cloudwatch::GET_METRIC_DATA;
use crate::services::{Resource, ResourceType};

/// Returns the operations that a survey calls, for listing what is wanted and `beside`, and for measuring.
#[must_use]
pub fn operations(wanted: &Wanted, beside: &[ResourceType]) -> Vec<&'static Operation> {
    wanted.and(beside).operations().into_iter().chain([&GET_METRIC_DATA]).collect()
}

/// The share of the time for listing; the rest is for measuring what was listed.
const LISTING: (u32, u32) = (2, 3);

/// An inventory, and what was derived from its measurements.
#[derive(Debug)]
pub struct Survey<T> {
    /// What was found.
    pub inventory: Inventory,
    /// For each resource of the inventory, in its order, what the caller derived from its series.
    pub read: Vec<T>,
}

/// What was derived from the series of resources, by type, region and id.
type ReadOf<T> = HashMap<(ResourceType, String, String), T>;

/// What was measured in one region.
struct Measured<T> {
    read: ReadOf<T>,
    gaps: Vec<Gap>,
    /// Whether every series is complete.
    complete: bool,
}

impl Collector {
    /// Lists what is wanted, measures what `needs` returns for each resource, and calls `read` with its series, one for
    /// each measurement, and with what is in its region, until `deadline`. The types `beside` are listed for that alone;
    /// they are neither measured nor a part of the result. With `most_micro_usd`, everything is listed before anything is measured, so
    /// that a higher price is refused before AWS bills it.
    ///
    /// # Errors
    /// If a wanted region does not exist, the account does not grant access, or the price is too high. Every other
    /// failure is a gap in the coverage or the status of a series.
    pub async fn survey<T>(
        &self,
        wanted: &Wanted,
        beside: &[ResourceType],
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series], &Beside<'_>) -> T,
        most_micro_usd: Option<u64>,
        deadline: Instant,
    ) -> Result<(Survey<T>, Coverage), Refusal> {
        let surveyed = Box::pin(async {
            let listing = &wanted.and(beside);
            let entered = self.enter_regions(listing, deadline).await?;
            let listed_by = listed_by(deadline);
            let regions = entered.regions();
            let global = self.list_global(listing, &entered, deadline);
            let list = |region| self.list_region(region, listing, &entered, listed_by);
            let is_wanted = |found: &&Resource| wanted.types.contains(&found.resource_type());
            let measure = async |region: &str, listed: &RegionListings| {
                let resources = distinct(listed.resources().filter(is_wanted));
                let beside = listed.beside();
                let read = |resource: &Resource, series: &[Series]| read(resource, series, &beside);
                self.measure_region(region, resources, &needs, read, deadline).await
            };
            let (listed, measured, global): (Vec<_>, Vec<_>, _) = if let Some(most) = most_micro_usd {
                let (listed, global) = tokio::join!(each_by_itself(regions.iter().map(|region| list(region))), global);
                let quote = quote(&listed, is_wanted, &needs);
                if quote.micro_usd() > most {
                    return Err(Refusal::TooExpensive(quote));
                }
                let measured = regions.iter().zip(&listed).map(|(region, listed)| measure(region, listed));
                let measured = each_by_itself(measured).await;
                (listed, measured, global)
            } else {
                // Each region is measured as soon as it is listed, so that a region that hangs does not delay the others.
                let regions = regions.iter().map(async |region| {
                    let listed = list(region).await;
                    let measured = measure(region, &listed).await;
                    (listed, measured)
                });
                let (regions, global) = tokio::join!(each_by_itself(regions), global);
                let (listed, measured) = regions.into_iter().unzip();
                (listed, measured, global)
            };
            Ok((self.put_together(wanted, entered, listed, global), measured))
        });
        let (surveyed, aws_requests) = metered(surveyed).await;
        let (Collected { inventory, account, mut gaps }, measured) = surveyed?;
        let (mut found, mut complete) = (ReadOf::new(), true);
        for region in measured {
            found.extend(region.read);
            complete &= region.complete;
            gaps.extend(region.gaps);
        }
        let of = |resource: &Resource| {
            let region = resource.region.clone().unwrap_or_default();
            let measured = found.remove(&(resource.resource_type(), region, resource.id.clone()));
            measured.unwrap_or_else(|| read(resource, &[], &Beside::default()))
        };
        let read = inventory.resources.iter().map(of).collect();
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(complete);
        Ok((Survey { inventory, read }, coverage))
    }

    /// Measures all resources of a region together, and calls `read` for each, also for those that are not measured.
    async fn measure_region<T>(
        &self,
        region: &str,
        resources: Vec<&Resource>,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series]) -> T,
        deadline: Instant,
    ) -> Measured<T> {
        let key = |resource: &Resource| (resource.resource_type(), region.to_owned(), resource.id.clone());
        let (mut found, mut complete) = (ReadOf::new(), true);
        let mut types = BTreeSet::new();
        let mut measurements = Vec::new();
        let mut pending = Vec::new();
        for resource in resources {
            let own = needs(resource);
            if own.is_empty() {
                found.insert(key(resource), read(resource, &[]));
            } else {
                types.insert(resource.resource_type());
                let first = measurements.len();
                measurements.extend(own);
                pending.push(Pending { resource, indices: first..measurements.len(), received: Vec::new() });
            }
        }
        let types: Vec<_> = types.into_iter().collect();
        let take = |index, series: Series| {
            complete &= series.status == SeriesStatus::Complete;
            let after = pending.partition_point(|pending| pending.indices.start <= index);
            let Some(Pending { resource, indices, received }) = after.checked_sub(1).and_then(|at| pending.get_mut(at))
            else {
                return;
            };
            received.push((index, series));
            if received.len() == indices.len() {
                received.sort_unstable_by_key(|(index, _)| *index);
                let series: Vec<_> = mem::take(received).into_iter().map(|(_, series)| series).collect();
                found.insert(key(resource), read(resource, &series));
            }
        };
        let gaps = self.series(region, &types, &measurements, deadline, take).await;
        Measured { read: found, gaps, complete }
    }
}

/// Returns each resource of a region once: one that is on two pages is measured once.
fn distinct<'a>(resources: impl Iterator<Item = &'a Resource>) -> Vec<&'a Resource> {
    let mut known = HashSet::new();
    resources.filter(|resource| known.insert((resource.resource_type(), &resource.id))).collect()
}

/// Returns the price of everything that `needs` returns for what is wanted of what was listed.
fn quote(
    listed: &[RegionListings],
    is_wanted: impl Fn(&&Resource) -> bool,
    needs: impl Fn(&Resource) -> Vec<Measurement>,
) -> Quote {
    let mut quote = Quote::default();
    for resource in listed.iter().flat_map(|listed| distinct(listed.resources().filter(&is_wanted))) {
        quote.add(&needs(resource));
    }
    quote
}

/// Returns when the listings end at the latest, so that what they found can be measured before `deadline`.
pub(crate) fn listed_by(deadline: Instant) -> Instant {
    share_of_time(deadline, LISTING)
}

/// A resource with outstanding series.
struct Pending<'a> {
    resource: &'a Resource,
    /// The indices of its measurements among all measurements of its region.
    indices: Range<usize>,
    /// The series that have arrived, with the indices of their measurements.
    received: Vec<(usize, Series)>,
}
