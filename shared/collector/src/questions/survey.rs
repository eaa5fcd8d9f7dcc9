//! What an account has and how it is doing: an inventory, and what the caller derives from its measurements.
//!
//! The caller decides what to measure for each resource, and what to derive from its series. It measures in two steps:
//! `first` a few coarse series, which CloudWatch bills like any other, and `then` the finer ones of the resources in
//! which the first ones leave something to find. Most resources need no second step, so that an answer costs a fraction
//! of what all series together would. Status checks are free and are asked beside the first step.
//!
//! All measurements of a region are read together as soon as the region is listed, in the fewest requests and at the
//! region's own rate. A resource is judged when the last of its series arrives, while others still wait for AWS, and its
//! finer series are then dropped, so that of thousands of resources only a few hundred have such series in memory. The
//! requests of all parts are counted together.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::ops::Range;
use std::time::Instant;

use tokio::sync::oneshot;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::call::patience::share_of_time;
use crate::model::coverage::{Coverage, Gap, GapStatus};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Quote, Series, SeriesStatus, missing};
use crate::questions::beside::Beside;
use crate::questions::inventory::{Collected, Inventory, RegionListings, Wanted, each_by_itself};
use crate::services::cloudwatch::GET_METRIC_DATA;
use crate::services::ec2::status_checks::{self, DESCRIBE_INSTANCE_STATUS};
use crate::services::{Resource, ResourceType};

/// Returns the operations that a survey calls, for listing what is wanted and `beside`, and for measuring.
#[must_use]
pub fn operations(wanted: &Wanted, beside: &[ResourceType]) -> Vec<&'static Operation> {
    let checks = wanted.types.contains(&ResourceType::Ec2).then_some(&DESCRIBE_INSTANCE_STATUS);
    wanted.and(beside).operations().into_iter().chain(checks).chain([&GET_METRIC_DATA]).collect()
}

/// The share of the time for listing; the rest is for measuring what was listed.
const LISTING: (u32, u32) = (2, 3);

/// What a caller measures, and what it derives from that.
pub trait Judge {
    /// What is derived for each resource.
    type Verdict;

    /// Returns whether the status checks of this instance are needed.
    fn needs_status_checks(&self, resource: &Resource) -> bool;

    /// Returns what to measure first.
    fn first(&self, resource: &Resource) -> Vec<Measurement>;

    /// Returns what to measure after that, from the series of what was measured first.
    fn then(&self, resource: &Resource, first: &[Series]) -> Vec<Measurement>;

    /// Derives the verdict from all series and from what is beside the resource.
    fn judge(&self, resource: &Resource, first: &[Series], then: &[Series], beside: &Beside<'_>) -> Self::Verdict;
}

/// An inventory, and what was derived from its measurements.
#[derive(Debug)]
pub struct Survey<T> {
    /// What was found.
    pub inventory: Inventory,
    /// For each resource of the inventory, in its order, what the caller derived from its series.
    pub read: Vec<T>,
}

/// Becomes known when a survey is done, to what runs beside it and must not hold it up.
#[derive(Debug)]
pub struct Done(oneshot::Receiver<()>);

impl Done {
    /// Waits until the survey is done.
    pub(crate) async fn wait(self) {
        // A survey that was dropped is done, too.
        let _ = self.0.await;
    }
}

/// What was derived for resources, by type, region and id.
type ReadOf<T> = HashMap<(ResourceType, String, String), T>;

/// The resources of one region after the first step.
struct First<'a> {
    beside: Beside<'a>,
    /// Each resource with its first series.
    resources: Vec<(&'a Resource, Vec<Series>)>,
    gaps: Vec<Gap>,
    /// Whether every series is complete.
    complete: bool,
}

/// What was measured in one region.
struct Measured<T> {
    read: ReadOf<T>,
    gaps: Vec<Gap>,
    /// Whether every series is complete.
    complete: bool,
}

impl Collector {
    /// Lists what is wanted, and returns what `judge` derives from the measurements of each resource and from what is in
    /// its region, until `deadline`. The types `beside` are listed for that alone; they are neither measured nor a part
    /// of the result.
    ///
    /// With `most_micro_usd`, everything is listed before anything is measured. A higher price of the first step is
    /// refused before AWS bills it; if the second one would exceed it, it is left out, which is a gap.
    ///
    /// # Errors
    /// If a wanted region does not exist, the account does not grant access, or the price is too high. Every other
    /// failure is a gap in the coverage or the status of a series.
    pub async fn survey<J: Judge>(
        &self,
        wanted: &Wanted,
        beside: &[ResourceType],
        judge: &J,
        most_micro_usd: Option<u64>,
        deadline: Instant,
    ) -> Result<(Survey<J::Verdict>, Coverage), Refusal> {
        let nothing_else = |_| std::future::ready(((), Vec::new()));
        let ((survey, ()), coverage) =
            self.survey_and(wanted, beside, judge, most_micro_usd, nothing_else, deadline).await?;
        Ok((survey, coverage))
    }

