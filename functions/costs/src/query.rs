//! The parameters of `/costs`, and the dates that they mean.
//!
//! Days are UTC days, as AWS bills them. `end` is exclusive here as it is at AWS, and by default today: the last day of
//! an answer is then yesterday, the last one that is over.

use api::{ApiError, Call, Query};
use collector::costs::{CostQuestion, ForecastQuestion, Granularity, Grouping};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _};

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[&str] =
    &["days", "start", "end", "granularity", "metric", "group_by", "exclude", "compare", "forecast"];

/// How many months Cost Explorer keeps besides the current one.
const MONTHS_KEPT: i32 = 13;
/// How many whole days Cost Explorer surely has hours of: it keeps 14 times 24 hours up to now, so that the hours of the
/// fourteenth day go while today lasts.
const HOURLY_DAYS: i32 = 13;
/// The days that are answered when none are asked.
const USUAL_DAYS: i32 = 30;

const GRANULARITIES: [&str; 3] = ["DAILY", "MONTHLY", "HOURLY"];

/// The bases: AWS's name, and that of forecasts where AWS makes one.
const METRICS: [(&str, Option<&str>); 7] = [
    ("UnblendedCost", Some("UNBLENDED_COST")),
    ("AmortizedCost", Some("AMORTIZED_COST")),
    ("NetUnblendedCost", Some("NET_UNBLENDED_COST")),
    ("NetAmortizedCost", Some("NET_AMORTIZED_COST")),
    ("BlendedCost", Some("BLENDED_COST")),
    ("UsageQuantity", None),
    ("NormalizedUsageAmount", None),
];

/// The dimensions to group by: our name and AWS's.
const DIMENSIONS: [(&str, &str); 6] = [
    ("service", "SERVICE"),
    ("account", "LINKED_ACCOUNT"),
    ("region", "REGION"),
    ("usage_type", "USAGE_TYPE"),
    ("record_type", RECORD_TYPE),
    ("instance_type", "INSTANCE_TYPE"),
];

/// The dimension that tells credits and refunds from charges.
pub(crate) const RECORD_TYPE: &str = "RECORD_TYPE";

/// The record types that can be left out: our name and AWS's.
const RECORD_TYPES: [(&str, &str); 3] = [("credit", "Credit"), ("refund", "Refund"), ("tax", "Tax")];

/// What AWS calls the record types that reduce a bill.
pub(crate) const REDUCTIONS: [&str; 2] = ["Credit", "Refund"];

/// A grouping under the name by which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedGrouping {
    pub(crate) name: String,
    pub(crate) grouping: Grouping,
}

/// What a caller asks.
#[derive(Debug)]
pub(crate) struct CostsQuery {
    pub(crate) start: Date,
    pub(crate) end: Date,
    pub(crate) granularity: Granularity,
    pub(crate) metric: &'static str,
    pub(crate) group_by: Vec<NamedGrouping>,
    exclude: Vec<&'static str>,
    /// The days before `start` that the answer is compared with; `None` where it is not, or AWS has no such days.
    pub(crate) compared_from: Option<Date>,
    /// The first day of the current month, where days of it are over and are asked for.
    pub(crate) month_from: Option<Date>,
    /// The first day of the current UTC day.
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
            return Err(ApiError::invalid("compare", "allowed with granularity DAILY only"));
        }
        let length = start.until(end).unwrap_or_default();
        let compared_from = start.checked_sub(length).ok().filter(|from| *from >= earliest(today));
        if compare == Some(true) && compared_from.is_none() {
            let message =
                format!("Cost Explorer has nothing before {}, so not as many days before {start}", earliest(today));
            return Err(ApiError::invalid("compare", message));
        }
        let month_from = Some(today.first_of_month()).filter(|first| is_daily && *first < today && end == today);
        Ok(Self {
            start,
            end,
            granularity,
            metric,
            group_by: group_by(query)?,
            exclude: exclude(query)?,
            compared_from: compared_from.filter(|_| compare.unwrap_or(is_daily)),
            month_from,
            today,
            forecast: forecast(query, metric, today)?,
        })
    }

    /// The one question whose answer has everything.
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
            exclude: self.exclude.clone(),
        }
    }

    /// Whether credits and refunds are a part of what was asked.
    pub(crate) fn has_reductions(&self) -> bool {
        !self.exclude.iter().any(|excluded| REDUCTIONS.contains(excluded))
    }

    /// Whether a grouping is free, and so used for the record types: AWS takes two.
    pub(crate) fn splits_record_types(&self) -> bool {
        self.group_by.len() < 2 && self.group_by.iter().all(|named| named.grouping != Grouping::Dimension(RECORD_TYPE))
    }
}

/// The first day that Cost Explorer has.
fn earliest(today: Date) -> Date {
    today.first_of_month().checked_sub(MONTHS_KEPT.months()).unwrap_or(Date::MIN)
}

