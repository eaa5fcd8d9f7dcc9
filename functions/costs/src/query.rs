//! The parameters of `/costs`, and the dates that they stand for.
//!
//! Days are UTC days, as AWS bills them. `end` is exclusive, as on AWS, and today by default: the last day of a
//! response is then yesterday, the last complete day.

mod filter;

use api::{ApiError, Call, Query};
use collector::costs::{CostCondition, CostQuestion, ForecastQuestion, Granularity, Grouping};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _};

use crate::record_types::{EXCLUDABLE, RECORD_TYPE, REDUCTIONS};

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[&str] = &[
    "days",
    "start",
    "end",
    "granularity",
    "metric",
    "group_by",
    "exclude",
    "services",
    "regions",
    "accounts",
    "usage_types",
    "tags",
    "compare",
    "forecast",
];

/// How many months Cost Explorer keeps in addition to the current one.
const MONTHS_KEPT: i32 = 13;
/// The number of complete days for which Cost Explorer surely has hourly data: it keeps 14 times 24 hours up to now, so
/// the hours of the fourteenth day disappear in the course of today.
const HOURLY_DAYS: i32 = 13;
/// The default number of days.
const USUAL_DAYS: i32 = 30;

const GRANULARITIES: [&str; 3] = ["DAILY", "MONTHLY", "HOURLY"];

/// The metrics: AWS's name, and its name for forecasts if AWS provides them.
const METRICS: [(&str, Option<&str>); 7] = [
    ("UnblendedCost", Some("UNBLENDED_COST")),
    ("AmortizedCost", Some("AMORTIZED_COST")),
    ("NetUnblendedCost", Some("NET_UNBLENDED_COST")),
    ("NetAmortizedCost", Some("NET_AMORTIZED_COST")),
    ("BlendedCost", Some("BLENDED_COST")),
    ("UsageQuantity", None),
    ("NormalizedUsageAmount", None),
];

/// The dimensions to group by: the parameter's name and AWS's.
const DIMENSIONS: [(&str, &str); 6] = [
    ("service", "SERVICE"),
    ("account", "LINKED_ACCOUNT"),
    ("region", "REGION"),
    ("usage_type", "USAGE_TYPE"),
    ("record_type", RECORD_TYPE),
    ("instance_type", "INSTANCE_TYPE"),
];

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
    /// The first of the days before `start` to compare with; `None` without a comparison, or if AWS lacks these days.
    pub(crate) compared_from: Option<Date>,
    /// The first day of the current month, if the response includes the month to date.
    pub(crate) month_from: Option<Date>,
    /// The current UTC day.
    pub(crate) today: Date,
    pub(crate) forecast: Option<ForecastQuestion>,
}

impl CostsQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let granularity = match query.choice("granularity", &GRANULARITIES)?.unwrap_or("DAILY") {
            "MONTHLY" => Granularity::Monthly,
            "HOURLY" => Granularity::Hourly,
            _ => Granularity::Daily,
        };
        let (start, end) = dates(query, granularity, today)?;
        let names = METRICS.map(|(name, _)| name);
        let metric = query.choice("metric", &names)?.unwrap_or("UnblendedCost");
        let is_daily = granularity == Granularity::Daily;
        let compare = query.choice("compare", &["true", "false"])?.map(|compare| compare == "true");
        if compare == Some(true) && !is_daily {
            let message = "`true` is allowed only with granularity DAILY; send that, or leave compare out";
            return Err(ApiError::invalid("compare", message));
        }
        let length = start.until(end).unwrap_or_default();
        let compared_from = start.checked_sub(length).ok().filter(|from| *from >= earliest(today));
        if compare == Some(true) && compared_from.is_none() {
            let message = format!(
                "Cost Explorer has no data before {}, so it lacks days before {start} to compare with; send fewer \
                     days, or compare=false",
                earliest(today)
            );
            return Err(ApiError::invalid("compare", message));
        }
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
            compared_from: compared_from.filter(|_| compare.unwrap_or(is_daily)),
            month_from,
            today,
            forecast: forecast(query, metric, today, &filter)?,
            filter,
        })
    }

    /// Returns the single Cost Explorer request that covers everything.
    pub(crate) fn question(&self) -> CostQuestion {
        let firsts = [self.compared_from, self.month_from, Some(self.start)];
        let mut group_by: Vec<_> = self.group_by.iter().map(|named| named.grouping.clone()).collect();
        if self.splits_record_types() {
            group_by.push(Grouping::Dimension(RECORD_TYPE));
        }
        CostQuestion {
            start: firsts.into_iter().flatten().min().unwrap_or(self.start),
            end: self.end,
            granularity: self.granularity,
            metric: self.metric,
            group_by,
            filter: self.filter.clone(),
        }
    }

    /// Returns whether the request includes both credits and refunds.
    pub(crate) fn has_reductions(&self) -> bool {
        !self.exclude.iter().any(|excluded| REDUCTIONS.contains(excluded))
    }

    /// Returns whether a grouping is free and therefore used for the record types: AWS accepts two.
    pub(crate) fn splits_record_types(&self) -> bool {
        self.group_by.len() < 2 && self.group_by.iter().all(|named| named.grouping != Grouping::Dimension(RECORD_TYPE))
    }
}

