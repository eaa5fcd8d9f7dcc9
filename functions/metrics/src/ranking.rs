//! Which resources are in a response, and what is measured for it: the stages that cost least.
//!
//! AWS bills by the metric, whatever its period. Without an order, only the entries of the response are measured. With
//! one, the metric to sort by has to be measured of every resource that matches; everything else is then measured of
//! the first of them alone, unless it costs no more to measure all at once, as when nothing but that metric is
//! requested. The price is known before CloudWatch bills anything.

use api::ApiError;
use collector::window::Window;
use collector::{Measurement, Quote, Resource, ResourceType, Series, SeriesStatus, Stages, billed_metrics};

use crate::query::{ByFilters, NamedMetric, Sort, times_too_long, weight};

/// The size of an entry in a response, apart from its datapoints, and what each of its metrics adds, in bytes.
const ENTRY_WEIGHT: usize = 1_500;
const METRIC_WEIGHT: usize = 250;

/// The most datapoints that are read at once of resources that may not be in the response. They take 16 bytes each, and
/// CloudWatch returns a few hundred thousand a second and region.
const MOST_DATAPOINTS: usize = 1_000_000;

/// A resource that is in the response.
#[derive(Debug)]
pub(crate) struct Ranked {
    /// Its index among the resources that match.
    pub(crate) index: usize,
    /// What it was sorted by; `None` without datapoints.
    pub(crate) value: Option<f64>,
    /// How complete the series is that it was sorted by.
    pub(crate) status: SeriesStatus,
    /// A series for each of its metrics.
    pub(crate) series: Vec<Series>,
}

/// How the entries of a response are found.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// The first resources are measured.
    Unsorted,
    /// Everything is measured of all resources.
    AtOnce,
    /// The metric to sort by is measured of all resources, and everything else of the first.
    SortedFirst,
}

/// Measures the resources that match, as many as the response has entries; `None` if CloudWatch returned nothing.
pub(crate) async fn measure(
    query: &ByFilters,
    matching: &[&Resource],
    stages: &mut Stages<'_>,
) -> Result<Option<Vec<Ranked>>, ApiError> {
    fits(query, matching)?;
    let (plan, quote) = plan(query, matching);
    if quote.micro_usd() > query.max_cost {
        let narrow = "narrow types, regions, states or tags, or request fewer metrics";
        return Err(ApiError::too_expensive(quote.micro_usd(), query.max_cost, &quote, narrow));
    }
    let first = match (&query.sort, plan) {
        (Some(sort), Plan::AtOnce) => return Ok(at_once(query, sort, matching, stages).await),
        (Some(sort), _) => match sorted_first(query, sort, matching, stages).await {
            Some(first) => first,
            None => return Ok(None),
        },
        (None, _) => {
            let ranked = |index| Ranked { index, value: None, status: SeriesStatus::Complete, series: Vec::new() };
            (0..matching.len().min(query.limit)).map(ranked).collect()
        }
    };
    let resources = first.iter().filter_map(|ranked| matching.get(ranked.index).copied());
    let wanted: Vec<_> = resources.map(|resource| (resource, measurements(query, resource, &[]))).collect();
    let found = stages.measure(&wanted, 1).await;
    if is_nothing(&found) {
        return Ok(None);
    }
    Ok(Some(first.into_iter().zip(found).map(|(ranked, series)| Ranked { series, ..ranked }).collect()))
}

