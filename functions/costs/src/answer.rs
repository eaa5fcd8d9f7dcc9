//! The data of a response: sums over the periods that Cost Explorer returned.

mod accounts;
mod amount;
mod comparison;
mod movers;
mod name;
mod usage;
mod watch;

use std::collections::BTreeMap;

use api::ApiError;
use collector::Coverage;
use collector::costs::{CostAnswers, CostPeriod, Costs, Forecast, ForecastAnswer, Granularity};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Value, json};

pub use self::accounts::CostsCoverage;
use self::accounts::cover;
pub use self::amount::Amount;
use self::amount::sum;
use self::comparison::{Comparison, compare};
pub(crate) use self::movers::Movers;
use self::name::name_in;
pub(crate) use self::usage::NotSplit;
pub(crate) use self::watch::{Anomalies, Anomaly, Budget};
use crate::query::{CostsQuery, DIMENSIONS};
use crate::record_types::REDUCTIONS;

/// The sums of groups by their names.
type Sums = BTreeMap<String, Decimal>;

/// The `data` of a response.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Costs", transform = costs_by)]
pub struct Data {
    /// The first day, UTC.
    start: Date,
    /// The day after the last, UTC.
    end: Date,
    /// The length of a period: `DAILY`, `MONTHLY` or `HOURLY`.
    granularity: &'static str,
    /// What the amounts are, as in the parameter `metric`.
    pub(crate) metric: &'static str,
    /// The sum of all periods, in `currency`.
    total_cost: Amount,
    /// The currency, or the unit of usage; null if the groups have different ones, or if there are none.
    pub(crate) currency: Option<String>,
    /// Whether AWS may still change any of the amounts.
    estimated: bool,
    /// For each grouping, `costs_by_service` and so on, the sum of each group.
    #[serde(flatten)]
    costs_by: BTreeMap<String, ByGroup>,
    /// Every period by its start: a day (`2026-11-20`), or an hour (`2026-11-20T10:00:00Z`).
    pub(crate) periods: BTreeMap<String, Period>,
    /// What credits and refunds took off; null if both groupings are used for something other than `record_type`, or if
    /// credits or refunds are excluded.
    credits_and_refunds: Option<Reductions>,
    /// The current month up to yesterday; null unless the request is for `DAILY` days that end with today, and on the
    /// first of a month.
    month_to_date: Option<MonthToDate>,
    /// The days before; null with `compare=false`, for hours, where Cost Explorer no longer has those days, and where
    /// reading them failed, which a gap reports.
    comparison: Option<Comparison>,
    /// The rest of the month; absent unless `forecast=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    forecast: Option<Outlook>,
    /// What rose and fell since the days before; absent unless `movers=true`, and where reading it failed, which a gap
    /// reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) movers: Option<Movers>,
    /// What Cost Anomaly Detection found, whatever the filters; absent unless `anomalies=true`, and where reading it
    /// failed, which a gap reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) anomalies: Option<Anomalies>,
    /// The budgets of the account by name, whatever the filters; empty if it has none. Absent unless `budgets=true`, and
    /// where reading them failed, which a gap reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budgets: Option<Vec<Budget>>,
    /// When the data was requested from AWS; earlier than `generated_at` if it was cached.
    as_of: Timestamp,
}

/// The sum of each group over all periods, by name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostsByGroup")]
struct ByGroup(BTreeMap<String, Amount>);

/// The costs of one period.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostsOfPeriod")]
pub(crate) struct Period {
    /// The first day or hour after the period.
    pub(crate) end: String,
    /// The sum of its groups.
    cost: Amount,
    /// Whether AWS may still change any of the amounts.
    pub(crate) estimated: bool,
    /// The groups of the first grouping, by name. With two groupings, each has the groups of the second.
    pub(crate) groups: BTreeMap<String, Group>,
}

/// A group of one period: its cost, or with two groupings the costs of the groups of the second, by name.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "CostsOfGroup", transform = numbers_by_name)]
pub(crate) enum Group {
    Cost(Amount),
    Groups(BTreeMap<String, Amount>),
}

/// Says what the fields of a group are, next to its alternatives. Generators of clients that do not know alternatives
/// would take it for an object without any.
fn numbers_by_name(schema: &mut Schema) {
    schema.insert("additionalProperties".to_owned(), json!({"type": "number"}));
}

