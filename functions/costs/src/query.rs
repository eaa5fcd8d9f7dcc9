//! The parameters of `/costs`, and the dates that they stand for.
//!
//! Days are UTC days, as AWS bills them. `end` is exclusive, as on AWS, and today by default: the last day of a
//! response is then yesterday, the last complete day.

mod dates;
mod filter;
mod grouping;
mod movers;
mod parameters;

use api::{ApiError, Call, Format, Query};
use collector::costs::{
    AnomaliesQuestion, CostCondition, CostQuestion, CostQuestions, ForecastQuestion, Granularity, Grouping,
    LinkedAccountsQuestion,
};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _};

use self::dates::{ANOMALY_DAYS, Kept, dates};
pub(crate) use self::grouping::NamedGrouping;
use self::movers::MoversQuery;
use self::parameters::{DAILY, HOURLY, LINKED_ACCOUNT, METRICS, MONTHLY, USUAL_METRIC};
pub(crate) use self::parameters::{DIMENSIONS, PARAMETERS};
use crate::record_types::{EXCLUDABLE, RECORD_TYPE, REDUCTIONS};

/// What a request to Cost Explorer costs, in millionths of a dollar.
const MICRO_USD_A_REQUEST: u64 = 10_000;

/// What a table has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Groups,
    Movers,
    Anomalies,
    Budgets,
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
    /// How what rose and fell is to be listed.
    pub(crate) movers: Option<MoversQuery>,
    anomalies: bool,
    budgets: bool,
    pub(crate) format: Format,
    /// What a table has a row for.
    pub(crate) rows: Rows,
}

