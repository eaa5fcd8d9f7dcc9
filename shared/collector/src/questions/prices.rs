//! What things cost by AWS's price list.
//!
//! A price is not what an account pays: discounts, credits and commitments are questions of costs. It is the same for
//! everybody, free to ask for, and known for each resource by itself.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::time::Instant;

use crate::accounts::Accounts;
use crate::call::counting::metered;
use crate::model::coverage::Coverage;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Part, Prices};
use crate::services::pricing::GET_PRODUCTS;

/// The operations that this calls, with the function's own credentials.
pub const OPERATIONS: &[&Operation] = &[&GET_PRODUCTS];

impl Accounts {
    /// Returns the prices of everything in `bills`, and `coverage` with the requests for them and the gap if some could
    /// not be read. It takes a few seconds at most.
    pub async fn prices(
        &self,
        bills: impl Iterator<Item: Borrow<Bill>>,
        coverage: Coverage,
        deadline: Instant,
    ) -> (Prices, Coverage) {
        let mut products = BTreeSet::new();
        for bill in bills {
            for Part { product, .. } in &bill.borrow().parts {
                if !products.contains(product) {
                    products.insert(product.clone());
                }
            }
        }
        let ((prices, gap), aws_requests) = metered(self.price_list.of(&self.home, &products, deadline)).await;
        (prices, coverage.and(gap, aws_requests))
    }
}
