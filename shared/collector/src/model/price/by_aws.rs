//! A figure that AWS estimated itself, which has no entry of the price list.

use jiff::Timestamp;

use super::{Basis, Cost, Usd};

impl Cost {
    /// Returns a cost by AWS's own figure for something in `region`, as of `at`.
    #[must_use]
    pub fn by_aws(monthly_usd: Usd, basis: Basis, region: String, at: Timestamp) -> Self {
        Self {
            monthly_usd,
            basis,
            bound: None,
            bound_reason: None,
            unit_price: None,
            unit: None,
            quantity: None,
            sku: None,
            parts: Vec::new(),
            instead: Vec::new(),
            region,
            priced_at: at,
            covered_by_commitment: None,
            not_included: Vec::new(),
        }
    }
}