    /// Returns the same as [`survey`](Self::survey), and what `also` returns, which runs at the same time and learns when
    /// the survey is done. Its requests and its gaps are a part of the coverage.
    ///
    /// # Errors
    /// As for a survey.
    pub async fn survey_and<J: Judge, A, F: Future<Output = (A, Vec<Gap>)>>(
        &self,
        wanted: &Wanted,
        beside: &[ResourceType],
        judge: &J,
        most_micro_usd: Option<u64>,
        also: impl FnOnce(Done) -> F,
        deadline: Instant,
    ) -> Result<((Survey<J::Verdict>, A), Coverage), Refusal> {
        let surveyed = Box::pin(async {
            let listing = &wanted.and(beside);
            let entered = self.enter_regions(listing, deadline).await?;
            let listed_by = listed_by(deadline);
            let regions = entered.regions();
            let global = self.list_global(listing, &entered, deadline);
            let list = |region| self.list_region(region, listing, &entered, listed_by);
            let (listed, measured, global): (Vec<_>, Vec<_>, _) = if let Some(most) = most_micro_usd {
                let (listed, global) = tokio::join!(each_by_itself(regions.iter().map(|region| list(region))), global);
                let mut quote = quote_of_first(&listed, wanted, judge);
                if quote.micro_usd() > most {
                    return Err(Refusal::TooExpensive(quote));
                }
                let first = regions
                    .iter()
                    .zip(&listed)
                    .map(|(region, listed)| self.measure_first(region, listed, wanted, judge, deadline));
                let first = each_by_itself(first).await;
                let after_first =
                    first.iter().flat_map(|first| &first.resources).filter(|(_, series)| !series.is_empty());
                for (resource, series) in after_first {
                    quote.add(&judge.then(resource, series), &[]);
                }
                let affordable = quote.micro_usd() <= most;
                let then = regions.iter().zip(first).map(async |(region, first)| {
                    if affordable {
                        self.measure_then(region, first, judge, deadline).await
                    } else {
                        too_expensive(region, first, judge)
                    }
                });
                let measured = each_by_itself(then).await;
                (listed, measured, global)
            } else {
                // Each region is measured as soon as it is listed, so that a region that hangs does not delay the others.
                let regions = regions.iter().map(async |region| {
                    let listed = list(region).await;
                    let first = self.measure_first(region, &listed, wanted, judge, deadline).await;
                    let measured = self.measure_then(region, first, judge, deadline).await;
                    (listed, measured)
                });
                let (regions, global) = tokio::join!(each_by_itself(regions), global);
                let (listed, measured) = regions.into_iter().unzip();
                (listed, measured, global)
            };
            Ok((self.put_together(wanted, entered, listed, global), measured))
        });
        let (done, is_done) = oneshot::channel();
        let surveyed = async {
            let surveyed = surveyed.await;
            // Nobody may wait for it any more.
            let _ = done.send(());
            surveyed
        };
        let both = async { tokio::join!(surveyed, also(Done(is_done))) };
        let ((surveyed, (also, gaps_of_also)), aws_requests) = metered(both).await;
        let (Collected { inventory, account, mut gaps }, measured) = surveyed?;
        gaps.extend(gaps_of_also);
        let (mut found, mut complete) = (ReadOf::new(), true);
        for region in measured {
            found.extend(region.read);
            complete &= region.complete;
            gaps.extend(region.gaps);
        }
        let of = |resource: &Resource| {
            let region = resource.region.clone().unwrap_or_default();
            let measured = found.remove(&(resource.resource_type(), region, resource.id.clone()));
            measured.unwrap_or_else(|| judge.judge(resource, &[], &[], &Beside::default()))
        };
        let read = inventory.resources.iter().map(of).collect();
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(complete);
        Ok(((Survey { inventory, read }, also), coverage))
    }

