//! Cost Explorer: past costs, also of single resources, forecasts, and the accounts on a bill.
//!
//! One endpoint, in us-east-1, has the costs of all regions. Each page of each request costs $0.01, so a response needs
//! only one request, and callers cache its result ([`cache`](crate::call::cache)). Amounts remain AWS's decimal
//! numbers.

pub(crate) mod anomalies;
mod expression;

use std::collections::BTreeMap;

use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::operation::get_cost_and_usage_with_resources::GetCostAndUsageWithResourcesOutput;
use aws_sdk_costexplorer::operation::get_dimension_values::GetDimensionValuesOutput;
use aws_sdk_costexplorer::types::{
    self, DateInterval, DimensionValuesWithAttributes, GroupDefinition, GroupDefinitionType, MetricValue, ResultByTime,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

use self::expression::all_of;
use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page, one_call};
use crate::model::costs::{
    CostPeriod, CostQuestion, Forecast, ForecastQuestion, Granularity, Grouping, LinkedAccount, LinkedAccounts,
    LinkedAccountsQuestion, Usage,
};
use crate::model::operation::{Operation, Price};

/// Cost Explorer.
pub(crate) struct CostExplorer;

impl Service for CostExplorer {
    const NAME: &'static str = "ce";
    const RATE: Rate = Rate::a_second(5, 4);

    guarded_client!(aws_sdk_costexplorer);
}

/// Reads past costs.
pub(crate) const GET_COST_AND_USAGE: Operation = billed("GetCostAndUsage", "ce:GetCostAndUsage");
/// Reads what single resources cost in the last 14 days, if the account has switched that on.
pub(crate) const GET_COST_AND_USAGE_WITH_RESOURCES: Operation =
    billed("GetCostAndUsageWithResources", "ce:GetCostAndUsageWithResources");
/// Lists the values of a dimension.
pub(crate) const GET_DIMENSION_VALUES: Operation = billed("GetDimensionValues", "ce:GetDimensionValues");
/// Forecasts costs.
pub(crate) const GET_COST_FORECAST: Operation = billed("GetCostForecast", "ce:GetCostForecast");

/// Returns an operation with Cost Explorer's price: $0.01 per request, and therefore per page.
const fn billed(name: &'static str, action: &'static str) -> Operation {
    Operation { service: CostExplorer::NAME, name, action: Some(action), price: Price::MicroUsdARequest(10_000) }
}

/// The region of Cost Explorer in the commercial partition.
pub(crate) const REGION: &str = "us-east-1";
/// The commercial partition. GovCloud has no Cost Explorer, and China has a separate one.
pub(crate) const PARTITION: &str = "aws";

/// The probability of a forecast's interval, in percent.
pub(crate) const FORECAST_LEVEL: i32 = 80;

/// The metric of usage, and the unit that it has where it adds up different ones.
const USAGE_QUANTITY: &str = "UsageQuantity";
const NO_UNIT: &str = "N/A";

/// The attribute of an account that is its name.
const ACCOUNT_NAME: &str = "description";

/// Returns every period of a request, in chronological order, and the names of the accounts that it is grouped by. A sum
/// without one of its pages would be wrong, so a fault discards everything.
pub(crate) async fn periods(
    inquiry: &Inquiry<'_>,
    question: &CostQuestion,
) -> Result<(Vec<CostPeriod>, BTreeMap<String, String>), Fault> {
    let pages = pages(inquiry, question).await;
    if let Some(fault) = pages.fault {
        return Err(fault);
    }
    let mut periods: BTreeMap<String, CostPeriod> = BTreeMap::new();
    let mut account_names = BTreeMap::new();
    for (results, accounts) in pages.found {
        let accounts = accounts.unwrap_or_default().into_iter().filter_map(account_of);
        account_names.extend(accounts.filter_map(|account| Some((account.id, account.name?))));
        for result in results.unwrap_or_default() {
            let period = period_of(result, question)?;
            match periods.get_mut(&period.start) {
                // The groups of one period can be spread over two pages.
                Some(known) => known.add(period),
                None => _ = periods.insert(period.start.clone(), period),
            }
        }
    }
    Ok((periods.into_values().collect(), account_names))
}

