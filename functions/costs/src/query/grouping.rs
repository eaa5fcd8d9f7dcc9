//! What costs are grouped by, and what single resources need.

use api::{ApiError, Query};
use collector::costs::{Granularity, Grouping, RESOURCE_ID};

use super::filter::SERVICES;
use super::parameters::{DAILY, DIMENSIONS, HOURLY, MONTHLY, MOST_GROUPINGS, USAGE_TYPE, USUAL_GROUPING};

/// The parameter.
pub(super) const GROUP_BY: &str = "group_by";

/// A grouping, with its name in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedGrouping {
    pub(crate) name: String,
    pub(crate) grouping: Grouping,
}

impl NamedGrouping {
    /// Reads a grouping by its name, a value of `parameter`; `most` says how many it may have.
    pub(super) fn read(parameter: &str, name: &str, most: &str) -> Result<Self, ApiError> {
        let dimension = DIMENSIONS.iter().find(|(known, _)| *known == name);
        let labelled = |prefix: &str| name.strip_prefix(prefix).filter(|key| !key.is_empty()).map(str::to_owned);
        let grouping = dimension
            .map(|(_, aws)| Grouping::Dimension(aws))
            .or_else(|| labelled("tag:").map(Grouping::Tag))
            .or_else(|| labelled("cost_category:").map(Grouping::CostCategory));
        let grouping = grouping.ok_or_else(|| {
            let known = DIMENSIONS.map(|(known, _)| known).join(", ");
            ApiError::not_allowed(parameter, name, &format!("{known}, tag:Key, cost_category:Name; {most}"))
        })?;
        Ok(Self { name: name.to_owned(), grouping })
    }

    /// Returns whether these are usage types, of which each has one unit of usage.
    pub(crate) fn is_usage_type(&self) -> bool {
        self.grouping == Grouping::Dimension(USAGE_TYPE)
    }

    /// Returns whether these are single resources.
    pub(super) fn is_resource(&self) -> bool {
        self.grouping == Grouping::Dimension(RESOURCE_ID)
    }
}

/// Returns the groupings of a request.
pub(super) fn group_by(query: &Query) -> Result<Vec<NamedGrouping>, ApiError> {
    let names = query.list(GROUP_BY)?.unwrap_or_else(|| vec![USUAL_GROUPING]);
    if names.len() > MOST_GROUPINGS {
        return Err(ApiError::invalid(GROUP_BY, format!("{} groupings are too many; send at most two", names.len())));
    }
    names.into_iter().map(|name| NamedGrouping::read(GROUP_BY, name, "at most two")).collect()
}

/// Returns whether a request is about single resources. Cost Explorer has them by day and only of named services.
pub(super) fn of_resources(
    query: &Query,
    group_by: &[NamedGrouping],
    movers_by: Option<&NamedGrouping>,
    granularity: Granularity,
) -> Result<bool, ApiError> {
    let grouped = group_by.iter().any(NamedGrouping::is_resource);
    if !grouped && !movers_by.is_some_and(NamedGrouping::is_resource) {
        return Ok(false);
    }
    if granularity == Granularity::Hourly {
        let allowed = format!("{DAILY}, {MONTHLY} for single resources");
        return Err(ApiError::not_allowed("granularity", HOURLY, &allowed));
    }
    if query.text(SERVICES).is_none() {
        let message = "required for single resources: Cost Explorer has them only of named services, such as \
                       `Amazon Elastic Compute Cloud - Compute`; group_by=service lists the names";
        return Err(ApiError::invalid(SERVICES, message));
    }
    Ok(true)
}