/// The first day and the day after the last.
fn dates(query: &Query, granularity: Granularity, today: Date) -> Result<(Date, Date), ApiError> {
    let (start, end) = (date(query, "start")?, date(query, "end")?);
    let (kept_from, why) = match granularity {
        Granularity::Hourly => (today.checked_sub(HOURLY_DAYS.days()).unwrap_or(today), "hours for 14 days up to now"),
        Granularity::Daily | Granularity::Monthly => (earliest(today), "13 months and the current one"),
    };
    let most_days = kept_from.until(today).map_or(USUAL_DAYS, |kept| kept.get_days());
    let days = query.number("days", &(1..=most_days))?;
    if days.is_some() && (start.is_some() || end.is_some()) {
        return Err(ApiError::invalid("days", "either days, or start and end"));
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
        let message = format!("{first} to {last} is empty: start must be before end, which is not included");
        return Err(ApiError::invalid(end_name, message));
    }
    if first < kept_from {
        let allowed = format!("from {kept_from} on; Cost Explorer keeps {why}");
        return Err(ApiError::not_allowed("start", &first.to_string(), &allowed));
    }
    Ok((first, last))
}

fn date(query: &Query, name: &str) -> Result<Option<Date>, ApiError> {
    let Some(text) = query.text(name) else { return Ok(None) };
    // Other forms of a date that the parser knows are not what AWS takes.
    let read = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    read.map(Some).ok_or_else(|| ApiError::not_allowed(name, text, "a day of the calendar as YYYY-MM-DD"))
}

