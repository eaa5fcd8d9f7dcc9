//! What an account costs: questions to Cost Explorer, asked once and kept.
//!
//! A question costs a cent a page and its answer changes at most three times a day, so an answer is kept in the warm
//! function: a forecast and costs that AWS still estimates for an hour, costs that are final for a day. The same question
//! asked twice at once is sent once. A fault is not kept.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::model::costs::{CostQuestion, Costs, Forecast, ForecastAnswer, ForecastQuestion};
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::services::cost_explorer::{self, GET_COST_AND_USAGE, GET_COST_FORECAST};

/// What a question about costs calls.
pub const OPERATIONS: &[&Operation] = &[&GET_COST_AND_USAGE, &GET_COST_FORECAST];

impl Collector {
    /// Answers a question about the past and, if there is one, about the future, at once.
    ///
    /// Costs that lack anything would be wrong, so they are whole or there are none and the coverage has the gap. A
    /// forecast that AWS can't make is an answer, not a gap.
    ///
    /// # Errors
    /// An account that does not let us in.
    pub async fn costs(
        &self,
        question: &CostQuestion,
        forecast: Option<&ForecastQuestion>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(Option<Arc<Costs>>, Option<ForecastAnswer>, Coverage), Refusal> {
        let asked = Box::pin(async {
            self.enter(deadline).await?;
            let past = self.past_costs(question, now, deadline);
            Ok(tokio::join!(past, self.future_costs(forecast, deadline), self.account(deadline)))
        });
        let (answered, aws_requests) = metered(asked).await;
        let (costs, forecast, account) = answered?;
        let (costs, gap) = costs.map_or_else(|gap| (None, Some(gap)), |costs| (Some(costs), None));
        Ok((costs, forecast, Coverage::new(account, gap.into_iter().collect(), aws_requests)))
    }

    async fn past_costs(&self, question: &CostQuestion, now: Timestamp, deadline: Instant) -> Result<Arc<Costs>, Gap> {
        let ask = async {
            let inquiry = self.cost_explorer(&GET_COST_AND_USAGE, deadline)?;
            Ok(Costs { periods: cost_explorer::periods(&inquiry, question).await?, as_of: now })
        };
        let costs = self.common.costs.get(question, ask).await;
        costs.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[]))
    }

    async fn future_costs(&self, question: Option<&ForecastQuestion>, deadline: Instant) -> Option<ForecastAnswer> {
        let question = question?;
        let ask = async {
            let inquiry = self.cost_explorer(&GET_COST_FORECAST, deadline)?;
            cost_explorer::forecast(&inquiry, question).await
        };
        let forecast = self.common.forecasts.get(question, ask).await;
        let forecast = forecast.map(|forecast| Forecast::clone(&forecast));
        Some(forecast.map_err(|fault| self.gap(fault, cost_explorer::REGION, &[])))
    }

    /// Where Cost Explorer is asked, which a partition other than the commercial one does not have or has elsewhere.
    fn cost_explorer(&self, operation: &'static Operation, deadline: Instant) -> Result<Inquiry<'_>, Fault> {
        match self.clients.partition() {
            cost_explorer::PARTITION => Ok(self.inquiry(cost_explorer::REGION, None, deadline)),
            other => {
                let message = format!("Cost Explorer is asked in the partition aws only; this account is in {other}");
                Err(Fault::failed(operation, "UnsupportedPartition", &message))
            }
        }
    }
}
