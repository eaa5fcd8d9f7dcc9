//! What is wrong: `GET /bottlenecks`.
//!
//! One survey returns the inventory and all measurements that the rules need; each resource is judged when its series
//! have arrived. The rules are pure functions, one file each under `rules/`: from the measurements of one resource they
//! derive a finding, or the reason why there can't be one. What a finding saves is then read from AWS's price list, and
//! AWS's own recommendations are put beside the findings. A resource that lacks data is reported as not judged and never
//! counts as idle. What AWS did not return is a gap.
//!
//! Findings that somebody accepts until a day are suppressed by exceptions, which are tags of the resource or entries of
//! a list that the operator stores.
//!
//! To add a rule, add a file under `rules/` and a line in `rules.rs`. What it needs is then measured, and the tests
//! name everything else that it must have.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod advice;
mod answer;
mod aws_rules;
pub mod description;
mod engines;
mod exceptions;
mod judge;
mod needs;
mod position;
mod query;
mod reading;
mod reason;
mod remediation;
mod rule;
mod rules;
mod savings;
mod settings;
#[cfg(test)]
mod shape_tests;
mod sizes;
mod table;
mod threshold;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Refusal, Wanted};

use crate::advice::Advice;
pub use crate::answer::{Bottlenecks, BottlenecksCoverage};
use crate::exceptions::Exceptions;
use crate::judge::{Judgement, Rules};
use crate::query::BottlenecksQuery;
pub use crate::settings::Settings;

/// Handles one call.
pub async fn handle(
    accounts: &Accounts,
    settings: Settings,
    call: Call,
) -> Result<Answer<Bottlenecks, BottlenecksCoverage>, ApiError> {
    let query = BottlenecksQuery::read(&call)?;
    let wanted = Wanted { tags: settings.tag_exceptions, ..query.wanted.clone() };
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let rules = Rules { categories: &query.categories, thresholds: &query.thresholds, windows: &query.windows };
    let beside = rules::beside(&wanted.types, &query.categories);
    let also = async |done| {
        let stored = async {
            if settings.lists_exceptions { accounts.stored_exceptions(call.deadline).await } else { Default::default() }
        };
        let recommended = async {
            // Boxed, since it is large and not always needed.
            let ask = || Box::pin(collector.recommendations(done, call.deadline));
            if query.has_advice() { Some(ask().await) } else { None }
        };
        let ((stored, gap), recommended) = tokio::join!(stored, recommended);
        let (recommended, gaps) = recommended.unzip();
        ((stored, recommended), gap.into_iter().chain(gaps.unwrap_or_default()).collect())
    };
    let surveyed = collector.survey_and(&wanted, &beside, &rules, query.max_cost, also, call.deadline).await;
    let ((survey, (stored, recommended)), coverage) = surveyed.map_err(|refusal| refused(&refusal, &query))?;
    if survey.inventory.listed.is_empty() {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let account = coverage.account.clone();
    let exceptions = Exceptions::read(&stored, settings.tag_exceptions, account, query.windows.now);
    let advice = recommended.as_ref().map(|found| Advice::of(found, &survey, &query)).unwrap_or_default();
    let mut judgement = Judgement::of(&survey, &exceptions).with(&advice, &exceptions);
    let coverage = if query.has_savings {
        let bills = savings::bills(&judgement);
        let (prices, coverage) = accounts.prices(bills.iter().map(|bill| &**bill), coverage, call.deadline).await;
        savings::give(&mut judgement, &prices);
        coverage
    } else {
        coverage
    };
    judgement.sort(query.sort);
    let page = answer::shape(&survey.inventory, &exceptions, &judgement, &advice, &query)?;
    let coverage = BottlenecksCoverage::of(coverage, recommended.as_ref());
    Ok(Answer::new(page, coverage).in_format(query.format, |page, _| table::of(page)))
}

/// Returns the error of a call that can't be served.
fn refused(refusal: &Refusal, query: &BottlenecksQuery) -> ApiError {
    match (refusal, query.max_cost) {
        (Refusal::TooExpensive(quote), Some(most)) => {
            ApiError::too_expensive(quote.micro_usd(), most, quote, "send fewer types or regions")
        }
        _ => ApiError::refused("regions", refusal, refusal.gap()),
    }
}
