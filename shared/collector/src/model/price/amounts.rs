//! Amounts of money and quantities, which are decimal numbers and are serialised as text: a JSON number would be read as a
//! binary fraction.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// From this amount on, money is rounded to cents.
const A_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// The digits after the point of smaller amounts, and of quantities.
pub(super) const FINE: u32 = 6;
const CENTS: u32 = 2;

/// US dollars, serialised as a text with at least two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Usd(pub(super) Decimal);

impl Usd {
    /// Returns an amount of money, rounded half up to cents, or to millionths of a dollar if it is less than a cent.
    #[must_use]
    pub fn rounded(amount: Decimal) -> Self {
        let digits = if amount.abs() < A_CENT { FINE } else { CENTS };
        Self(amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Returns the number.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Returns it as a float, for what compares or draws it.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_f64().unwrap_or_default()
    }

    /// Returns it in millionths of a dollar; 0 if it is negative.
    #[must_use]
    pub fn micro_usd(self) -> u64 {
        u64::try_from(self.0.saturating_mul(Decimal::from(1_000_000)).trunc()).unwrap_or_default()
    }

    /// Returns the sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut exact = self.0.normalize();
        if exact.scale() < CENTS {
            exact.rescale(CENTS);
        }
        write!(f, "{exact}")
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Usd {
    fn schema_name() -> Cow<'static, str> {
        "Usd".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "US dollars: a decimal number as text, since a JSON number is read as a binary fraction.";
        json_schema!({"description": description, "type": "string", "pattern": r"^-?\d+\.\d{2,}$"})
    }
}

/// How many units, serialised as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantity(pub(super) Decimal);

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalize())
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"description": "A decimal number as text.", "type": "string", "pattern": r"^\d+(\.\d+)?$"})
    }
}
