//! Resources by their ids, of one type in one region.

use api::{ApiError, Format, Query};
use collector::window::Window;
use collector::{Catalog, Measurement, Measurements, Quote, ResourceType, billed_metrics};
use jiff::Timestamp;

use super::kinds::{names, types};
use super::metrics::{NamedMetric, of_type, statistics};
use super::period::{times_too_long, weight, window};

/// The most resources in one call.
pub(crate) const MOST_IDS: usize = 500;

/// A caller's request.
#[derive(Debug)]
pub(crate) struct ByIds {
    pub(crate) resource_type: ResourceType,
    catalog: &'static Catalog,
    pub(crate) region: String,
    pub(crate) resource_ids: Vec<String>,
    /// Whether to say of each id whether it exists.
    exists: bool,
    pub(crate) window: Window,
    pub(crate) metrics: Vec<NamedMetric>,
    pub(crate) format: Format,
}

impl ByIds {
    pub(super) fn read(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let resource_type = query.choice("resource_type", ResourceType::named)?.ok_or_else(one_type)?;
        let catalog = resource_type.catalog().ok_or_else(one_type)?;
        let region = query.region("region")?;
        let missing = || ApiError::invalid("region", "required: the region of the resources, such as eu-west-1");
        let region = region.ok_or_else(missing)?;
        let metrics = of_type(query.list("metrics")?.as_deref(), statistics(query)?.as_deref(), resource_type)?;
        let window = window(query, &metrics, now)?;
        let resource_ids = resource_ids(query, catalog)?;
        let exists = query.flag("exists")?.unwrap_or(false);
        fits(resource_ids.len(), &metrics, &window)?;
        check_price(query, resource_ids.len(), &metrics)?;
        let format = query.format()?;
        Ok(Self { resource_type, catalog, region, resource_ids, exists, window, metrics, format })
    }

    /// Returns what to measure: every metric of each resource, resource by resource.
    pub(crate) fn measurements(&self) -> Measurements {
        let of_resource = |id: &String| {
            let measurement = |named: &NamedMetric| Measurement {
                catalog: self.catalog,
                metric: named.metric,
                resource_name: id.clone(),
                statistics: named.statistics.clone(),
                window: self.window,
            };
            self.metrics.iter().map(measurement).collect::<Vec<_>>()
        };
        Measurements {
            region: self.region.clone(),
            resource_type: self.resource_type,
            wanted: self.resource_ids.iter().flat_map(of_resource).collect(),
            list: self.exists,
        }
    }
}

fn one_type() -> ApiError {
    ApiError::invalid("resource_type", format!("required: one of {}", names(&types())))
}

fn resource_ids(query: &Query, catalog: &Catalog) -> Result<Vec<String>, ApiError> {
    let ids = query.list("resource_ids")?.unwrap_or_default();
    if ids.len() > MOST_IDS {
        let message = format!("{} ids are too many for one call; send at most {MOST_IDS}", ids.len());
        return Err(ApiError::invalid("resource_ids", message));
    }
    match ids.iter().find(|id| !(catalog.ids.accepts)(id)) {
        Some(id) => Err(ApiError::not_allowed("resource_ids", id, catalog.ids.like)),
        None => Ok(ids.into_iter().map(str::to_owned).collect()),
    }
}

/// Refuses a request whose data would not fit into one response, before it costs anything.
fn fits(resources: usize, metrics: &[NamedMetric], window: &Window) -> Result<(), ApiError> {
    match times_too_long(weight(metrics, window).saturating_mul(resources)) {
        None => Ok(()),
        Some(times) => {
            let message = format!(
                "too many datapoints for one response, about {times} times what fits; request a longer period, or \
                 fewer hours, metrics or resource_ids"
            );
            Err(ApiError::invalid("period", message))
        }
    }
}

/// Refuses a price that is higher than the caller allows. Without a limit, 500 ids cost a few cents at most.
fn check_price(query: &Query, resources: usize, metrics: &[NamedMetric]) -> Result<(), ApiError> {
    let Some(most) = query.max_cost()? else { return Ok(()) };
    let of_resource = metrics.iter().map(|named| billed_metrics(named.statistics.len())).fold(0, u64::saturating_add);
    let metrics = of_resource.saturating_mul(u64::try_from(resources).unwrap_or(u64::MAX));
    let quote = Quote { resources, metrics, more: 0 };
    if quote.micro_usd() <= most {
        return Ok(());
    }
    Err(ApiError::too_expensive(quote.micro_usd(), most, &quote, "send fewer resource_ids, metrics or statistics"))
}
