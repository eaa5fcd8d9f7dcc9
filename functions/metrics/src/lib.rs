//! How is it doing: `GET /metrics`.
//!
//! The response has the shape of the original dashboard, resource by resource and metric by metric, with datapoints in
//! chronological order. It contains only datapoints that CloudWatch has; `meta.series` reports for each series how many
//! were expected and how many were found, so that missing datapoints are distinguished from zero.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod answer;
mod query;

use api::{Answer, ApiError, Call};
use collector::{Accounts, SeriesStatus};

pub use crate::answer::{Data, Datapoint, MetricsCoverage, SeriesCoverage};
use crate::query::MetricsQuery;

/// Handles one call.
pub async fn handle(accounts: &Accounts, call: Call) -> Result<Answer<Data, MetricsCoverage>, ApiError> {
    let query = MetricsQuery::read(&call)?;
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let measured = collector.measure(&query.measurements(), call.deadline).await;
    let (series, coverage) = measured.map_err(|refusal| ApiError::refused("region", &refusal, refusal.gap()))?;
    if series.iter().all(|series| series.status == SeriesStatus::Missing) {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let (data, coverage) = answer::shape(&query, series, coverage);
    Ok(Answer::new(data, coverage))
}
