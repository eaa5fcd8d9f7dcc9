//! Everything that talks to AWS.
//!
//! [`Accounts`] returns a [`Collector`] for the home account or another one. A function calls it and gets plain values
//! with a [`Coverage`]: the account, what is missing and why, and every request that was sent. A failure of one region
//! or service is part of the result, never an error, so a partial inventory is an ordinary value.
//!
//! The folders are floors, and imports only go down:
//!
//! ```text
//! questions/   what a function may ask of an account: inventory, survey, staged, measure, costs, prices, recommendations
//! accounts/    which account, and which regions: home, reader roles, regions, what is stored
//! services/    one file per service or type of resource, the only files that name an SDK; the registry of types
//! call/        one call and everything that guards it: clients, gate, pages, faults, counting
//! model/       plain values: resource, coverage, metric, window, costs
//! ```
//!
//! CONTRIBUTING.md explains step by step how to add a type, a metric or an operation.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod accounts;
mod call;
mod model;
mod questions;
pub mod services;

pub use accounts::Accounts;
pub use accounts::collector::Collector;
pub use model::aws_requests::AwsRequests;
pub use model::coverage::{Coverage, Gap, GapStatus};
pub use model::metric::{Catalog, Metric};
pub use model::operation::{Operation, Price};
pub use model::parameter::StoredParameter;
pub use model::reach::ListedAccount;
pub use model::refusal::Refusal;
pub use model::resource::Tags;
pub use model::series::{Measurement, Quote, Series, SeriesStatus, billed_metrics};
pub use model::{costs, price, recommendation, window};
pub use questions::accounts::{AccountsQuestion, OPERATIONS as ACCOUNTS_OPERATIONS};
pub use questions::beside::{Beside, Known};
pub use questions::costs::OPERATIONS as COST_OPERATIONS;
pub use questions::exceptions::OPERATIONS as EXCEPTIONS_OPERATIONS;
pub use questions::gap_services;
pub use questions::inventory::{Inventory, Wanted};
pub use questions::measure::{Listed, Measured, Measurements};
pub use questions::prices::OPERATIONS as PRICES_OPERATIONS;
pub use questions::recommendations::OPERATIONS as RECOMMENDATIONS_OPERATIONS;
pub use questions::staged::{Stages, operations as staged_operations};
pub use questions::survey::{Done, Judge, Survey, operations as survey_operations};
pub use services::{Detail, OfKind, Resource, ResourceType};

#[cfg(test)]
mod price_tests;
#[cfg(test)]
mod wire_tests;
