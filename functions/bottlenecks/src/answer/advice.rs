//! AWS's own recommendations as JSON: beside findings, what is to be bought, and how many there are of what.

use std::collections::BTreeMap;

use collector::Coverage;
use collector::price::Usd;
use collector::recommendation::{Discounts, Recommendation, Recommendations};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::{Advice, WhyNotShown};
use crate::judge::Advised;

/// The most purchases that are listed.
const MOST: usize = 100;

/// The coverage of a response: the common part, and whether AWS's own recommendations are known.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BottlenecksCoverage {
    #[serde(flatten)]
    common: Coverage,
    /// Whether AWS's own recommendations are known; absent where they are no part of the response: with `savings=none`,
    /// or without the category `cost_optimizing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_optimization_hub: Option<HubJson>,
}

/// What Cost Optimization Hub said about the account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CostOptimizationHub")]
struct HubJson {
    /// Whether the account is enrolled; null if that is unknown.
    enrolled: Option<bool>,
    /// Whether AWS's figures count the account's discounts; null if that is unknown.
    discounts: Option<Discounts>,
    /// How many recommendations the account has; null if that is unknown.
    recommendations: Option<usize>,
    /// Why nothing is known; absent if the recommendations are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

/// Why nothing is known of an account that is not enrolled.
const NOT_ENROLLED: &str = "This account is not enrolled in Cost Optimization Hub, so AWS's own recommendations are unknown. \
                            Enrolling is free. Stratoscope enrols nothing.";
/// Why nothing is known if AWS did not answer.
const NO_ANSWER: &str = "AWS did not return its recommendations; the gaps have the reason.";

impl BottlenecksCoverage {
    /// Adds what is known of AWS's own recommendations, where they are a part of the response.
    pub(crate) fn of(common: Coverage, found: Option<&Recommendations>) -> Self {
        Self { common, cost_optimization_hub: found.map(HubJson::of) }
    }
}

impl HubJson {
    fn of(found: &Recommendations) -> Self {
        let enrolled = found.is_enrolled();
        let message = match enrolled {
            Some(true) => None,
            Some(false) => Some(NOT_ENROLLED),
            None => Some(found.unsupported.unwrap_or(NO_ANSWER)),
        };
        let recommendations = (enrolled == Some(true)).then(|| found.all().len());
        Self { enrolled, discounts: found.preferences.discounts, recommendations, message }
    }
}

/// What AWS itself recommends for a resource.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AwsRecommendation")]
pub(super) struct AwsJson<'a> {
    /// AWS's id of the recommendation.
    id: &'a str,
    /// What to do, in AWS's terms, such as `Rightsize`.
    action: &'a str,
    /// AWS's type of the resource, or of what is to be bought.
    aws_type: &'a str,
    /// The region; null if it has none.
    region: Option<&'a str>,
    /// What it saves by AWS's estimate, in US dollars a month; null if AWS has no figure, or one in another currency.
    monthly_usd: Option<Usd>,
    /// How many percent of what it costs now.
    percent: Option<f64>,
    /// Whether the figure counts the account's discounts: `before` or `after` them; null if that is unknown.
    discounts: Option<Discounts>,
    /// What there is, in AWS's words.
    current: Option<&'a str>,
    /// What there should be, in AWS's words.
    recommended: Option<&'a str>,
    /// Of how many days AWS read measurements.
    lookback_days: Option<i32>,
    /// Which service it is from: `ComputeOptimizer` or `CostExplorer`.
    derived_by: Option<&'a str>,
    /// How much work it is by AWS's judgement: `VeryLow` to `VeryHigh`.
    effort: Option<&'a str>,
    /// Whether the resource must restart.
    restart_needed: Option<bool>,
    /// Whether it can be undone.
    rollback_possible: Option<bool>,
    /// When AWS made it. AWS does so daily.
    refreshed_at: Option<Timestamp>,
}

impl<'a> AwsJson<'a> {
    pub(super) fn of(Advised { recommendation, discounts }: Advised<'a>) -> Self {
        let Recommendation {
            id,
            action,
            aws_type,
            monthly_usd,
            percent,
            lookback_days,
            restart_needed,
            rollback_possible,
            ..
        } = recommendation;
        Self {
            id,
            action,
            aws_type,
            region: recommendation.region.as_deref(),
            monthly_usd: *monthly_usd,
            percent: *percent,
            discounts,
            current: recommendation.current.as_deref(),
            recommended: recommendation.recommended.as_deref(),
            lookback_days: *lookback_days,
            derived_by: recommendation.source.as_deref(),
            effort: recommendation.effort.as_deref(),
            restart_needed: *restart_needed,
            rollback_possible: *rollback_possible,
            refreshed_at: recommendation.refreshed_at,
        }
    }
}

/// The commitments that AWS recommends to buy: Savings Plans and reservations.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Purchases")]
pub(super) struct PurchasesJson {
    /// How many there are.
    count: usize,
    /// What they save together, in US dollars a month. It is in no other sum: a commitment and a smaller resource can't
    /// both save all that they would alone.
    monthly_usd: Usd,
    /// How many of them have no figure.
    unknown: usize,
    /// The term that the account prefers, such as `OneYear`; null if AWS chooses.
    term: Option<String>,
    /// The payment that the account prefers, such as `NoUpfront`; null if AWS chooses.
    payment_option: Option<String>,
    /// The first 100 of them, dearest first, whatever the requested regions and types.
    #[schemars(with = "Vec<AwsJson<'static>>")]
    recommendations: Vec<serde_json::Value>,
}

impl PurchasesJson {
    /// Returns what is to be bought; `None` if that is unknown.
    pub(super) fn of(advice: &Advice<'_>) -> Option<Self> {
        let preferences = &advice.known()?.preferences;
        let figures = advice.purchases.iter().filter_map(|found| found.monthly_usd);
        let listed = advice.purchases.iter().take(MOST).map(|recommendation| {
            let advised = Advised { recommendation, discounts: preferences.discounts };
            serde_json::to_value(AwsJson::of(advised)).unwrap_or_default()
        });
        Some(Self {
            count: advice.purchases.len(),
            monthly_usd: figures.clone().fold(Usd::default(), Usd::plus),
            unknown: advice.purchases.len().saturating_sub(figures.count()),
            term: preferences.term.clone(),
            payment_option: preferences.payment_option.clone(),
            recommendations: listed.collect(),
        })
    }
}

/// What became of AWS's recommendations; the counts add up to all of them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AwsRecommendationsSummary")]
pub(super) struct AdviceJson {
    /// All recommendations of the account.
    recommendations: usize,
    /// Those beside findings of rules, in `aws_recommendation`.
    beside_findings: usize,
    /// Those that are findings of their own, suppressed ones included.
    findings: usize,
    /// Those of what is to be bought.
    purchases: usize,
    /// The others, by the reason why they are not shown.
    not_shown: BTreeMap<WhyNotShown, usize>,
}

impl AdviceJson {
    /// Returns the counts; `None` if nothing is known.
    pub(super) fn of(advice: &Advice<'_>) -> Option<Self> {
        let found = advice.known()?;
        Some(Self {
            recommendations: found.all().len(),
            beside_findings: advice.count_beside(),
            findings: advice.own.len(),
            purchases: advice.purchases.len(),
            not_shown: advice.not_shown.clone(),
        })
    }
}
