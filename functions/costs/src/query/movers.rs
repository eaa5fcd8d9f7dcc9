//! What rose and fell: the parameters `movers` and `movers_by`, and the requests that they need.
//!
//! Movers are split by record type, since a credit that ended is not usage that grew. The costs themselves are split so
//! where one of the two groupings that AWS accepts is free, and then movers by the other cost nothing more. Otherwise
//! they are two requests of their own, for the days before and the requested ones.

use api::{ApiError, Query};
use collector::costs::{CostQuestion, Granularity, Grouping};
use jiff::civil::Date;

use super::grouping::NamedGrouping;
use super::parameters::{METRICS, MOVERS, MOVERS_BY};
use crate::record_types::RECORD_TYPE;

/// The days of a request: the first, and the day after the last.
type Days = (Date, Date);

/// How what rose and fell is to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoversQuery {
    pub(crate) by: NamedGrouping,
}

impl MoversQuery {
    /// Returns whether the groups have quantities of usage: a usage type has one unit, everything else has several.
    pub(crate) fn has_usage(&self) -> bool {
        self.by.is_usage_type()
    }

    fn is_record_type(&self) -> bool {
        self.by.grouping == Grouping::Dimension(RECORD_TYPE)
    }

    /// Returns where the record types are among the keys of the movers' own requests; the groups are the first.
    pub(crate) fn record_types_apart(&self) -> usize {
        usize::from(!self.is_record_type())
    }

    /// Returns the movers' own requests, for the days before and the requested ones, about the same costs as `costs`.
    /// Their sums are all that matters, so they are requested by month, which is the fewest rows, and single resources
    /// by day, as Cost Explorer documents them.
    pub(super) fn apart(&self, before: Days, requested: Days, costs: &CostQuestion) -> [CostQuestion; 2] {
        let mut group_by = vec![self.by.grouping.clone()];
        if !self.is_record_type() {
            group_by.push(Grouping::Dimension(RECORD_TYPE));
        }
        let granularity = if self.by.is_resource() { Granularity::Daily } else { Granularity::Monthly };
        [before, requested].map(|(start, end)| CostQuestion {
            start,
            end,
            granularity,
            with_usage: self.has_usage(),
            group_by: group_by.clone(),
            ..costs.clone()
        })
    }
}

/// Reads both parameters. Without `movers_by`, movers are by the first of the groupings.
pub(super) fn read(query: &Query, group_by: &[NamedGrouping]) -> Result<Option<MoversQuery>, ApiError> {
    let wanted = query.flag(MOVERS)? == Some(true);
    let named = query.text(MOVERS_BY);
    if let (Some(_), false) = (named, wanted) {
        return Err(ApiError::invalid(MOVERS_BY, "says how movers are listed; send it with movers=true only"));
    }
    let named = named.map(|name| NamedGrouping::read(MOVERS_BY, name, "one of them")).transpose()?;
    Ok(named.or_else(|| group_by.first().cloned()).filter(|_| wanted).map(|by| MoversQuery { by }))
}

/// Refuses movers of what is not costs.
pub(super) fn check(movers: Option<&MoversQuery>, metric: &str) -> Result<(), ApiError> {
    let is_cost = METRICS.iter().any(|(name, forecast)| *name == metric && forecast.is_some());
    if movers.is_some() && !is_cost {
        let message = "compares costs, not usage; leave out metric, or send a metric of costs such as UnblendedCost \
                       (movers_by=usage_type has the usage too)";
        return Err(ApiError::invalid(MOVERS, message));
    }
    Ok(())
}