impl CostsQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let granularity = query.choice("granularity", granularity)?.unwrap_or(Granularity::Daily);
        let group_by = grouping::group_by(query)?;
        let movers = movers::read(query, &group_by)?;
        let of_resources =
            grouping::of_resources(query, &group_by, movers.as_ref().map(|movers| &movers.by), granularity)?;
        let kept =
            if of_resources { Kept::of_resources(today, movers.is_some()) } else { Kept::of(granularity, today) };
        let (start, end) = dates(query, &kept, today)?;
        let metric =
            query.choice("metric", |name| METRICS.map(|(known, _)| known).into_iter().find(|known| *known == name))?;
        let metric = metric.unwrap_or(USUAL_METRIC);
        movers::check(movers.as_ref(), metric)?;
        let is_daily = granularity == Granularity::Daily;
        let compared = compared(query, granularity, (start, end), &kept, movers.is_some())?;
        let has_month = is_daily && !of_resources && end == today;
        let month_from = Some(today.first_of_month()).filter(|first| has_month && *first < today);
        let exclude = exclude(query)?;
        let filter = filter::read(query, &exclude)?;
        let anomalies = anomalies(query, start, today)?;
        let budgets = query.flag("budgets")? == Some(true);
        let (format, rows) = (query.format()?, rows(query, movers.is_some(), anomalies, budgets)?);
        let read = Self {
            start,
            end,
            granularity,
            metric,
            group_by,
            exclude,
            compared,
            month_from,
            linked_accounts: query.flag("linked_accounts")? == Some(true),
            today,
            forecast: forecast(query, metric, today, &filter)?,
            filter,
            movers,
            anomalies,
            budgets,
            format,
            rows,
        };
        read.within(query.max_cost()?)?;
        Ok(read)
    }

    /// Refuses what costs more than the caller allows: each request has at least one page. That an answer is cached, and
    /// therefore free, is not known here.
    fn within(&self, most: Option<u64>) -> Result<(), ApiError> {
        let requests = self.questions().requests();
        let micro_usd = requests.saturating_mul(MICRO_USD_A_REQUEST);
        match most {
            Some(most) if micro_usd > most => {
                let plural = if requests == 1 { "" } else { "s" };
                let counted = format!("{requests} request{plural} to Cost Explorer, at $0.01 for each page");
                Err(ApiError::too_expensive(micro_usd, most, &counted, "leave out what is a request of its own"))
            }
            _ => Ok(()),
        }
    }

    /// Returns the Cost Explorer requests that cover everything: one, with the days to compare with if they can be a part
    /// of it.
    pub(crate) fn questions(&self) -> CostQuestions {
        let joined = self.compared.filter(|_| !self.compares_apart()).map(|(from, _)| from);
        let firsts = [joined, self.month_from, Some(self.start)];
        let start = firsts.into_iter().flatten().min().unwrap_or(self.start);
        let apart = self.compared.filter(|_| self.compares_apart());
        let with_usage = self.movers.as_ref().is_some_and(|movers| !self.moves_apart() && movers.has_usage());
        let costs = self.question(start, self.end, with_usage);
        CostQuestions {
            movers: self.movers_apart(&costs),
            costs,
            compared: apart.map(|(start, end)| self.question(start, end, with_usage)),
            forecast: self.forecast.clone(),
            accounts: (self.linked_accounts && self.accounts().is_none()).then(|| LinkedAccountsQuestion {
                start: self.start,
                end: self.end,
                filter: self.filter.clone(),
            }),
            anomalies: self.anomalies.then_some(AnomaliesQuestion { start: self.start, end: self.end }),
            budgets: self.budgets,
        }
    }

    fn question(&self, start: Date, end: Date, with_usage: bool) -> CostQuestion {
        let mut group_by: Vec<_> = self.group_by.iter().map(|named| named.grouping.clone()).collect();
        if self.splits_record_types() {
            group_by.push(Grouping::Dimension(RECORD_TYPE));
        }
        CostQuestion {
            start,
            end,
            granularity: self.granularity,
            metric: self.metric,
            with_usage,
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

    /// Returns whether movers need requests of their own: the costs are not split by both the groups and record types.
    pub(crate) fn moves_apart(&self) -> bool {
        self.movers.is_some() && self.movers_at().is_none()
    }

    /// Returns where the movers' groups and the record types are among the keys of the costs, if both are.
    pub(crate) fn movers_at(&self) -> Option<(usize, usize)> {
        let movers = self.movers.as_ref()?;
        let by = self.group_by.iter().position(|named| *named == movers.by)?;
        Some((by, self.record_types()?))
    }

    /// Returns the movers' own requests, if they need some.
    fn movers_apart(&self, costs: &CostQuestion) -> Option<[CostQuestion; 2]> {
        let movers = self.movers.as_ref().filter(|_| self.moves_apart())?;
        Some(movers.apart(self.compared?, (self.start, self.end), costs))
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

/// Returns the days to compare with, if they are wanted and Cost Explorer has them. Movers need them.
fn compared(
    query: &Query,
    granularity: Granularity,
    (start, end): (Date, Date),
    kept: &Kept,
    movers: bool,
) -> Result<Option<(Date, Date)>, ApiError> {
    let compare = query.flag("compare")?;
    if movers && compare == Some(false) {
        return Err(ApiError::invalid("movers", "compares with the days before; leave out compare=false, or movers"));
    }
    if !movers && !compare.unwrap_or(granularity == Granularity::Daily) {
        return Ok(None);
    }
    let parameter = if movers { "movers" } else { "compare" };
    let required = movers || compare == Some(true);
    if granularity == Granularity::Hourly && required {
        let message = format!(
            "Cost Explorer keeps hours for 14 days only, too few to compare with those before; send \
             granularity=DAILY, or leave {parameter} out"
        );
        return Err(ApiError::invalid(parameter, message));
    }
    let compared = dates::compared(granularity, start, end).filter(|(from, _)| *from >= kept.from);
    if required && compared.is_none() {
        let message = format!(
            "Cost Explorer has no data before {}, so it lacks days before {start} to compare with; send fewer days, or \
             {parameter}=false",
            kept.from
        );
        return Err(ApiError::invalid(parameter, message));
    }
    Ok(compared)
}

/// Returns whether anomalies are wanted.
fn anomalies(query: &Query, start: Date, today: Date) -> Result<bool, ApiError> {
    let wanted = query.flag("anomalies")? == Some(true);
    let kept_from = today.checked_sub(ANOMALY_DAYS.days()).unwrap_or(today);
    if wanted && start < kept_from {
        let message = format!(
            "Cost Anomaly Detection keeps {ANOMALY_DAYS} days, and {start} is before {kept_from}; send fewer days, or \
             leave anomalies out"
        );
        return Err(ApiError::invalid("anomalies", message));
    }
    Ok(wanted)
}

/// Returns what a table has a row for: what was requested beside the costs, since a table is about one thing.
fn rows(query: &Query, movers: bool, anomalies: bool, budgets: bool) -> Result<Rows, ApiError> {
    match (movers, anomalies, budgets) {
        (false, false, false) => Ok(Rows::Groups),
        (true, false, false) => Ok(Rows::Movers),
        (false, true, false) => Ok(Rows::Anomalies),
        (false, false, true) => Ok(Rows::Budgets),
        _ if query.format()? == Format::Csv => {
            let message = "a table is about one thing; send csv with one of movers, anomalies and budgets, or json";
            Err(ApiError::invalid("format", message))
        }
        _ => Ok(Rows::Groups),
    }
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
