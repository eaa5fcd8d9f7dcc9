//! How much was used before and now, and what part of a change of costs that makes.
//!
//! With the price of before, the other quantity would have cost so much more or less; the rest is another price. That
//! is: part by quantity = (now − before) × cost before ÷ quantity before, and part by price = change − that.

use collector::costs::Usage;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::amount::Amount;

/// The digits of the part by quantity after the point; the part by price has the rest.
const DIGITS: u32 = 10;

/// How much was used before and now, and what part of the change that makes.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct UsageChange {
    /// The unit of the quantities, such as `Hrs`; null if Cost Explorer names none, or different ones.
    pub(crate) unit: Option<String>,
    /// The quantity of the days before; null if Cost Explorer has none or in different units.
    pub(crate) before: Option<Amount>,
    /// The quantity of the requested days; null if Cost Explorer has none or in different units.
    pub(crate) now: Option<Amount>,
    /// What the other quantity makes at the price of before; null if `not_split`.
    pub(crate) by_quantity: Option<Amount>,
    /// What the other price makes: the rest of the change; null if `not_split`.
    pub(crate) by_price: Option<Amount>,
    /// Why the change is not split; null if it is.
    pub(crate) not_split: Option<NotSplit>,
}

/// Why a change is not split into quantity and price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotSplit {
    /// Nothing was used before, so there is no price to compare with.
    NothingUsedBefore,
    /// Nothing is used now, so there is no price now.
    NothingUsedNow,
    /// The units differ, or Cost Explorer does not name them.
    UnitUnknown,
}

impl NotSplit {
    /// Returns the name that responses have for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NothingUsedBefore => "nothing_used_before",
            Self::NothingUsedNow => "nothing_used_now",
            Self::UnitUnknown => "unit_unknown",
        }
    }
}

/// The quantity of one period, in one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Quantity {
    #[default]
    None,
    Of(Decimal, String),
    /// In different units, or in none.
    Unknown,
}

impl Quantity {
    fn add(&mut self, usage: &Usage) {
        *self = match (std::mem::take(self), &usage.unit) {
            (Self::None, Some(unit)) => Self::Of(usage.quantity, unit.clone()),
            (Self::Of(sum, known), Some(unit)) if known == *unit => Self::Of(sum.saturating_add(usage.quantity), known),
            _ => Self::Unknown,
        };
    }

    fn amount(&self) -> Option<Decimal> {
        if let Self::Of(quantity, _) = self { Some(*quantity) } else { None }
    }

    fn unit(&self) -> Option<&String> {
        if let Self::Of(_, unit) = self { Some(unit) } else { None }
    }

    fn is_nothing(&self) -> bool {
        match self {
            Self::None => true,
            Self::Of(quantity, _) => quantity.is_zero(),
            Self::Unknown => false,
        }
    }
}

/// The quantities of a group.
#[derive(Default)]
pub(super) struct Quantities {
    before: Quantity,
    now: Quantity,
}

impl Quantities {
    pub(super) fn add(&mut self, usage: &Usage, is_now: bool) {
        let of_period = if is_now { &mut self.now } else { &mut self.before };
        of_period.add(usage);
    }

    /// Splits the change of costs from `before` to `now`.
    pub(super) fn change(&self, before: Decimal, now: Decimal) -> UsageChange {
        let by_quantity = self.by_quantity(before);
        let by_price = by_quantity.ok().map(|by| now.saturating_sub(before).saturating_sub(by));
        let (first, second) = (self.before.unit(), self.now.unit());
        let same = first.zip(second).is_none_or(|(first, second)| first == second);
        UsageChange {
            unit: first.or(second).filter(|_| same).cloned(),
            before: self.before.amount().map(Amount),
            now: self.now.amount().map(Amount),
            by_quantity: by_quantity.ok().map(Amount),
            by_price: by_price.map(Amount),
            not_split: by_quantity.err(),
        }
    }

    /// Returns what the change of quantity makes at the price of before.
    fn by_quantity(&self, cost_before: Decimal) -> Result<Decimal, NotSplit> {
        match (&self.before, &self.now) {
            (before, _) if before.is_nothing() => Err(NotSplit::NothingUsedBefore),
            (_, now) if now.is_nothing() => Err(NotSplit::NothingUsedNow),
            (Quantity::Of(before, unit), Quantity::Of(now, same)) if unit == same => {
                let ratio = now.saturating_sub(*before).checked_div(*before);
                let part = ratio.and_then(|ratio| ratio.checked_mul(cost_before));
                part.map(|part| part.round_dp(DIGITS)).ok_or(NotSplit::UnitUnknown)
            }
            _ => Err(NotSplit::UnitUnknown),
        }
    }
}