/// Measures everything of all resources, and returns the first of them.
async fn at_once(
    query: &ByFilters,
    sort: &Sort,
    matching: &[&Resource],
    stages: &mut Stages<'_>,
) -> Option<Vec<Ranked>> {
    let extra = sort.statistics(&query.window);
    let wanted: Vec<_> = matching.iter().map(|found| (*found, measurements(query, found, &extra))).collect();
    let found = stages.measure(&wanted, 1).await;
    if is_nothing(&found) {
        return None;
    }
    let ranked = wanted.iter().zip(found).enumerate().map(|(index, ((resource, wanted), series))| {
        let metric = sort.metric(resource.resource_type());
        let of_metric = wanted.iter().zip(&series).find(|(wanted, _)| Some(wanted.metric) == metric);
        let value = of_metric.and_then(|(wanted, series)| sort.value(&query.window, &wanted.statistics, series));
        let status = of_metric.map(|(_, series)| series.status).unwrap_or_default();
        Ranked { index, value, status, series }
    });
    Some(first(query, sort, ranked.collect()))
}

/// Measures what is sorted by of all resources, in the longest periods, and returns the first of them, without their
/// series.
async fn sorted_first(
    query: &ByFilters,
    sort: &Sort,
    matching: &[&Resource],
    stages: &mut Stages<'_>,
) -> Option<Vec<Ranked>> {
    let window = query.window.in_longest_periods();
    let wanted: Vec<_> = matching.iter().map(|found| (*found, sorted_by(sort, found, window))).collect();
    let found = stages.measure(&wanted, 2).await;
    if is_nothing(&found) {
        return None;
    }
    let statistics = sort.statistics(&window);
    let ranked = found.into_iter().enumerate().map(|(index, series)| {
        let series = series.into_iter().next().unwrap_or_default();
        let value = sort.value(&window, &statistics, &series);
        Ranked { index, value, status: series.status, series: Vec::new() }
    });
    Some(first(query, sort, ranked.collect()))
}

/// Returns the first of all resources, in the requested order; the others are in the order of their positions.
fn first(query: &ByFilters, sort: &Sort, mut ranked: Vec<Ranked>) -> Vec<Ranked> {
    ranked.sort_by(|one, other| sort.compare(one.value, other.value));
    ranked.truncate(query.limit);
    ranked
}

/// Returns whether something was measured, and nothing of it arrived.
fn is_nothing(series: &[Vec<Series>]) -> bool {
    let mut series = series.iter().flatten().peekable();
    series.peek().is_some() && series.all(|series| series.status == SeriesStatus::Missing)
}

/// Returns the metric to sort by, in the periods of `window`.
fn sorted_by(sort: &Sort, resource: &Resource, window: Window) -> Vec<Measurement> {
    let kind = resource.resource_type();
    let measurement = |(metric, catalog)| Measurement {
        catalog,
        metric,
        resource_name: resource.measured_as().into_owned(),
        statistics: sort.statistics(&window),
        window,
    };
    sort.metric(kind).zip(kind.catalog()).map(measurement).into_iter().collect()
}

/// Returns everything that is measured of a resource, with `extra` statistics of the metric to sort by after its own.
fn measurements(query: &ByFilters, resource: &Resource, extra: &[String]) -> Vec<Measurement> {
    let kind = resource.resource_type();
    let Some(catalog) = kind.catalog() else { return Vec::new() };
    let measurement = |named: &NamedMetric| Measurement {
        catalog,
        metric: named.metric,
        resource_name: resource.measured_as().into_owned(),
        statistics: with_extra(query, kind, named, extra),
        window: query.window,
    };
    query.metrics.get(&kind).into_iter().flatten().map(measurement).collect()
}

/// Returns the statistics of a metric, with `extra` ones if it is the metric to sort by.
fn with_extra(query: &ByFilters, kind: ResourceType, named: &NamedMetric, extra: &[String]) -> Vec<String> {
    let mut statistics = named.statistics.clone();
    if query.sort.as_ref().and_then(|sort| sort.metric(kind)) == Some(named.metric) {
        let new: Vec<_> = extra.iter().filter(|extra| !statistics.contains(extra)).cloned().collect();
        statistics.extend(new);
    }
    statistics
}

/// What one resource of a type costs, in metrics, and weighs, in bytes.
struct OfType {
    count: usize,
    /// With everything that is in the response.
    metrics: u64,
    /// With what is needed to sort it, too.
    with_sort: u64,
    datapoints: usize,
    weight: usize,
}

