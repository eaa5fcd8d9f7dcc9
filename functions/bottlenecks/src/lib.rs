//! What is wrong: `GET /bottlenecks`.
//!
//! One survey returns the inventory and all measurements that the rules need; each resource is judged when its series
//! have arrived. The rules are pure functions, one file each under `rules/`: from the measurements of one resource they
//! derive a finding, or the reason why there can't be one. A resource that lacks data is reported as not judged and
//! never counts as idle. What AWS did not return is a gap.
//!
//! Findings that somebody accepts until a day are suppressed by exceptions, which are tags of the resource or entries of
//! a list that the operator stores.
//!
//! To add a rule, add a file under `rules/` and a line in `rules.rs`. What it needs is then measured, and the tests
//! name everything else that it must have.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod answer;
pub mod description;
mod engines;
mod exceptions;
mod judge;
mod needs;
mod position;
mod query;
mod reading;
mod reason;
mod rule;
mod rules;
mod settings;
#[cfg(test)]
mod shape_tests;
mod sizes;
mod table;
mod threshold;

use api::{Answer, ApiError, Call};
use collector::{Accounts, Coverage, Refusal, Wanted};

pub use crate::answer::Bottlenecks;
use crate::exceptions::Exceptions;
use crate::judge::Rules;
use crate::query::BottlenecksQuery;
pub use crate::settings::Settings;

/// Handles one call.
pub async fn handle(
    accounts: &Accounts,
    settings: Settings,
    call: Call,
) -> Result<Answer<Bottlenecks, Coverage>, ApiError> {
    let query = BottlenecksQuery::read(&call)?;
    let wanted = Wanted { tags: settings.tag_exceptions, ..query.wanted.clone() };
    let collector = call.account(|account, principal| accounts.collector(account, principal))?;
    let rules = Rules { categories: &query.categories, thresholds: &query.thresholds, windows: &query.windows };
    let beside = rules::beside(&wanted.types, &query.categories);
    let stored = async {
        if settings.lists_exceptions { accounts.stored_exceptions(call.deadline).await } else { Default::default() }
    };
    let surveyed = collector.survey_and(&wanted, &beside, &rules, query.max_cost, stored, call.deadline).await;
    let ((survey, stored), coverage) = surveyed.map_err(|refusal| refused(&refusal, &query))?;
    if survey.inventory.listed.is_empty() {
        return Err(ApiError::nothing_collected(&coverage.gaps, None));
    }
    let account = coverage.account.clone();
    let exceptions = Exceptions::read(&stored, settings.tag_exceptions, account, query.windows.now);
    let page = answer::shape(&survey, &exceptions, &query)?;
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
