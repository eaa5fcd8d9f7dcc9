//! Everything that talks to AWS.
//!
//! [`Accounts`] gives a [`Collector`] for the home account or another one. A function asks it a question and gets plain values with a [`Coverage`]: the account, what is missing
//! and why, and every request that was sent. A failure of one region or service is part of that answer, never an error,
//! so that a partial inventory is an ordinary value.
//!
//! Where to add what: a service is a file of its own (`ec2.rs`, `rds.rs`, …) that calls its SDK, maps its types to those
//! of [`resource`] and names its operations; `inventory.rs` decides what runs side by side; `clients.rs` builds clients,
//! `listing.rs` follows pages, `fault.rs` reads errors, `requests.rs` counts. No SDK type leaves the file that calls it.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod account;
mod accounts;
mod assume;
pub mod catalog;
mod clients;
mod cloudwatch;
mod cost_explorer;
pub mod costs;
mod coverage;
mod cut_body;
mod ec2;
mod fault;
mod gate;
mod inventory;
mod lambda;
mod listing;
mod measure;
mod rds;
mod refusal;
mod regions;
mod requests;
pub mod resource;
mod s3;
mod survey;
mod tagging;
pub mod window;

pub use accounts::Accounts;
pub use catalog::Catalog;
pub use cloudwatch::{Measurement, Series, SeriesStatus};
pub use coverage::{Coverage, Gap, GapStatus};
pub use inventory::{Inventory, Wanted};
pub use measure::Measurements;
pub use refusal::Refusal;
pub use requests::AwsRequests;
pub use resource::{Resource, ResourceType};
pub use survey::Survey;

use std::sync::Arc;

use aws_config::SdkConfig;
use tokio::sync::OnceCell;

use crate::account::Account;
use crate::assume::AssumedRole;
use crate::clients::{Clients, Gates};
use crate::costs::{CostQuestion, Costs, Forecast, ForecastQuestion, Kept};

/// Collects from one AWS account, with one caller's credentials.
#[derive(Debug)]
pub struct Collector {
    clients: Clients,
    common: Arc<Common>,
    /// The role through which another account is entered.
    role: Option<Arc<AssumedRole>>,
}

/// What all who ask about an account have in common.
#[derive(Debug, Default)]
struct Common {
    account: OnceCell<Account>,
    gates: Gates,
    kept_costs: Kept<CostQuestion, Costs>,
    kept_forecasts: Kept<ForecastQuestion, Forecast>,
}

impl Collector {
    /// The collector of the account that the configuration's own credentials are of.
    fn home(config: SdkConfig) -> Self {
        let common: Arc<Common> = Arc::default();
        Self { clients: Clients::new(config, Arc::clone(&common)), common, role: None }
    }
}

#[cfg(test)]
mod wire_tests;