    /// Takes the first step with all wanted resources of a region.
    async fn measure_first<'a>(
        &self,
        region: &str,
        listed: &'a RegionListings,
        wanted: &Wanted,
        judge: &impl Judge,
        deadline: Instant,
    ) -> First<'a> {
        let resources = wanted_of(listed, wanted);
        let needs: Vec<_> = resources.iter().map(|resource| judge.first(resource)).collect();
        let types: BTreeSet<_> =
            resources.iter().zip(&needs).filter(|(_, needs)| !needs.is_empty()).map(of_type).collect();
        let types: Vec<_> = types.into_iter().collect();
        let wanted: Vec<_> = needs.iter().flatten().cloned().collect();
        let mut series = missing(&wanted);
        let keep = |index, found| {
            if let Some(series) = series.get_mut::<usize>(index) {
                *series = found;
            }
        };
        let checks = async {
            if !resources.iter().any(|resource| judge.needs_status_checks(resource)) {
                return None;
            }
            Some(status_checks::not_passed(&self.inquiry(region, None, deadline)).await)
        };
        let (mut gaps, checks) = tokio::join!(self.series(region, &types, &wanted, deadline, keep), checks);
        let mut beside = listed.beside();
        if let Some(found) = checks {
            beside = beside.with_status_checks(found.items, found.faults.is_empty());
            add(&mut gaps, found.faults.into_iter().map(|fault| self.gap(fault, region, &[ResourceType::Ec2])));
        }
        let complete = series.iter().all(|series| series.status == SeriesStatus::Complete);
        let mut series = series.into_iter();
        let resources = resources
            .into_iter()
            .zip(&needs)
            .map(|(resource, needs)| (resource, series.by_ref().take(needs.len()).collect()));
        First { beside, resources: resources.collect(), gaps, complete }
    }

    /// Takes the second step with the resources of a region, and judges each of them.
    async fn measure_then<J: Judge>(
        &self,
        region: &str,
        First { beside, resources, mut gaps, mut complete }: First<'_>,
        judge: &J,
        deadline: Instant,
    ) -> Measured<J::Verdict> {
        let mut read = ReadOf::new();
        let mut types = BTreeSet::new();
        let mut measurements = Vec::new();
        let mut pending = Vec::new();
        for (resource, first) in resources {
            let needs = judge.then(resource, &first);
            if needs.is_empty() {
                read.insert(key(region, resource), judge.judge(resource, &first, &[], &beside));
            } else {
                types.insert(resource.resource_type());
                let start = measurements.len();
                measurements.extend(needs);
                let indices = start..measurements.len();
                pending.push(Pending { resource, first, indices, received: Vec::new() });
            }
        }
        let types: Vec<_> = types.into_iter().collect();
        let take = |index, series: Series| {
            complete &= series.status == SeriesStatus::Complete;
            let after = pending.partition_point(|pending| pending.indices.start <= index);
            let Some(Pending { resource, first, indices, received }) =
                after.checked_sub(1).and_then(|at| pending.get_mut(at))
            else {
                return;
            };
            received.push((index, series));
            if received.len() == indices.len() {
                received.sort_unstable_by_key(|(index, _)| *index);
                let series: Vec<_> = mem::take(received).into_iter().map(|(_, series)| series).collect();
                read.insert(key(region, resource), judge.judge(resource, &mem::take(first), &series, &beside));
            }
        };
        add(&mut gaps, self.series(region, &types, &measurements, deadline, take).await);
        Measured { read, gaps, complete }
    }
}

/// Judges the resources of a region without the second step, since that would cost more than allowed.
fn too_expensive<J: Judge>(region: &str, first: First<'_>, judge: &J) -> Measured<J::Verdict> {
    let First { beside, resources, mut gaps, complete } = first;
    let mut left_out = BTreeSet::new();
    let mut read = ReadOf::new();
    for (resource, series) in resources {
        if !judge.then(resource, &series).is_empty() {
            left_out.insert(resource.resource_type());
        }
        read.insert(key(region, resource), judge.judge(resource, &series, &[], &beside));
    }
    if !left_out.is_empty() {
        gaps.push(Gap {
            region: region.to_owned(),
            service: GET_METRIC_DATA.service,
            operation: GET_METRIC_DATA.name,
            resource_types: left_out.iter().map(|kind| kind.as_str()).collect(),
            status: GapStatus::OverMaxCost,
            code: "OverMaxCost".to_owned(),
            message: "the finer metrics of these types would have cost more than allowed".to_owned(),
        });
    }
    Measured { read, gaps, complete: complete && left_out.is_empty() }
}

/// Adds gaps that are not there yet: two requests that fail in the same way are one.
fn add(gaps: &mut Vec<Gap>, more: impl IntoIterator<Item = Gap>) {
    for gap in more {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
}

fn key(region: &str, resource: &Resource) -> (ResourceType, String, String) {
    (resource.resource_type(), region.to_owned(), resource.id.clone())
}

fn of_type((resource, _): (&&Resource, &Vec<Measurement>)) -> ResourceType {
    resource.resource_type()
}

/// Returns each wanted resource of a region once: one that is on two pages is measured once.
fn wanted_of<'a>(listed: &'a RegionListings, wanted: &Wanted) -> Vec<&'a Resource> {
    let mut known = HashSet::new();
    let wanted = listed.resources().filter(|found| wanted.types.contains(&found.resource_type()));
    wanted.filter(|found| known.insert((found.resource_type(), &found.id))).collect()
}

/// Returns the price of the first step, and of the second one with the resources that have no first; and what more the
/// second one costs at most.
fn quote_of_first(listed: &[RegionListings], wanted: &Wanted, judge: &impl Judge) -> Quote {
    let mut quote = Quote::default();
    for resource in listed.iter().flat_map(|listed| wanted_of(listed, wanted)) {
        let (first, then) = (judge.first(resource), judge.then(resource, &[]));
        let (certain, more) = if first.is_empty() { (then, first) } else { (first, then) };
        quote.add(&certain, &more);
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
    first: Vec<Series>,
    /// The indices of its measurements among all measurements of its region.
    indices: Range<usize>,
    /// The series that have arrived, with the indices of their measurements.
    received: Vec<(usize, Series)>,
}