/// Returns what each type of the resources costs.
fn by_type(query: &ByFilters, matching: &[&Resource]) -> Vec<OfType> {
    let extra = query.sort.as_ref().map(|sort| sort.statistics(&query.window)).unwrap_or_default();
    let of_type = |(kind, metrics): (&ResourceType, &Vec<NamedMetric>)| {
        let all = || metrics.iter().map(|named| with_extra(query, *kind, named, &extra).len());
        let own = metrics.iter().map(|named| billed_metrics(named.statistics.len()));
        OfType {
            count: matching.iter().filter(|resource| resource.resource_type() == *kind).count(),
            metrics: own.fold(0, u64::saturating_add),
            with_sort: all().map(billed_metrics).fold(0, u64::saturating_add),
            datapoints: all().fold(0, usize::saturating_add).saturating_mul(query.window.periods()),
            weight: weight(metrics, &query.window)
                .saturating_add(metrics.len().saturating_mul(METRIC_WEIGHT))
                .saturating_add(ENTRY_WEIGHT),
        }
    };
    query.metrics.iter().map(of_type).collect()
}

/// Returns the sum over the `entries` resources for which it is greatest.
fn greatest<N: Ord + Copy>(
    types: &[OfType],
    entries: usize,
    of: impl Fn(&OfType) -> N,
    add: impl Fn(N, N, usize) -> N,
    zero: N,
) -> N {
    let mut sorted: Vec<_> = types.iter().map(|kind| (of(kind), kind.count)).collect();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    let (mut sum, mut left) = (zero, entries);
    for (each, count) in sorted {
        let taken = count.min(left);
        (sum, left) = (add(sum, each, taken), left.saturating_sub(taken));
    }
    sum
}

/// Returns how the entries are found, and the highest price that this can have.
fn plan(query: &ByFilters, matching: &[&Resource]) -> (Plan, Quote) {
    let types = by_type(query, matching);
    let entries = matching.len().min(query.limit);
    let times = |sum: u64, each: u64, count: usize| sum.saturating_add(each.saturating_mul(number(count)));
    if query.sort.is_none() {
        let first = matching.iter().take(entries).map(|resource| query.metrics.get(&resource.resource_type()));
        let first = first.flatten().flatten().map(|named| billed_metrics(named.statistics.len()));
        return (Plan::Unsorted, Quote { resources: entries, metrics: first.fold(0, u64::saturating_add), more: 0 });
    }
    let at_once = types.iter().fold(0, |sum, kind| times(sum, kind.with_sort, kind.count));
    let of_first = greatest(&types, entries, |kind| kind.metrics, times, 0);
    let sorted_first = number(matching.len()).saturating_add(of_first);
    let datapoints = types.iter().map(|kind| kind.datapoints.saturating_mul(kind.count)).fold(0, usize::saturating_add);
    let resources = matching.len();
    if at_once <= sorted_first && datapoints <= MOST_DATAPOINTS {
        (Plan::AtOnce, Quote { resources, metrics: at_once, more: 0 })
    } else {
        (Plan::SortedFirst, Quote { resources, metrics: sorted_first, more: 0 })
    }
}

/// Refuses a request whose data would not fit into one response, before it costs anything.
fn fits(query: &ByFilters, matching: &[&Resource]) -> Result<(), ApiError> {
    let entries = matching.len().min(query.limit);
    let times = |sum: usize, each: usize, count: usize| sum.saturating_add(each.saturating_mul(count));
    let weight = greatest(&by_type(query, matching), entries, |kind| kind.weight, times, 0);
    match times_too_long(weight) {
        None => Ok(()),
        Some(times) => {
            let message = format!(
                "too many datapoints for one response of {entries} resources, about {times} times what fits; request a \
                 lower limit, a longer period, or fewer hours or metrics"
            );
            Err(ApiError::invalid("limit", message))
        }
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
