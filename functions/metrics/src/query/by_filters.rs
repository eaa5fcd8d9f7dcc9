//! Resources by filters, over all types and regions.
//!
//! One window holds for all of them, so its period is that of the slowest metric. A type that is not measured is named
//! with the reason.

use std::collections::BTreeMap;

use api::{ApiError, Format, Query};
use collector::window::Window;
use collector::{Catalog, Metric, ResourceType, Wanted};
use filter::Filter;
use jiff::Timestamp;

use super::kinds::types;
use super::metrics::{NamedMetric, described, statistics, those_of};
use super::period::{requested_period, window};
use super::sort::Sort;

/// The most entries of a response, and the default.
pub(super) const MOST_ENTRIES: u64 = 500;
pub(super) const USUAL_ENTRIES: usize = 100;

/// The most that a response may cost if the caller does not say, in millionths of a US dollar.
pub(super) const USUAL_MOST_MICRO_USD: u64 = 500_000;

/// A caller's request.
#[derive(Debug)]
pub(crate) struct ByFilters {
    /// What to list: the types that are measured.
    pub(crate) wanted: Wanted,
    pub(crate) filter: Filter,
    pub(crate) window: Window,
    /// What to measure of a resource of each type.
    pub(crate) metrics: BTreeMap<ResourceType, Vec<NamedMetric>>,
    /// The requested types that are not measured, and why.
    pub(crate) not_measured: BTreeMap<ResourceType, String>,
    pub(crate) sort: Option<Sort>,
    pub(crate) limit: usize,
    /// In millionths of a US dollar.
    pub(crate) max_cost: u64,
    pub(crate) format: Format,
}

impl ByFilters {
    pub(super) fn read(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let names = query.list("metrics")?;
        let statistics = statistics(query)?;
        let sort = Sort::read(query)?;
        let Chosen { types, not_measured } = Chosen::read(query, names.as_deref(), sort.as_ref())?;
        let mut metrics = BTreeMap::new();
        for kind in &types {
            let Some(catalog) = kind.catalog() else { continue };
            let mut of_type = those_of(names.as_deref(), statistics.as_deref(), catalog)?;
            if let Some((sort, metric)) = sort.as_ref().and_then(|sort| Some((sort, sort.metric(*kind)?))) {
                add(&mut of_type, sort, metric, statistics.as_deref());
            }
            metrics.insert(*kind, of_type);
        }
        let window = window(query, metrics.values().flatten(), now)?;
        if let Some(sort) = &sort {
            sort.check(&window)?;
        }
        let filter = Filter::read(query, &types)?;
        let tags = query.text("tags").is_some();
        let limit = query.number("limit")?.unwrap_or(USUAL_ENTRIES);
        let max_cost = query.max_cost()?.unwrap_or(USUAL_MOST_MICRO_USD);
        let wanted = Wanted { regions: query.regions()?, types, tags };
        let format = query.format()?;
        Ok(Self { wanted, filter, window, metrics, not_measured, sort, limit, max_cost, format })
    }
}

/// Adds what is sorted by to what is measured.
fn add(metrics: &mut Vec<NamedMetric>, sort: &Sort, metric: &'static Metric, statistics: Option<&[String]>) {
    if !metrics.iter().any(|named| named.metric == metric) {
        metrics.push(NamedMetric::new(&sort.name, metric, statistics));
    }
    for named in metrics.iter_mut().filter(|named| named.metric == metric) {
        if !named.statistics.contains(&sort.statistic) {
            named.statistics.push(sort.statistic.clone());
        }
    }
}

/// The types that are measured, and those that are not although they could be meant.
struct Chosen {
    types: Vec<ResourceType>,
    not_measured: BTreeMap<ResourceType, String>,
}

impl Chosen {
    fn read(query: &Query, names: Option<&[&str]>, sort: Option<&Sort>) -> Result<Self, ApiError> {
        let requested = query.choices("types", ResourceType::named)?;
        let mut possible = requested.clone().unwrap_or_else(types);
        possible.sort_unstable();
        possible.dedup();
        let sorted = sort.map_or_else(|| Ok(possible.clone()), |sort| sort.types(&possible))?;
        for name in names.unwrap_or_default() {
            if !sorted.iter().any(|kind| has(*kind, name)) {
                return Err(ApiError::not_allowed("metrics", name, &described(&sorted)));
            }
        }
        let has_one = |kind: &ResourceType| names.is_none_or(|names| names.iter().any(|name| has(*kind, name)));
        // What is sorted by is always measured.
        let chosen: Vec<_> = sorted.into_iter().filter(|kind| sort.is_some() || has_one(kind)).collect();
        let mut not_measured = BTreeMap::new();
        if requested.is_some() {
            let reason = sort.map_or_else(
                || "it has none of the requested metrics".to_owned(),
                |sort| format!("it has no metric {}", sort.name),
            );
            let without = possible.iter().filter(|kind| !chosen.contains(kind));
            not_measured.extend(without.map(|kind| (*kind, reason.clone())));
        }
        if requested.is_some() || names.is_some() || sort.is_some() {
            return Ok(Self { types: chosen, not_measured });
        }
        let (on_request, chosen): (Vec<_>, _) = chosen.into_iter().partition(|kind| kind.is_on_request());
        let reason = "it is listed on request: name it in types";
        not_measured.extend(on_request.into_iter().map(|kind| (kind, reason.to_owned())));
        // By default, buckets do not force the period of a day on everything else.
        let period = requested_period(query)?;
        let slowest = |kind: &ResourceType| {
            let usual = kind.catalog().map(Catalog::usual).unwrap_or_default();
            usual.iter().map(|metric| metric.shortest_period).max().unwrap_or_default()
        };
        let (slow, chosen): (Vec<_>, _) = chosen.into_iter().partition(|kind| slowest(kind) > period);
        let reason = |kind: &ResourceType| {
            format!("AWS measures it every {} seconds; request it with types, or this period", slowest(kind))
        };
        not_measured.extend(slow.iter().map(|kind| (*kind, reason(kind))));
        Ok(Self { types: chosen, not_measured })
    }
}

fn has(kind: ResourceType, name: &str) -> bool {
    kind.catalog().is_some_and(|catalog| catalog.find(name).is_some())
}

#[cfg(test)]
mod tests;