/// What a page of costs has, by whichever operation: periods, and the names of accounts.
type CostPage = (Option<Vec<ResultByTime>>, Option<Vec<DimensionValuesWithAttributes>>);

/// Asks for a page of costs. The requests of both operations have the same fields, but no trait in common.
macro_rules! page_of_costs {
    ($request:expr, $question:expr, $page:expr) => {
        $request
            .set_time_period(period($question))
            .granularity(granularity($question))
            .set_metrics(Some(metrics($question)))
            .set_group_by(Some($question.group_by.iter().map(definition).collect()))
            .set_filter(all_of(&$question.filter))
            .set_next_page_token($page.token)
            .send()
    };
}

async fn pages(inquiry: &Inquiry<'_>, question: &CostQuestion) -> Listing<CostPage> {
    let client = inquiry.client::<CostExplorer>();
    let limits = client.limits(operation(question), inquiry.deadline);
    if question.by_resource() {
        let ask = |page: Page| page_of_costs!(client.get_cost_and_usage_with_resources(), question, page);
        every_page(limits, ask, GetCostAndUsageWithResourcesOutput::next_page_token, |page| {
            vec![(page.results_by_time, page.dimension_value_attributes)]
        })
        .await
    } else {
        let ask = |page: Page| page_of_costs!(client.get_cost_and_usage(), question, page);
        every_page(limits, ask, GetCostAndUsageOutput::next_page_token, |page| {
            vec![(page.results_by_time, page.dimension_value_attributes)]
        })
        .await
    }
}

/// Returns the operation that has the costs of a request.
pub(crate) fn operation(question: &CostQuestion) -> &'static Operation {
    if question.by_resource() { &GET_COST_AND_USAGE_WITH_RESOURCES } else { &GET_COST_AND_USAGE }
}

fn period(question: &CostQuestion) -> Option<DateInterval> {
    interval(&at(question.start, question.granularity), &at(question.end, question.granularity))
}

fn granularity(question: &CostQuestion) -> types::Granularity {
    match question.granularity {
        Granularity::Daily => types::Granularity::Daily,
        Granularity::Monthly => types::Granularity::Monthly,
        Granularity::Hourly => types::Granularity::Hourly,
    }
}

fn metrics(question: &CostQuestion) -> Vec<String> {
    let usage = question.with_usage.then_some(USAGE_QUANTITY);
    [question.metric].into_iter().chain(usage).map(str::to_owned).collect()
}

/// Returns the accounts that some costs belong to, by their ids. Without one of its pages, the list would look complete.
pub(crate) async fn linked_accounts(
    inquiry: &Inquiry<'_>,
    question: &LinkedAccountsQuestion,
) -> Result<LinkedAccounts, Fault> {
    let client = inquiry.client::<CostExplorer>();
    let ask = |page: Page| {
        client
            .get_dimension_values()
            .set_time_period(interval(&question.start.to_string(), &question.end.to_string()))
            .dimension(types::Dimension::LinkedAccount)
            .context(types::Context::CostAndUsage)
            .set_filter(all_of(&question.filter))
            .set_next_page_token(page.token)
            .send()
    };
    let limits = client.limits(&GET_DIMENSION_VALUES, inquiry.deadline);
    let pages = every_page(limits, ask, GetDimensionValuesOutput::next_page_token, |page| page.dimension_values).await;
    if let Some(fault) = pages.fault {
        return Err(fault);
    }
    let mut accounts: Vec<_> = pages.found.into_iter().filter_map(account_of).collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(LinkedAccounts(accounts))
}

fn account_of(value: DimensionValuesWithAttributes) -> Option<LinkedAccount> {
    let name = value.attributes.unwrap_or_default().remove(ACCOUNT_NAME).filter(|name| !name.is_empty());
    Some(LinkedAccount { id: value.value?, name })
}

