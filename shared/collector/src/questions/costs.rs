//! What an account costs: requests to Cost Explorer, whose results are cached, and to Budgets, which are free.
//!
//! A request costs a cent per page and its result changes at most three times a day, so results are cached in the warm
//! function: forecasts and costs that AWS still estimates for an hour, final costs and lists of accounts for a day. A request that is made
//! several times at once is sent once. Faults are not cached.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use jiff::Timestamp;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::model::costs::{
    AnomaliesQuestion, Budgets, CostAnswers, CostCondition, CostQuestion, CostQuestions, Costs, DetectedAnomalies,
    Forecast, ForecastAnswer, ForecastQuestion, LinkedAccounts, LinkedAccountsQuestion,
};
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::services::budgets::{self, DESCRIBE_BUDGETS};
use crate::services::cost_explorer::anomalies::{self, GET_ANOMALIES, GET_ANOMALY_MONITORS};
use crate::services::cost_explorer::{
    self, GET_COST_AND_USAGE, GET_COST_AND_USAGE_WITH_RESOURCES, GET_COST_FORECAST, GET_DIMENSION_VALUES,
};

/// The operations that reading costs calls.
pub const OPERATIONS: &[&Operation] = &[
    &GET_COST_AND_USAGE,
    &GET_COST_AND_USAGE_WITH_RESOURCES,
    &GET_COST_FORECAST,
    &GET_DIMENSION_VALUES,
    &GET_ANOMALIES,
    &GET_ANOMALY_MONITORS,
    &DESCRIBE_BUDGETS,
];

/// Checks that AWS documents each condition for forecasts: it names dimensions, and no tags. A forecast of other costs
/// than those requested would be worse than none.
fn forecastable(filter: &[CostCondition]) -> Result<(), Fault> {
    let by_tag = |condition: &CostCondition| matches!(condition, CostCondition::Tag { .. } | CostCondition::Tagged(_));
    if filter.iter().any(by_tag) {
        let message = "Cost Explorer forecasts costs by dimension, not by tag: leave out tags to have a forecast";
        return Err(Fault::failed(&GET_COST_FORECAST, "UnsupportedFilter", message));
    }
    Ok(())
}

/// Returns what was read, or adds the gap of its failure.
fn or_gap<T>(read: Option<Result<T, Gap>>, gaps: &mut Vec<Gap>) -> Option<T> {
    read?.map_err(|gap| gaps.push(gap)).ok()
}