/// Names in the schema the fields of the groupings that are dimensions. Those of tags and cost categories remain
/// additional fields: most generators of clients know no patterns of names.
fn costs_by(schema: &mut Schema) {
    let Some(by) = schema.get("additionalProperties").cloned() else { return };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, _) in DIMENSIONS {
            let mut by = by.clone();
            let about = format!("The sum of each group over all periods, by name; absent unless grouped by `{name}`.");
            if let Value::Object(by) = &mut by {
                by.insert("description".to_owned(), about.into());
            }
            properties.insert(format!("costs_by_{name}"), by);
        }
    }
}

/// What credits and refunds took off the bill.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreditsAndRefunds")]
struct Reductions {
    /// Their sum, at most 0.
    amount: Amount,
    /// Their share of everything else, 0 to 1; null if there is nothing else.
    share: Option<Amount>,
    /// The sum of each of Cost Explorer's record types, usage included.
    by_record_type: BTreeMap<String, Amount>,
}

/// The current month up to yesterday.
#[derive(Debug, Serialize, JsonSchema)]
struct MonthToDate {
    /// The first of the month, UTC.
    start: Date,
    /// The day after the last: today, UTC.
    end: Date,
    /// The sum of these days.
    cost: Amount,
    /// Whether AWS may still change any of the amounts.
    estimated: bool,
}

/// The forecast for the rest of the month, or why AWS has none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "CostsForecast")]
enum Outlook {
    /// What Cost Explorer expects.
    Forecast {
        /// Today, UTC.
        start: Date,
        /// The day after the last, UTC: the first of the next month.
        end: Date,
        /// The expected sum of these days.
        mean: Amount,
        /// The lower end of the interval.
        lower: Amount,
        /// The upper end of the interval.
        upper: Amount,
        /// The probability that the sum is within the interval, in percent.
        interval_percent: i32,
        /// The currency.
        currency: String,
    },
    /// There is no forecast.
    Unavailable {
        /// AWS's code, such as `DataUnavailableException`.
        unavailable: String,
        /// AWS's message.
        message: String,
    },
}

/// Builds the data and the coverage of a response.
pub(crate) fn shape(
    query: &CostsQuery,
    costs: &Costs,
    answers: &CostAnswers,
    coverage: Coverage,
) -> Result<(Data, CostsCoverage), ApiError> {
    let dated = costs.periods.iter().map(|period| Ok((first_day(period)?, period)));
    let dated: Vec<(Date, &CostPeriod)> = dated.collect::<Result<_, ApiError>>()?;
    let between = |from: Date, to: Date| dated.iter().filter(move |(day, _)| (from..to).contains(day)).map(|(_, p)| *p);
    let total = |periods: &mut dyn Iterator<Item = &CostPeriod>| sum(periods.map(CostPeriod::total));

    let asked: Vec<&CostPeriod> = between(query.start, query.end).collect();
    let total_cost = total(&mut asked.iter().copied());
    let month_to_date = query.month_from.map(|from| MonthToDate {
        start: from,
        end: query.today,
        cost: Amount(total(&mut between(from, query.today))),
        estimated: between(from, query.today).any(|period| period.estimated),
    });
    let before: Option<Vec<&CostPeriod>> = query.compared.and_then(|days| {
        if query.compares_apart() {
            answers.compared.as_ref().map(|apart| apart.periods.iter().collect())
        } else {
            Some(between(days.0, days.1).collect())
        }
    });
    let compared = query.compared.zip(before);
    let comparison = compared.as_ref().map(|(days, before)| compare(query, *days, before, &asked));
    let movers = movers::of(query, answers, compared.as_ref(), &asked);
    let coverage = cover(query, costs, &asked, answers, coverage);
    let data = Data {
        start: query.start,
        end: query.end,
        granularity: match query.granularity {
            Granularity::Daily => "DAILY",
            Granularity::Monthly => "MONTHLY",
            Granularity::Hourly => "HOURLY",
        },
        metric: query.metric,
        total_cost: Amount(total_cost),
        currency: currency(&asked),
        estimated: asked.iter().any(|period| period.estimated),
        costs_by: sums_by(query, &asked),
        credits_and_refunds: reductions(query, &asked, total_cost),
        month_to_date,
        comparison,
        forecast: answers.forecast.clone().map(outlook),
        movers,
        anomalies: answers.anomalies.as_ref().map(|found| Anomalies::of(found)),
        budgets: answers.budgets.as_ref().map(|budgets| budgets.0.iter().map(Budget::of).collect()),
        as_of: costs.as_of,
        periods: asked.into_iter().map(|period| (period.start.clone(), shown(query, period))).collect(),
    };
    Ok((data, coverage))
}

