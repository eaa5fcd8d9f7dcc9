//! What an account has and how it is doing, together: an inventory, and what the caller reads from measurements of it.
//!
//! The caller says for each resource what to measure, and what to make of its series. All measurements of a region are
//! read in one run, as soon as it is listed: in the fewest requests and at its own rate. A resource is read when the last
//! of its series comes, while others still wait for AWS, and they are gone then: thousands of resources have only a few
//! hundred in memory. The requests of both parts are counted as one answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::ops::Range;
use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Series, SeriesStatus};
use crate::questions::inventory::{Collected, Inventory, Wanted};
use crate::services::cloudwatch::GET_METRIC_DATA;
use crate::services::{Resource, ResourceType};

/// What a survey calls: what lists it, and what measures it.
#[must_use]
pub fn operations(wanted: &Wanted) -> Vec<&'static Operation> {
    wanted.operations().into_iter().chain([&GET_METRIC_DATA]).collect()
}

/// What a region that hung while it was listed still gets to be measured: it has had its time.
const LATE_REGION: Duration = Duration::from_secs(1);

/// An inventory, and what was read from the measurements of it.
#[derive(Debug)]
pub struct Survey<T> {
    /// What was found.
    pub inventory: Inventory,
    /// For each resource of the inventory, in its order, what the caller made of its series.
    pub read: Vec<T>,
}

/// What was read of resources, by type, region and id.
type ReadOf<T> = HashMap<(ResourceType, String, String), T>;

/// What was measured in one region.
struct Measured<T> {
    read: ReadOf<T>,
    gaps: Vec<Gap>,
    /// Whether every series came whole.
    complete: bool,
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
        let surveyed = Box::pin(async {
            let entered = self.enter_regions(wanted, deadline).await?;
            // Each is measured as soon as it is listed, so that a region that hangs keeps no other one waiting.
            let regions = entered.regions().iter().map(async |region| {
                let listed = self.list_region(region, wanted, &entered, deadline).await;
                let deadline = if listed.is_late() { soon().min(deadline) } else { deadline };
                let measured = self.measure_region(region, listed.resources(), &needs, &read, deadline).await;
                (listed, measured)
            });
            let (regions, global) = tokio::join!(join_all(regions), self.list_global(wanted, &entered, deadline));
            let (listed, measured): (Vec<_>, Vec<_>) = regions.into_iter().unzip();
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
            measured.unwrap_or_else(|| read(resource, &[]))
        };
        let read = inventory.resources.iter().map(of).collect();
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(complete);
        Ok((Survey { inventory, read }, coverage))
    }

    /// Measures each of a region's resources, all in one run, and reads what came.
    async fn measure_region<'a, T>(
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
        let (mut pending, mut known) = (Vec::new(), HashSet::new());
        for resource in resources {
            let is_new = known.insert((resource.resource_type(), &resource.id));
            let own = needs(resource);
            if is_new && !own.is_empty() {
                types.insert(resource.resource_type());
                let first = measurements.len();
                measurements.extend(own);
                pending.push(Pending { resource, indices: first..measurements.len(), received: Vec::new() });
            }
        }
        if measurements.is_empty() {
            return Measured { read: ReadOf::new(), gaps: Vec::new(), complete: true };
        }
        let types: Vec<_> = types.into_iter().collect();
        let (mut found, mut complete) = (ReadOf::new(), true);
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
                let key = (resource.resource_type(), region.to_owned(), resource.id.clone());
                found.insert(key, read(resource, &series));
            }
        };
        let gaps = self.series(region, &types, &measurements, deadline, take).await;
        Measured { read: found, gaps, complete }
    }
}

/// How long a region that has used up a call's time in listing is measured for.
fn soon() -> Instant {
    let now = Instant::now();
    now.checked_add(LATE_REGION).unwrap_or(now)
}

/// A resource whose series are coming.
struct Pending<'a> {
    resource: &'a Resource,
    /// The places of its measurements among all of its region.
    indices: Range<usize>,
    /// The series that have come, with their places.
    received: Vec<(usize, Series)>,
}