/// Forecasts what the rest of a period will cost.
pub(crate) async fn forecast(inquiry: &Inquiry<'_>, question: &ForecastQuestion) -> Result<Forecast, Fault> {
    let client = inquiry.client::<CostExplorer>();
    let call = || {
        client
            .get_cost_forecast()
            .set_time_period(interval(&question.start.to_string(), &question.end.to_string()))
            .granularity(types::Granularity::Monthly)
            .metric(question.metric.into())
            .set_filter(all_of(&question.filter))
            .prediction_interval_level(FORECAST_LEVEL)
            .send()
    };
    let answer = one_call(client.limits(&GET_COST_FORECAST, inquiry.deadline), call).await?;
    let total = answer.total.ok_or_else(|| incomplete(&GET_COST_FORECAST, "no total"))?;
    // A request spans at most two months, so the bounds are added like the means.
    let results = answer.forecast_results_by_time.unwrap_or_default();
    let sum = |bound: fn(&types::ForecastResult) -> Option<&str>| -> Result<Decimal, Fault> {
        results
            .iter()
            .try_fold(Decimal::ZERO, |sum, result| Ok(sum.saturating_add(decimal(&GET_COST_FORECAST, bound(result))?)))
    };
    Ok(Forecast {
        start: question.start,
        end: question.end,
        mean: decimal(&GET_COST_FORECAST, total.amount.as_deref())?,
        lower: sum(types::ForecastResult::prediction_interval_lower_bound)?,
        upper: sum(types::ForecastResult::prediction_interval_upper_bound)?,
        level: FORECAST_LEVEL,
        unit: total.unit.unwrap_or_default(),
    })
}

fn interval(start: &str, end: &str) -> Option<DateInterval> {
    // Building fails only without a start or an end.
    DateInterval::builder().start(start).end(end).build().ok()
}

/// Formats a date for Cost Explorer, which needs a time for hourly periods.
fn at(date: Date, granularity: Granularity) -> String {
    match granularity {
        Granularity::Hourly => format!("{date}T00:00:00Z"),
        Granularity::Daily | Granularity::Monthly => date.to_string(),
    }
}

fn definition(grouping: &Grouping) -> GroupDefinition {
    let (kind, key) = match grouping {
        Grouping::Dimension(name) => (GroupDefinitionType::Dimension, *name),
        Grouping::Tag(key) => (GroupDefinitionType::Tag, key.as_str()),
        Grouping::CostCategory(name) => (GroupDefinitionType::CostCategory, name.as_str()),
    };
    GroupDefinition::builder().r#type(kind).key(key).build()
}

fn period_of(result: ResultByTime, question: &CostQuestion) -> Result<CostPeriod, Fault> {
    let operation = operation(question);
    let interval = result.time_period.ok_or_else(|| incomplete(operation, "a period without its dates"))?;
    let mut period = CostPeriod {
        start: interval.start,
        end: interval.end,
        estimated: result.estimated,
        groups: Vec::new(),
        unit: None,
        usage: Vec::new(),
    };
    for group in result.groups.unwrap_or_default() {
        let (mut metrics, keys) = (group.metrics.unwrap_or_default(), group.keys.unwrap_or_default());
        // A quantity that is missing or illegible is unknown; the costs stand without it.
        let usage = metrics.remove(USAGE_QUANTITY).filter(|_| question.with_usage);
        if let Some((quantity, unit)) = usage.and_then(|value| amount(operation, Some(value)).ok()) {
            let unit = Some(unit).filter(|unit| !unit.is_empty() && unit != NO_UNIT);
            period.usage.push(Usage { keys: keys.clone(), quantity, unit });
        }
        period.push(keys, amount(operation, metrics.remove(question.metric))?);
    }
    // Without groups, Cost Explorer returns a single total instead.
    if let Some(value) = result.total.unwrap_or_default().remove(question.metric) {
        period.push(Vec::new(), amount(operation, Some(value))?);
    }
    Ok(period)
}

fn amount(operation: &'static Operation, value: Option<MetricValue>) -> Result<(Decimal, String), Fault> {
    let value = value.ok_or_else(|| incomplete(operation, "a group without its amount"))?;
    Ok((decimal(operation, value.amount.as_deref())?, value.unit.unwrap_or_default()))
}

/// Reads an amount; very small ones have an exponent.
fn decimal(operation: &'static Operation, text: Option<&str>) -> Result<Decimal, Fault> {
    let text = text.unwrap_or_default();
    let read = text.parse().or_else(|_| Decimal::from_scientific(text));
    read.map_err(|_| incomplete(operation, "an amount that is not a decimal number"))
}

fn incomplete(operation: &'static Operation, what: &str) -> Fault {
    Fault::failed(operation, "IncompleteAnswer", &format!("Cost Explorer returned {what}"))
}
