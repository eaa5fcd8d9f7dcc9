//! What is wrong: `GET /bottlenecks`.
//!
//! One survey brings the inventory and, in one run, all measurements that the rules need; each resource is judged when its
//! region is measured. The rules are pure, one file each under `rules/`: from the measurements of one resource to a
//! finding, or to a reason for none. A resource that lacks data is told as not judged and never taken for idle, and what
//! AWS did not answer is a gap.
//!
//! Where to add what: a rule is a file under `rules/` and its line in `rules.rs`; what it needs is measured from then on,
//! and the tests name the rest.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod answer;
mod judge;
mod needs;
mod position;
mod query;
mod rule;
mod rules;
#[cfg(test)]
mod shape_tests;
mod sizes;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Coverage, Resource, Series};

pub use crate::answer::Bottlenecks;
use crate::needs::Plan;
use crate::query::BottlenecksQuery;

/// Answers one call.
pub async fn handle(accounts: &Accounts, call: Call) -> Result<Answer<Bottlenecks, Coverage>, ApiError> {
    let query = BottlenecksQuery::read(&call)?;
    let needs = |resource: &Resource| Plan::of(resource).measurements(&resource.id, &query.windows);
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let judge = |resource: &Resource, series: &[Series]| judge::judge(resource, series, query.settings, &query.windows);
    let surveyed = collector.survey(&query.wanted, needs, judge, call.deadline).await;
    let (survey, coverage) = surveyed.map_err(|refusal| ApiError::refused("regions", &refusal, refusal.gap()))?;
    if survey.inventory.listed.is_empty() {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    Ok(Answer::new(answer::shape(&survey, &query)?, coverage))
}
