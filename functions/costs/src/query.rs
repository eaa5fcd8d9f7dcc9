//! The parameters of `/costs`, and the dates that they stand for.
//!
//! Days are UTC days, as AWS bills them. `end` is exclusive, as on AWS, and today by default: the last day of a
//! response is then yesterday, the last complete day.

mod dates;
mod filter;
mod parameters;

use api::{ApiError, Call, Format, Query};
use collector::costs::{
    CostCondition, CostQuestion, CostQuestions, ForecastQuestion, Granularity, Grouping, LinkedAccountsQuestion,
};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _};

use self::dates::{dates, earliest};
use self::parameters::{DAILY, HOURLY, LINKED_ACCOUNT, METRICS, MONTHLY, MOST_GROUPINGS, USUAL_GROUPING, USUAL_METRIC};
pub(crate) use self::parameters::{DIMENSIONS, PARAMETERS};
use crate::record_types::{EXCLUDABLE, RECORD_TYPE, REDUCTIONS};

/// A grouping, with its name in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedGrouping {
    pub(crate) name: String,
    pub(crate) grouping: Grouping,
}

/// A caller's request.
#[derive(Debug)]
pub(crate) struct CostsQuery {
    pub(crate) start: Date,
    pub(crate) end: Date,
    pub(crate) granularity: Granularity,
    pub(crate) metric: &'static str,
    pub(crate) group_by: Vec<NamedGrouping>,
    exclude: Vec<&'static str>,
    filter: Vec<CostCondition>,
    /// The first of the days to compare with, and the day after the last; `None` without a comparison, or if AWS lacks
    /// these days.
    pub(crate) compared: Option<(Date, Date)>,
    /// The first day of the current month, if the response includes the month to date.
    pub(crate) month_from: Option<Date>,
    /// Whether the accounts on the bill are to be listed.
    linked_accounts: bool,
    /// The current UTC day.
    pub(crate) today: Date,
    pub(crate) forecast: Option<ForecastQuestion>,
    pub(crate) format: Format,
}

impl CostsQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let granularity = query.choice("granularity", granularity)?.unwrap_or(Granularity::Daily);
        let (start, end) = dates(query, granularity, today)?;
        let metric =
            query.choice("metric", |name| METRICS.map(|(known, _)| known).into_iter().find(|known| *known == name))?;
        let metric = metric.unwrap_or(USUAL_METRIC);
        let is_daily = granularity == Granularity::Daily;
        let compared = compared(query, granularity, (start, end), today)?;
        let month_from = Some(today.first_of_month()).filter(|first| is_daily && *first < today && end == today);
        let exclude = exclude(query)?;
        let filter = filter::read(query, &exclude)?;
        Ok(Self {
            start,
            end,
            granularity,
            metric,
            group_by: group_by(query)?,
            exclude,
            compared,
            month_from,
            linked_accounts: query.flag("linked_accounts")? == Some(true),
            today,
            forecast: forecast(query, metric, today, &filter)?,
            filter,
            format: query.format()?,
        })
    }

    /// Returns the Cost Explorer requests that cover everything: one, with the days to compare with if they can be a part
    /// of it.
    pub(crate) fn questions(&self) -> CostQuestions {
        let joined = self.compared.filter(|_| !self.compares_apart()).map(|(from, _)| from);
        let firsts = [joined, self.month_from, Some(self.start)];
        let start = firsts.into_iter().flatten().min().unwrap_or(self.start);
        let apart = self.compared.filter(|_| self.compares_apart());
        CostQuestions {
            costs: self.question(start, self.end),
            compared: apart.map(|(start, end)| self.question(start, end)),
            forecast: self.forecast.clone(),
            accounts: (self.linked_accounts && self.accounts().is_none()).then(|| LinkedAccountsQuestion {
                start: self.start,
                end: self.end,
                filter: self.filter.clone(),
            }),
        }
    }

    fn question(&self, start: Date, end: Date) -> CostQuestion {
        let mut group_by: Vec<_> = self.group_by.iter().map(|named| named.grouping.clone()).collect();
        if self.splits_record_types() {
            group_by.push(Grouping::Dimension(RECORD_TYPE));
        }
        CostQuestion {
            start,
            end,
            granularity: self.granularity,
            metric: self.metric,
            group_by,
            filter: self.filter.clone(),
        }
    }

    /// Returns whether the days to compare with need a request of their own: Cost Explorer returns calendar months, so
    /// only whole ones can precede the requested days.
    pub(crate) fn compares_apart(&self) -> bool {
        let is_whole = |(_, end): (Date, Date)| end == self.start && end.day() == 1;
        self.granularity == Granularity::Monthly && self.compared.is_some_and(|compared| !is_whole(compared))
    }

    /// Returns the position of the record types among the groupings.
    pub(crate) fn record_types(&self) -> Option<usize> {
        let requested = self.group_by.iter().position(|named| named.grouping == Grouping::Dimension(RECORD_TYPE));
        requested.or_else(|| self.splits_record_types().then_some(self.group_by.len()))
    }

    /// Returns the position of the accounts among the groupings.
    pub(crate) fn accounts(&self) -> Option<usize> {
        self.group_by.iter().position(|named| named.grouping == Grouping::Dimension(LINKED_ACCOUNT))
    }

    /// Returns whether the costs are limited to some.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Returns the record types that are left out.
    pub(crate) fn excluded(&self) -> &[&'static str] {
        &self.exclude
    }

    /// Returns whether the request includes both credits and refunds.
    pub(crate) fn has_reductions(&self) -> bool {
        !self.exclude.iter().any(|excluded| REDUCTIONS.contains(excluded))
    }

    /// Returns whether a grouping is free and therefore used for the record types: AWS accepts two.
    fn splits_record_types(&self) -> bool {
        self.group_by.len() < 2 && self.group_by.iter().all(|named| named.grouping != Grouping::Dimension(RECORD_TYPE))
    }
}