fn group_by(query: &Query) -> Result<Vec<NamedGrouping>, ApiError> {
    let names = query.list("group_by")?.unwrap_or_else(|| vec!["service"]);
    if names.len() > 2 {
        return Err(ApiError::invalid("group_by", "at most two groupings"));
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
    let names = query.choices("exclude", &RECORD_TYPES.map(|(name, _)| name))?.unwrap_or_default();
    let aws = |name| RECORD_TYPES.iter().find(|(known, _)| *known == name).map(|(_, aws)| *aws);
    Ok(names.into_iter().filter_map(aws).collect())
}

/// The rest of the current month: from today to the first of the next one, which even on the last day is one day.
fn forecast(query: &Query, metric: &str, today: Date) -> Result<Option<ForecastQuestion>, ApiError> {
    if query.choice("forecast", &["true", "false"])? != Some("true") {
        return Ok(None);
    }
    let known = METRICS.iter().find(|(name, _)| *name == metric).and_then(|(_, forecast)| *forecast);
    let Some(metric) = known else {
        return Err(ApiError::invalid("forecast", "allowed with a metric that is a cost, not with one of usage"));
    };
    let month: Span = 1.month();
    let end = today.first_of_month().checked_add(month).unwrap_or(today);
    Ok(Some(ForecastQuestion { start: today, end, metric }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read_at(now: &str, pairs: &[(&str, &str)]) -> Result<CostsQuery, ApiError> {
        CostsQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now.parse().unwrap())
    }

    fn read(pairs: &[(&str, &str)]) -> Result<CostsQuery, ApiError> {
        read_at("2026-11-20T10:37:12Z", pairs)
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        match read(pairs).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        }
    }

    fn dates_at(now: &str, pairs: &[(&str, &str)]) -> (Date, Date) {
        let query = read_at(now, pairs).unwrap();
        (query.start, query.end)
    }

    #[test]
    fn by_default_the_last_thirty_whole_days_are_asked_by_service() {
        let query = read(&[]).unwrap();
        assert_eq!((query.start, query.end), (date(2026, 10, 21), date(2026, 11, 20)));
        let question = query.question();
        assert_eq!((question.start, question.end), (date(2026, 9, 21), date(2026, 11, 20)));
        assert_eq!(question.group_by, [Grouping::Dimension("SERVICE"), Grouping::Dimension("RECORD_TYPE")]);
        assert_eq!(question.metric, "UnblendedCost");
    }

    #[test]
    fn on_the_first_of_a_month_there_is_a_day_to_ask_and_no_month_to_date() {
        let query = read_at("2026-11-01T00:00:00Z", &[("days", "1")]).unwrap();
        assert_eq!((query.start, query.end), (date(2026, 10, 31), date(2026, 11, 1)));
        assert_eq!(query.month_from, None);
        assert_eq!(read_at("2026-11-02T00:00:00Z", &[]).unwrap().month_from, Some(date(2026, 11, 1)));
    }

    #[test]
    fn days_are_utc_days() {
        assert_eq!(dates_at("2026-11-20T23:59:59Z", &[("days", "1")]).1, date(2026, 11, 20));
        assert_eq!(dates_at("2026-11-21T00:00:00Z", &[("days", "1")]).1, date(2026, 11, 21));
    }

    #[test]
    fn a_leap_day_counts() {
        assert_eq!(dates_at("2028-03-01T12:00:00Z", &[("days", "1")]), (date(2028, 2, 29), date(2028, 3, 1)));
        assert_eq!(dates_at("2027-03-01T12:00:00Z", &[("days", "1")]), (date(2027, 2, 28), date(2027, 3, 1)));
    }

    #[test]
    fn the_end_is_exclusive_and_at_most_tomorrow() {
        let query = read(&[("start", "2026-11-20"), ("end", "2026-11-21")]).unwrap();
        assert_eq!((query.start, query.end), (date(2026, 11, 20), date(2026, 11, 21)));
        assert!(
            refused(&[("start", "2026-11-20"), ("end", "2026-11-22")]).starts_with("end: `2026-11-22` is not allowed")
        );
        assert!(refused(&[("start", "2026-11-20")]).starts_with("start: 2026-11-20 to 2026-11-20 is empty"));
        assert!(
            refused(&[("start", "2026-11-20"), ("end", "2026-11-20")]).starts_with("end: 2026-11-20 to 2026-11-20")
        );
    }

    #[test]
    fn what_cost_explorer_no_longer_has_is_refused_with_what_it_has() {
        assert_eq!(dates_at("2026-11-20T10:00:00Z", &[("start", "2025-10-01")]).0, date(2025, 10, 1));
        assert_eq!(
            refused(&[("start", "2025-09-30")]),
            "start: `2025-09-30` is not allowed; allowed: from 2025-10-01 on; Cost Explorer keeps 13 months and the current one"
        );
        assert!(refused(&[("days", "416")]).ends_with("allowed: a whole number from 1 to 415"));
        assert_eq!(read(&[("days", "415")]).unwrap().start, date(2025, 10, 1));
        assert!(
            refused(&[("granularity", "HOURLY"), ("days", "14")]).ends_with("allowed: a whole number from 1 to 13")
        );
        assert!(refused(&[("granularity", "HOURLY"), ("start", "2026-11-06")]).contains("from 2026-11-07 on"));
        assert_eq!(read(&[("granularity", "HOURLY")]).unwrap().start, date(2026, 11, 7));
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for text in
            ["2026-02-30", "2026-13-01", "20261101", "2026-11-1", "2026-11-01T00:00:00", "-002026-01-01", "today"]
        {
            assert!(refused(&[("start", text)]).starts_with("start: `"), "{text}");
        }
    }

    #[test]
    fn a_comparison_is_with_the_same_number_of_days_that_aws_still_has() {
        assert_eq!(read(&[("days", "7")]).unwrap().compared_from, Some(date(2026, 11, 6)));
        assert_eq!(read(&[("days", "7"), ("compare", "false")]).unwrap().compared_from, None);
        assert_eq!(read(&[("days", "300")]).unwrap().compared_from, None);
        assert!(
            refused(&[("days", "300"), ("compare", "true")])
                .starts_with("compare: Cost Explorer has nothing before 2025-10-01")
        );
        assert_eq!(read(&[("granularity", "MONTHLY")]).unwrap().compared_from, None);
        assert_eq!(
            refused(&[("granularity", "MONTHLY"), ("compare", "true")]),
            "compare: allowed with granularity DAILY only"
        );
    }

    #[test]
    fn a_forecast_runs_to_the_end_of_the_month_also_on_its_last_day() {
        let forecast = |now| read_at(now, &[("forecast", "true")]).unwrap().forecast.unwrap();
        for (now, start, end) in [
            ("2026-11-30T23:00:00Z", date(2026, 11, 30), date(2026, 12, 1)),
            ("2026-12-31T00:00:00Z", date(2026, 12, 31), date(2027, 1, 1)),
            ("2026-11-01T00:00:00Z", date(2026, 11, 1), date(2026, 12, 1)),
        ] {
            assert_eq!(forecast(now), ForecastQuestion { start, end, metric: "UNBLENDED_COST" });
        }
    }

    #[test]
    fn a_free_grouping_splits_the_record_types() {
        let groupings = |by: &str| read(&[("group_by", by)]).unwrap().question().group_by;
        let dimension = Grouping::Dimension;
        assert_eq!(groupings("record_type"), [dimension("RECORD_TYPE")]);
        assert_eq!(groupings("region,account"), [dimension("REGION"), dimension("LINKED_ACCOUNT")]);
        assert_eq!(groupings("tag:a:b"), [Grouping::Tag("a:b".into()), dimension("RECORD_TYPE")]);
        assert_eq!(groupings("cost_category:Team")[0], Grouping::CostCategory("Team".into()));
    }

    #[test]
    fn whatever_is_asked_is_read_or_refused_by_name() {
        hostile::try_all(PARAMETERS, read);
    }
}
