//! How is it doing: `GET /metrics`.
//!
//! Resources are chosen by their ids, or by filters, which find them first. The response by ids has the shape of the
//! original dashboard, resource by resource and metric by metric; by filters, it is a list in the requested order. Both
//! have the datapoints in chronological order, and only those that CloudWatch has: the coverage of each series says how
//! many were expected and how many were found, so that missing datapoints are distinguished from zero.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod answer;
pub mod description;
mod query;
mod ranking;
mod table;

use std::time::Instant;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Collector, Inventory, Resource, SeriesStatus, Stages};
use filter::Counts;

pub use crate::answer::{Data, Datapoint, MetricsCoverage, SeriesCoverage};
use crate::query::{ByFilters, ByIds, MetricsQuery};

/// Handles one call.
pub async fn handle(accounts: &Accounts, call: Call) -> Result<Answer<Data, MetricsCoverage>, ApiError> {
    let query = MetricsQuery::read(&call)?;
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    match query {
        MetricsQuery::ByIds(query) => by_ids(&collector, &query, call.deadline).await,
        MetricsQuery::ByFilters(query) => by_filters(&collector, &query, call.deadline).await,
    }
}

async fn by_ids(
    collector: &Collector,
    query: &ByIds,
    deadline: Instant,
) -> Result<Answer<Data, MetricsCoverage>, ApiError> {
    let measured = collector.measure(&query.measurements(), deadline).await;
    let (measured, coverage) = measured.map_err(|refusal| ApiError::refused("region", &refusal, refusal.gap()))?;
    if measured.series.iter().all(|series| series.status == SeriesStatus::Missing) {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let (data, coverage) = answer::by_ids(query, measured, coverage);
    Ok(Answer::new(data, coverage).in_format(query.format, |data, coverage| table::of(data, coverage, Some(query))))
}

async fn by_filters(
    collector: &Collector,
    query: &ByFilters,
    deadline: Instant,
) -> Result<Answer<Data, MetricsCoverage>, ApiError> {
    let decide = async |inventory: &Inventory, stages: &mut Stages<'_>| {
        let matching: Vec<&Resource> = inventory.resources.iter().filter(|found| query.filter.matches(found)).collect();
        let ranked = ranking::measure(query, &matching, stages).await?;
        let entries = ranked.map(|ranked| answer::entries(query, &matching, ranked));
        Ok((entries, Counts::of(inventory, matching)))
    };
    let collected = collector.in_stages(&query.wanted, decide, deadline).await;
    let (inventory, decided, coverage) =
        collected.map_err(|refusal| ApiError::refused("regions", &refusal, refusal.gap()))?;
    let (Some(entries), matched) = decided? else { return Err(ApiError::nothing_collected(&coverage.gaps, None)) };
    if inventory.listed.is_empty() {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let coverage = answer::by_filters(query, matched, coverage);
    let answer = Answer::new(Data::Sorted(entries), coverage);
    Ok(answer.in_format(query.format, |data, coverage| table::of(data, coverage, None)))
}
