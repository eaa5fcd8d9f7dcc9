//! What it would save to do what the findings recommend.
//!
//! A rule says which part of the resource's bill goes away ([`Saving`]); the price list says what that comes to. Of a
//! resource with several findings, only the one that saves most counts in sums, since what is deleted can't also be made
//! smaller. A saving without a figure has a reason, and counts as unknown, never as zero.

use std::borrow::Cow;
use std::collections::BTreeMap;

use collector::ResourceType;
use collector::price::{Basis, Bill, Bound, Cost, Prices, Unpriced, UnpricedReason, Usd};
use schemars::JsonSchema;
use serde::Serialize;

use crate::judge::{Found, Judgement, Saved};
use crate::rule::Saving;

/// Returns the bills that the prices of the findings are needed of.
pub(crate) fn bills<'a>(judgement: &'a Judgement<'_>) -> Vec<Cow<'a, Bill>> {
    let suppressed = judgement.suppressed.iter().map(|suppressed| &suppressed.found);
    let found = judgement.findings.iter().chain(suppressed);
    let of_found = |found: &'a Found<'_>| {
        let now = || found.resource.bill().ok().map(Cow::Owned);
        match &found.finding.saves {
            Saving::Nothing | Saving::Known(_) | Saving::Unknown(_) => [None, None],
            Saving::Whole | Saving::AtMost(_) => [now(), None],
            Saving::Instead(after) => [now(), after.as_ref().ok().map(Cow::Borrowed)],
        }
    };
    found.flat_map(of_found).flatten().collect()
}

/// Gives each finding what it saves, and marks the one of each resource that counts.
pub(crate) fn give(judgement: &mut Judgement<'_>, prices: &Prices) {
    let suppressed = judgement.suppressed.iter_mut().map(|suppressed| &mut suppressed.found);
    for found in judgement.findings.iter_mut().chain(suppressed) {
        found.saved = of(found, prices);
    }
    let mut largest: BTreeMap<_, (Usd, usize)> = BTreeMap::new();
    for (index, found) in judgement.findings.iter().enumerate() {
        let Some(Ok(cost)) = &found.saved else { continue };
        let (most, counted) = largest.entry(found.resource.position()).or_insert((cost.monthly_usd, index));
        if cost.monthly_usd > *most {
            (*most, *counted) = (cost.monthly_usd, index);
        }
    }
    let counted: Vec<_> = largest.into_values().map(|(_, index)| index).collect();
    for index in counted {
        if let Some(found) = judgement.findings.get_mut(index) {
            found.counts = true;
        }
    }
}

/// Returns what a finding saves.
fn of(found: &Found<'_>, prices: &Prices) -> Saved {
    let now = || found.resource.bill().and_then(|bill| prices.of(&bill));
    Some(match &found.finding.saves {
        Saving::Nothing => return None,
        Saving::Known(cost) => Ok(Cost::clone(cost)),
        Saving::Unknown(reason) => Err(reason.clone()),
        Saving::Whole => now(),
        Saving::AtMost(why) => now().map(|cost| cost.at_most(why)),
        Saving::Instead(after) => now().and_then(|now| {
            let after = prices.of(after.as_ref().map_err(Clone::clone)?)?;
            let no_less = || Unpriced::new(UnpricedReason::NoReplacement, "what is recommended does not cost less");
            now.less(&after).ok_or_else(no_less)
        }),
    })
}

/// What all findings save together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SavingsSummary")]
pub(crate) struct Sums {
    /// US dollars a month: of each resource the largest saving of its findings, never their sum.
    monthly_usd: Usd,
    /// `upper` if any of them is at most this; absent if all are exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
    /// The resources that are counted.
    resources: usize,
    /// The findings with a figure, counted or not.
    findings: usize,
    /// The findings about money without a figure.
    unknown: usize,
    /// These by reason.
    unknown_by_reason: BTreeMap<UnpricedReason, usize>,
    /// The sum by type.
    by_type: BTreeMap<ResourceType, Usd>,
    /// The sum by region.
    by_region: BTreeMap<String, Usd>,
    /// The sum by the rule whose finding is counted.
    by_rule: BTreeMap<&'static str, Usd>,
    /// The sum by account.
    by_account: BTreeMap<String, Usd>,
    /// The sum by where the figures are from.
    by_basis: BTreeMap<Basis, Usd>,
}

impl Sums {
    /// Returns the sums of the findings of an account.
    pub(crate) fn of(findings: &[Found<'_>], account: Option<&str>) -> Self {
        let mut sums = Self {
            monthly_usd: Usd::default(),
            bound: None,
            resources: 0,
            findings: 0,
            unknown: 0,
            unknown_by_reason: BTreeMap::new(),
            by_type: BTreeMap::new(),
            by_region: BTreeMap::new(),
            by_rule: BTreeMap::new(),
            by_account: BTreeMap::new(),
            by_basis: BTreeMap::new(),
        };
        for found in findings {
            match &found.saved {
                None => {}
                Some(Err(unpriced)) => {
                    sums.unknown = sums.unknown.saturating_add(1);
                    let of_reason = sums.unknown_by_reason.entry(unpriced.reason).or_default();
                    *of_reason = of_reason.saturating_add(1);
                }
                Some(Ok(cost)) => {
                    sums.findings = sums.findings.saturating_add(1);
                    if found.counts {
                        sums.count(found, cost, account);
                    }
                }
            }
        }
        sums
    }

    fn count(&mut self, found: &Found<'_>, cost: &Cost, account: Option<&str>) {
        let usd = cost.monthly_usd;
        self.resources = self.resources.saturating_add(1);
        self.monthly_usd = self.monthly_usd.plus(usd);
        self.bound = self.bound.or(cost.bound);
        add(&mut self.by_type, found.resource.resource_type(), usd);
        add(&mut self.by_rule, found.rule.about().name, usd);
        add(&mut self.by_basis, cost.basis, usd);
        for (sums, name) in [(&mut self.by_region, found.resource.region.as_deref()), (&mut self.by_account, account)] {
            if let Some(name) = name {
                add(sums, name.to_owned(), usd);
            }
        }
    }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Usd>, key: K, usd: Usd) {
    let sum = sums.entry(key).or_default();
    *sum = sum.plus(usd);
}