fn granularity(name: &str) -> Option<Granularity> {
    match name {
        DAILY => Some(Granularity::Daily),
        MONTHLY => Some(Granularity::Monthly),
        HOURLY => Some(Granularity::Hourly),
        _ => None,
    }
}

/// Returns the days to compare with, if they are wanted and Cost Explorer has them.
fn compared(
    query: &Query,
    granularity: Granularity,
    (start, end): (Date, Date),
    today: Date,
) -> Result<Option<(Date, Date)>, ApiError> {
    let compare = query.flag("compare")?;
    if !compare.unwrap_or(granularity == Granularity::Daily) {
        return Ok(None);
    }
    if granularity == Granularity::Hourly && compare == Some(true) {
        let message = "Cost Explorer keeps hours for 14 days only, too few to compare with those before; send \
                       granularity=DAILY, or leave compare out";
        return Err(ApiError::invalid("compare", message));
    }
    let compared = dates::compared(granularity, start, end).filter(|(from, _)| *from >= earliest(today));
    if compare == Some(true) && compared.is_none() {
        let message = format!(
            "Cost Explorer has no data before {}, so it lacks days before {start} to compare with; send fewer days, or \
             compare=false",
            earliest(today)
        );
        return Err(ApiError::invalid("compare", message));
    }
    Ok(compared)
}

fn group_by(query: &Query) -> Result<Vec<NamedGrouping>, ApiError> {
    let names = query.list("group_by")?.unwrap_or_else(|| vec![USUAL_GROUPING]);
    if names.len() > MOST_GROUPINGS {
        return Err(ApiError::invalid("group_by", format!("{} groupings are too many; send at most two", names.len())));
    }
    let grouping = |name: &str| {
        let dimension = DIMENSIONS.iter().find(|(known, _)| *known == name);
        let labelled = |prefix: &str| name.strip_prefix(prefix).filter(|key| !key.is_empty()).map(str::to_owned);
        dimension
            .map(|(_, aws)| Grouping::Dimension(aws))
            .or_else(|| labelled("tag:").map(Grouping::Tag))
            .or_else(|| labelled("cost_category:").map(Grouping::CostCategory))
    };
    let named = |name: &str| {
        let grouping = grouping(name).ok_or_else(|| {
            let known = DIMENSIONS.map(|(known, _)| known).join(", ");
            ApiError::not_allowed("group_by", name, &format!("{known}, tag:Key, cost_category:Name; at most two"))
        })?;
        Ok(NamedGrouping { name: name.to_owned(), grouping })
    };
    names.into_iter().map(named).collect()
}

fn exclude(query: &Query) -> Result<Vec<&'static str>, ApiError> {
    let aws = |name: &str| EXCLUDABLE.iter().find(|(known, _)| *known == name).map(|(_, aws)| *aws);
    Ok(query.choices("exclude", aws)?.unwrap_or_default())
}

/// Returns the rest of the current month: from today to the first of the next month, which is at least one day.
fn forecast(
    query: &Query,
    metric: &str,
    today: Date,
    filter: &[CostCondition],
) -> Result<Option<ForecastQuestion>, ApiError> {
    if query.flag("forecast")? != Some(true) {
        return Ok(None);
    }
    let known = METRICS.iter().find(|(name, _)| *name == metric).and_then(|(_, forecast)| *forecast);
    let Some(metric) = known else {
        let message =
            "AWS forecasts costs, not usage; leave forecast out, or send a metric of costs such as UnblendedCost";
        return Err(ApiError::invalid("forecast", message));
    };
    let month: Span = 1.month();
    let end = today.first_of_month().checked_add(month).unwrap_or(today);
    Ok(Some(ForecastQuestion { start: today, end, metric, filter: filter.to_vec() }))
}

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod tests;
