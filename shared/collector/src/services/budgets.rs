//! Budgets: what the account means to spend, and how far it is.

use aws_sdk_budgets::operation::describe_budgets::DescribeBudgetsOutput;
use aws_sdk_budgets::types;
use rust_decimal::Decimal;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page};
use crate::model::costs::{Budget, Budgets};
use crate::model::operation::{Operation, Price};
use crate::services::values::timestamp;

/// Budgets, which has one endpoint for all regions of a partition.
pub(crate) struct AwsBudgets;

impl Service for AwsBudgets {
    const NAME: &'static str = "budgets";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_budgets);
}

/// Lists the budgets of an account.
pub(crate) const DESCRIBE_BUDGETS: Operation = Operation {
    service: AwsBudgets::NAME,
    name: "DescribeBudgets",
    action: Some("budgets:ViewBudget"),
    price: Price::Free,
};

/// The most budgets that AWS returns per page.
const BUDGETS_A_PAGE: i32 = 1_000;

/// Returns the budgets of an account by name. Without one of the pages, the list would look complete.
pub(crate) async fn budgets(inquiry: &Inquiry<'_>, account: &str) -> Result<Budgets, Fault> {
    let client = inquiry.client::<AwsBudgets>();
    let ask = |page: Page| {
        client.describe_budgets().account_id(account).max_results(page.size).set_next_token(page.token).send()
    };
    let limits = client.limits(&DESCRIBE_BUDGETS, inquiry.deadline).pages_of(BUDGETS_A_PAGE);
    let pages = every_page(limits, ask, DescribeBudgetsOutput::next_token, |page| {
        page.budgets.unwrap_or_default().iter().map(budget_of).collect()
    })
    .await;
    if let Some(fault) = pages.fault {
        return Err(fault);
    }
    let mut budgets = pages.found;
    budgets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Budgets(budgets))
}

fn budget_of(budget: &types::Budget) -> Budget {
    let spent = budget.calculated_spend();
    let spends = [
        budget.budget_limit(),
        spent.and_then(types::CalculatedSpend::actual_spend),
        spent.and_then(types::CalculatedSpend::forecasted_spend),
    ];
    let [limit, actual, forecast] = spends.map(|spend| spend.and_then(|spend| spend.amount().parse::<Decimal>().ok()));
    let mut units = spends.into_iter().flatten().map(types::Spend::unit);
    let unit = units.next().filter(|first| !first.is_empty() && units.all(|unit| unit == *first));
    let held = budget.time_period();
    Budget {
        name: budget.budget_name().to_owned(),
        kind: budget.budget_type().as_str().to_owned(),
        period: budget.time_unit().as_str().to_owned(),
        start: timestamp(held.and_then(types::TimePeriod::start)),
        end: timestamp(held.and_then(types::TimePeriod::end)),
        limit,
        actual,
        forecast,
        unit: unit.map(str::to_owned),
    }
}