/// Returns the first day for which Cost Explorer has data.
fn earliest(today: Date) -> Date {
    today.first_of_month().checked_sub(MONTHS_KEPT.months()).unwrap_or(Date::MIN)
}

/// Returns the first day and the day after the last.
fn dates(query: &Query, granularity: Granularity, today: Date) -> Result<(Date, Date), ApiError> {
    let (start, end) = (date(query, "start")?, date(query, "end")?);
    let (kept_from, why) = match granularity {
        Granularity::Hourly => {
            (today.checked_sub(HOURLY_DAYS.days()).unwrap_or(today), "hourly data for 14 days up to now")
        }
        Granularity::Daily | Granularity::Monthly => (earliest(today), "13 months and the current one"),
    };
    let most_days = kept_from.until(today).map_or(USUAL_DAYS, |kept| kept.get_days());
    let days = query.number("days", &(1..=most_days))?;
    if days.is_some() && (start.is_some() || end.is_some()) {
        return Err(ApiError::invalid("days", "not allowed with start or end; send either days, or start and end"));
    }
    let tomorrow = today.tomorrow().unwrap_or(today);
    let end_name = if end.is_some() { "end" } else { "start" };
    let last = end.unwrap_or(today);
    let first = match (start, end) {
        (Some(start), _) => start,
        (None, Some(_)) => return Err(ApiError::invalid("start", "required with end: the first day, as YYYY-MM-DD")),
        (None, None) => last.checked_sub(days.unwrap_or(USUAL_DAYS.min(most_days)).days()).unwrap_or(Date::MIN),
    };
    if last > tomorrow {
        return Err(ApiError::not_allowed("end", &last.to_string(), &format!("up to {tomorrow}, the day after today")));
    }
    if first >= last {
        let missing = if end.is_none() { " (today, since it is missing)" } else { "" };
        let message = format!(
            "{first} to {last} has no days: end{missing} is the day after the last, so it must be later than start"
        );
        return Err(ApiError::invalid(end_name, message));
    }
    if first < kept_from {
        let allowed = format!("{kept_from} or later; Cost Explorer keeps {why}");
        return Err(ApiError::not_allowed("start", &first.to_string(), &allowed));
    }
    Ok((first, last))
}

fn date(query: &Query, name: &str) -> Result<Option<Date>, ApiError> {
    let Some(text) = query.text(name) else { return Ok(None) };
    // The parser also accepts other formats, which AWS does not.
    let read = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    read.map(Some).ok_or_else(|| ApiError::not_allowed(name, text, "a day that exists, as YYYY-MM-DD"))
}

fn group_by(query: &Query) -> Result<Vec<NamedGrouping>, ApiError> {
    let names = query.list("group_by")?.unwrap_or_else(|| vec!["service"]);
    if names.len() > 2 {
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
    let names = query.choices("exclude", &EXCLUDABLE.map(|(name, _)| name))?.unwrap_or_default();
    let aws = |name| EXCLUDABLE.iter().find(|(known, _)| *known == name).map(|(_, aws)| *aws);
    Ok(names.into_iter().filter_map(aws).collect())
}

/// Returns the rest of the current month: from today to the first of the next month, which is at least one day.
fn forecast(
    query: &Query,
    metric: &str,
    today: Date,
    filter: &[CostCondition],
) -> Result<Option<ForecastQuestion>, ApiError> {
    if query.choice("forecast", &["true", "false"])? != Some("true") {
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
