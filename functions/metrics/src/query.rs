//! The parameters of `/metrics`.
//!
//! Resources are chosen in one of two ways: by their ids, in one type and region, or by filters, over all types and
//! regions. The parameters of one way are an error in the other, since the response would be to another request.

mod by_filters;
mod by_ids;
mod kinds;
mod metrics;
mod parameters;
mod period;
mod sort;

use api::{ApiError, Call, Query};
use jiff::Timestamp;

pub(crate) use crate::query::by_filters::ByFilters;
pub(crate) use crate::query::by_ids::{ByIds, MOST_IDS};
pub(crate) use crate::query::metrics::{NamedMetric, STATISTICS};
pub(crate) use crate::query::parameters::PARAMETERS;
pub(crate) use crate::query::period::{times_too_long, weight};
pub(crate) use crate::query::sort::Sort;

/// The parameters that choose resources by filters.
const FILTERS: [&str; 6] = ["regions", "types", "states", "tags", "sort", "limit"];

/// The parameters that belong to `resource_ids`, and what to send for resources that are chosen by filters.
const OF_IDS: [(&str, &str); 3] = [
    ("resource_type", "for resources that are chosen by filters, send types"),
    ("region", "for resources that are chosen by filters, send regions"),
    ("exists", "resources that are chosen by filters all exist: leave it out"),
];

/// A caller's request.
#[derive(Debug)]
pub(crate) enum MetricsQuery {
    ByIds(ByIds),
    ByFilters(ByFilters),
}

impl MetricsQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        if query.text("resource_ids").is_some() {
            if let Some(filter) = FILTERS.iter().find(|name| query.text(name).is_some()) {
                let message = "not allowed with resource_ids, which choose the resources already; leave it out, or \
                               leave out resource_ids, resource_type and region to choose resources by filters";
                return Err(ApiError::invalid(filter, message));
            }
            return ByIds::read(query, now).map(Self::ByIds);
        }
        if let Some((name, instead)) = OF_IDS.iter().find(|(name, _)| query.text(name).is_some()) {
            let message = format!("allowed only with resource_ids, which is missing; {instead}");
            return Err(ApiError::invalid(name, message));
        }
        ByFilters::read(query, now).map(Self::ByFilters)
    }
}

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod tests;