fn first_day(period: &CostPeriod) -> Result<Date, ApiError> {
    let day = period.start.split('T').next().unwrap_or_default();
    day.parse().map_err(|_| ApiError::Internal("Cost Explorer returned a period without a valid start".to_owned()))
}

fn add(sums: &mut Sums, name: String, amount: Decimal) {
    let sum = sums.entry(name).or_default();
    *sum = sum.saturating_add(amount);
}

fn amounts(sums: Sums) -> BTreeMap<String, Amount> {
    sums.into_iter().map(|(name, amount)| (name, Amount(amount))).collect()
}

/// Returns the unit that all periods with any groups share.
fn currency(periods: &[&CostPeriod]) -> Option<String> {
    let mut units = periods.iter().filter(|period| !period.groups.is_empty()).map(|period| period.unit.as_ref());
    let first = units.next()??;
    units.all(|unit| unit == Some(first)).then(|| first.clone())
}

/// Returns the sums by each grouping.
fn sums_by(query: &CostsQuery, periods: &[&CostPeriod]) -> BTreeMap<String, ByGroup> {
    let by = |(position, named): (usize, &crate::query::NamedGrouping)| {
        let mut sums = Sums::new();
        for (keys, amount) in periods.iter().flat_map(|period| &period.groups) {
            let key = keys.get(position).map_or("", String::as_str);
            add(&mut sums, name_in(&named.grouping, key), *amount);
        }
        (format!("costs_by_{}", named.name), ByGroup(amounts(sums)))
    };
    query.group_by.iter().enumerate().map(by).collect()
}

/// Returns what credits and refunds took off the bill, if the groups include record types.
fn reductions(query: &CostsQuery, periods: &[&CostPeriod], total: Decimal) -> Option<Reductions> {
    let position = query.record_types().filter(|_| query.has_reductions())?;
    let mut sums = Sums::new();
    for (keys, amount) in periods.iter().flat_map(|period| &period.groups) {
        add(&mut sums, keys.get(position).cloned().unwrap_or_default(), *amount);
    }
    let amount = sum(REDUCTIONS.iter().filter_map(|name| sums.get(*name).copied()));
    let rest = total.saturating_sub(amount);
    let share = rest.is_sign_positive().then(|| amount.abs().checked_div(rest)).flatten();
    Some(Reductions {
        amount: Amount(amount),
        share: share.map(|share| Amount(share.round_dp(4))),
        by_record_type: amounts(sums),
    })
}

/// Returns a period with the requested groups.
fn shown(query: &CostsQuery, period: &CostPeriod) -> Period {
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    let name = |keys: &[String], position: usize| {
        let named = query.group_by.get(position)?;
        Some(name_in(&named.grouping, keys.get(position).map_or("", String::as_str)))
    };
    for (keys, amount) in &period.groups {
        let of_first = sums.entry(name(keys, 0).unwrap_or_default()).or_default();
        add(of_first, name(keys, 1).unwrap_or_default(), *amount);
    }
    let has_second = query.group_by.len() > 1;
    let group = |sums: Sums| {
        if has_second { Group::Groups(amounts(sums)) } else { Group::Cost(Amount(sum(sums.into_values()))) }
    };
    Period {
        end: period.end.clone(),
        cost: Amount(period.total()),
        estimated: period.estimated,
        groups: sums.into_iter().map(|(name, sums)| (name, group(sums))).collect(),
    }
}

fn outlook(forecast: ForecastAnswer) -> Outlook {
    match forecast {
        Ok(Forecast { start, end, mean, lower, upper, level, unit }) => Outlook::Forecast {
            start,
            end,
            mean: Amount(mean),
            lower: Amount(lower),
            upper: Amount(upper),
            interval_percent: level,
            currency: unit,
        },
        Err(gap) => Outlook::Unavailable { unavailable: gap.code, message: gap.message },
    }
}

#[cfg(test)]
mod tests;
