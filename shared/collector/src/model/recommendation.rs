//! What AWS itself recommends to save money, as Cost Optimization Hub has it.
//!
//! The figures are AWS's, refreshed daily, and can't be recomputed from here. Whether they count the discounts of the
//! account is a preference of the account. A figure that is missing, or in another currency, is unknown and never zero.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::costs::Lasting;
use crate::model::price::{Basis, Usd};

/// How long what the Hub returned is kept. AWS refreshes it daily.
const KEPT: Duration = Duration::from_hours(1);

/// A recommendation of AWS.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recommendation {
    /// AWS's id of the recommendation.
    pub id: String,
    /// The account of the resource, 12 digits.
    pub account: Option<String>,
    /// The ARN of the resource; `None` for what is to be bought.
    pub arn: Option<String>,
    /// AWS's id of the resource; `None` for what is to be bought.
    pub resource_id: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// AWS's type of the resource, such as `Ec2Instance`, or of what is to be bought, such as `ComputeSavingsPlans`.
    pub aws_type: String,
    /// What to do, such as `Rightsize`.
    pub action: String,
    /// US dollars a month; `None` if AWS returned no figure, or one in another currency.
    pub monthly_usd: Option<Usd>,
    /// Percent of what it costs now.
    pub percent: Option<f64>,
    /// What there is, such as `c5.2xlarge`.
    pub current: Option<String>,
    /// What there should be, such as `c5.xlarge`.
    pub recommended: Option<String>,
    /// The days of measurements from which it was derived.
    pub lookback_days: Option<i32>,
    /// Which service derived it: `ComputeOptimizer` or `CostExplorer`.
    pub source: Option<String>,
    /// How hard it is: `VeryLow` to `VeryHigh`.
    pub effort: Option<String>,
    /// Whether the resource must restart.
    pub restart_needed: Option<bool>,
    /// Whether it can be undone.
    pub rollback_possible: Option<bool>,
    /// When AWS derived it.
    pub refreshed_at: Option<Timestamp>,
    /// The tags of the resource.
    pub tags: Vec<(String, String)>,
}

impl Recommendation {
    /// Returns whether it is to buy a commitment (a Savings Plan, a reservation), which is of no single resource.
    #[must_use]
    pub fn is_purchase(&self) -> bool {
        self.action.starts_with("Purchase")
    }
}

/// Whether AWS's figures count the discounts of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Discounts {
    /// They are list prices.
    Before,
    /// They count the account's own discounts and commitments.
    After,
}

/// The preferences of an account for what AWS recommends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Whether figures count discounts; `None` if AWS did not say.
    pub discounts: Option<Discounts>,
    /// The term of commitments that it recommends to buy, such as `OneYear`; `None` if AWS chooses.
    pub term: Option<String>,
    /// How they are paid, such as `NoUpfront`; `None` if AWS chooses.
    pub payment_option: Option<String>,
}

/// Whether an account is enrolled, and if so, what AWS recommends to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Enrolled {
    /// It is not, so nothing is known.
    No,
    /// Every recommendation of the account.
    Yes(Vec<Recommendation>),
}

/// What Cost Optimization Hub returned about an account.
#[derive(Debug, Clone, Default)]
pub struct Recommendations {
    pub(crate) enrolled: Option<Arc<Enrolled>>,
    /// The preferences; unknown ones are `None`.
    pub preferences: Preferences,
    /// Why nothing is known, where that is neither a failure nor that the account is not enrolled.
    pub unsupported: Option<&'static str>,
}

impl Recommendations {
    /// Creates those of an account that is enrolled, such as for a test.
    #[must_use]
    pub fn of(found: Vec<Recommendation>, preferences: Preferences) -> Self {
        Self { enrolled: Some(Arc::new(Enrolled::Yes(found))), preferences, unsupported: None }
    }

    /// Creates those of an account that is not enrolled.
    #[must_use]
    pub fn not_enrolled() -> Self {
        Self { enrolled: Some(Arc::new(Enrolled::No)), ..Self::default() }
    }

    /// Returns whether the account is enrolled; `None` if AWS did not say.
    #[must_use]
    pub fn is_enrolled(&self) -> Option<bool> {
        self.enrolled.as_deref().map(|enrolled| *enrolled != Enrolled::No)
    }

    /// Returns the recommendations; none if there are none or they are unknown.
    #[must_use]
    pub fn all(&self) -> &[Recommendation] {
        match self.enrolled.as_deref() {
            Some(Enrolled::Yes(found)) => found,
            Some(Enrolled::No) | None => &[],
        }
    }

    /// Returns where the figures are from.
    #[must_use]
    pub fn basis(&self) -> Basis {
        match self.preferences.discounts {
            Some(Discounts::Before) => Basis::AwsBeforeDiscounts,
            Some(Discounts::After) => Basis::AwsAfterDiscounts,
            None => Basis::AwsDiscountsUnknown,
        }
    }
}

impl Lasting for Enrolled {
    fn lasts(&self) -> Duration {
        KEPT
    }
}

impl Lasting for Preferences {
    fn lasts(&self) -> Duration {
        KEPT
    }
}
