//! Whose costs the sums contain.
//!
//! The bill of an account that pays for others contains theirs, so adding up the costs of all accounts would count them
//! twice. To find out costs as much as the costs themselves, except where these are grouped by account; so it is listed
//! where it is free or requested. What the function learnt that way is reported from then on.

use std::collections::BTreeSet;

use collector::Coverage;
use collector::costs::{CostAnswers, CostPeriod, Costs, LinkedAccount};
use schemars::JsonSchema;
use serde::Serialize;

use crate::query::CostsQuery;

/// The coverage of a response: the common part, and whose costs they are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CostsCoverage {
    #[serde(flatten)]
    common: Coverage,
    /// The accounts whose costs the sums contain; null if they were not listed, which says nothing about how many they are.
    accounts: Option<Vec<LinkedAccount>>,
    /// Whether the account pays for others; null if that is not known.
    is_payer: Option<bool>,
}

/// Adds to the coverage whose costs the requested periods contain.
pub(super) fn cover(
    query: &CostsQuery,
    costs: &Costs,
    asked: &[&CostPeriod],
    answers: &CostAnswers,
    common: Coverage,
) -> CostsCoverage {
    let grouped = query.accounts().map(|position| {
        let keys = asked.iter().flat_map(|period| &period.groups).filter_map(|(keys, _)| keys.get(position));
        let ids: BTreeSet<&String> = keys.collect();
        let account = |id: &String| LinkedAccount { id: id.clone(), name: costs.account_names.get(id).cloned() };
        ids.into_iter().map(account).collect()
    });
    let accounts: Option<Vec<LinkedAccount>> =
        grouped.or_else(|| answers.accounts.as_ref().map(|accounts| accounts.0.clone()));
    let own = |account: &LinkedAccount| common.account.as_ref() == Some(&account.id);
    let only_own = accounts.as_ref().is_some_and(|accounts| !accounts.is_empty() && accounts.iter().all(own));
    let is_payer = if answers.is_payer { Some(true) } else { (only_own && !query.is_filtered()).then_some(false) };
    CostsCoverage { common, accounts, is_payer }
}