impl Collector {
    /// Returns past costs and whatever else is requested; all are requested concurrently.
    ///
    /// Incomplete costs would be wrong, so they are either complete or `None` with a gap in the coverage. A forecast
    /// that AWS can't make is a result, not a gap.
    ///
    /// # Errors
    /// If the account does not grant access.
    pub async fn costs(
        &self,
        questions: &CostQuestions,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(CostAnswers, Coverage), Refusal> {
        let requested = Box::pin(async {
            self.enter(deadline).await?;
            Ok(tokio::join!(
                self.past_costs(Some(&questions.costs), now, deadline),
                self.past_costs(questions.compared.as_ref(), now, deadline),
                self.future_costs(questions.forecast.as_ref(), deadline),
                self.linked_accounts(questions.accounts.as_ref(), deadline),
                self.movers(questions.movers.as_ref(), now, deadline),
                self.anomalies(questions.anomalies.as_ref(), deadline),
                self.budgets(questions.budgets, deadline),
                self.account(deadline),
            ))
        });
        let (collected, aws_requests) = metered(requested).await;
        let (costs, compared, forecast, accounts, movers, anomalies, budgets, account) = collected?;
        let mut gaps = Vec::new();
        let costs = or_gap(costs, &mut gaps);
        let compared = or_gap(compared, &mut gaps);
        let accounts = or_gap(accounts, &mut gaps);
        let movers = or_gap(movers, &mut gaps);
        let anomalies = or_gap(anomalies, &mut gaps);
        let budgets = or_gap(budgets, &mut gaps);
        if let Ok(own) = &account {
            let listed = accounts.iter().flat_map(|accounts| &accounts.0).map(|account| &account.id);
            let grouped = costs.iter().flat_map(|costs| costs.accounts(&questions.costs));
            if listed.chain(grouped).any(|id| *id != own.id) {
                self.common.is_payer.store(true, Ordering::Relaxed);
            }
        }
        let is_payer = self.common.is_payer.load(Ordering::Relaxed);
        let answers = CostAnswers { costs, compared, forecast, accounts, movers, anomalies, budgets, is_payer };
        Ok((answers, Coverage::new(account, gaps, aws_requests)))
    }

    async fn past_costs(
        &self,
        question: Option<&CostQuestion>,
        now: Timestamp,
        deadline: Instant,
    ) -> Option<Result<Arc<Costs>, Gap>> {
        let question = question?;
        let ask = async {
            let inquiry = self.cost_explorer(cost_explorer::operation(question), deadline)?;
            let (periods, account_names) = cost_explorer::periods(&inquiry, question).await?;
            Ok(Costs { periods, account_names, as_of: now })
        };
        let costs = self.common.costs.get(question, ask).await;
        Some(costs.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    /// Returns the costs before and now: both, or the gap of the first that failed.
    async fn movers(
        &self,
        questions: Option<&[CostQuestion; 2]>,
        now: Timestamp,
        deadline: Instant,
    ) -> Option<Result<[Arc<Costs>; 2], Gap>> {
        let [before, after] = questions?;
        let (before, after) =
            tokio::join!(self.past_costs(Some(before), now, deadline), self.past_costs(Some(after), now, deadline));
        let (before, after) = (before?, after?);
        Some(match (before, after) {
            (Ok(before), Ok(after)) => Ok([before, after]),
            (Err(gap), _) | (_, Err(gap)) => Err(gap),
        })
    }

    async fn linked_accounts(
        &self,
        question: Option<&LinkedAccountsQuestion>,
        deadline: Instant,
    ) -> Option<Result<Arc<LinkedAccounts>, Gap>> {
        let question = question?;
        let ask = async {
            let inquiry = self.cost_explorer(&GET_DIMENSION_VALUES, deadline)?;
            cost_explorer::linked_accounts(&inquiry, question).await
        };
        let accounts = self.common.linked_accounts.get(question, ask).await;
        Some(accounts.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    async fn future_costs(&self, question: Option<&ForecastQuestion>, deadline: Instant) -> Option<ForecastAnswer> {
        let question = question?;
        let ask = async {
            let inquiry = self.cost_explorer(&GET_COST_FORECAST, deadline)?;
            forecastable(&question.filter)?;
            cost_explorer::forecast(&inquiry, question).await
        };
        let forecast = self.common.forecasts.get(question, ask).await;
        let forecast = forecast.map(|forecast| Forecast::clone(&forecast));
        Some(forecast.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    /// Returns the anomalies, and, without any, whether a monitor would have found some. An empty list of which that is
    /// not known would say nothing, so it is a fault.
    async fn anomalies(
        &self,
        question: Option<&AnomaliesQuestion>,
        deadline: Instant,
    ) -> Option<Result<Arc<DetectedAnomalies>, Gap>> {
        let question = question?;
        let ask = async {
            let inquiry = self.cost_explorer(&GET_ANOMALIES, deadline)?;
            let found = anomalies::anomalies(&inquiry, question).await?;
            let monitored = !found.is_empty() || anomalies::is_monitored(&inquiry).await?;
            Ok(DetectedAnomalies { anomalies: found, monitored })
        };
        let detected = self.common.anomalies.get(question, ask).await;
        Some(detected.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    /// Returns the budgets. They are free, and may have been changed a moment ago, so they are not cached. Without the
    /// account, whose gap the coverage has anyway, they can't be asked for.
    async fn budgets(&self, wanted: bool, deadline: Instant) -> Option<Result<Budgets, Gap>> {
        let account = if wanted { self.account(deadline).await.ok()? } else { return None };
        let inquiry = self.in_commercial_partition(&DESCRIBE_BUDGETS, "Budgets", deadline);
        let listed = async { budgets::budgets(&inquiry?, &account.id).await }.await;
        Some(listed.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    /// Returns what requests to Cost Explorer need. Other partitions than the commercial one have no Cost Explorer or a
    /// separate one.
    fn cost_explorer(&self, operation: &'static Operation, deadline: Instant) -> Result<Inquiry<'_>, Fault> {
        self.in_commercial_partition(operation, "Cost Explorer", deadline)
    }

    fn in_commercial_partition(
        &self,
        operation: &'static Operation,
        name: &str,
        deadline: Instant,
    ) -> Result<Inquiry<'_>, Fault> {
        match self.clients.partition() {
            cost_explorer::PARTITION => Ok(self.inquiry(cost_explorer::REGION, None, deadline)),
            other => {
                let message = format!("{name} is supported only in the partition aws; this account is in {other}");
                Err(Fault::failed(operation, "UnsupportedPartition", &message))
            }
        }
    }
}
