//! What an account costs: requests to Cost Explorer, whose results are cached.
//!
//! A request costs a cent per page and its result changes at most three times a day, so results are cached in the warm
//! function: forecasts and costs that AWS still estimates for an hour, final costs for a day. A request that is made
//! several times at once is sent once. Faults are not cached.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::model::costs::{
    CostAnswers, CostCondition, CostQuestion, CostQuestions, Costs, Forecast, ForecastAnswer, ForecastQuestion,
};
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::services::cost_explorer::{self, GET_COST_AND_USAGE, GET_COST_FORECAST};

/// The operations that reading costs calls.
pub const OPERATIONS: &[&Operation] = &[&GET_COST_AND_USAGE, &GET_COST_FORECAST];

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

impl Collector {
    /// Returns past costs and, if requested, those to compare with and a forecast; all are requested concurrently.
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
                self.account(deadline),
            ))
        });
        let (collected, aws_requests) = metered(requested).await;
        let (costs, compared, forecast, account) = collected?;
        let mut gaps = Vec::new();
        let mut or_gap = |costs: Option<Result<Arc<Costs>, Gap>>| costs?.map_err(|gap| gaps.push(gap)).ok();
        let answers = CostAnswers { costs: or_gap(costs), compared: or_gap(compared), forecast };
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
            let inquiry = self.cost_explorer(&GET_COST_AND_USAGE, deadline)?;
            Ok(Costs { periods: cost_explorer::periods(&inquiry, question).await?, as_of: now })
        };
        let costs = self.common.costs.get(question, ask).await;
        Some(costs.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
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

    /// Returns what requests to Cost Explorer need. Other partitions than the commercial one have no Cost Explorer or a
    /// separate one.
    fn cost_explorer(&self, operation: &'static Operation, deadline: Instant) -> Result<Inquiry<'_>, Fault> {
        match self.clients.partition() {
            cost_explorer::PARTITION => Ok(self.inquiry(cost_explorer::REGION, None, deadline)),
            other => {
                let message =
                    format!("Cost Explorer is supported only in the partition aws; this account is in {other}");
                Err(Fault::failed(operation, "UnsupportedPartition", &message))
            }
        }
    }
}
