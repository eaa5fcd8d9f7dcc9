//! Everything that talks to AWS.
//!
//! A function asks the [`Collector`] a question and gets plain values with a [`Coverage`]: the account, what is missing
//! and why, and every request that was sent. A failure of one region or service is part of that answer, never an error,
//! so that a partial inventory is an ordinary value.
//!
//! Where to add what: a service is a file of its own (`ec2.rs`, `rds.rs`, …) that calls its SDK, maps its types to those
//! of [`resource`] and names its operations; `inventory.rs` decides what runs side by side; `clients.rs` builds clients,
//! `listing.rs` follows pages, `fault.rs` reads errors, `requests.rs` counts. No SDK type leaves the file that calls it.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod account;
pub mod catalog;
mod clients;
mod cloudwatch;
mod cost_explorer;
pub mod costs;
mod coverage;
mod cut_xml;
mod ec2;
mod fault;
mod inventory;
mod lambda;
mod listing;
mod measure;
mod pace;
mod rds;
mod regions;
mod requests;
pub mod resource;
mod s3;
mod survey;
mod tagging;
pub mod window;

pub use catalog::Catalog;
pub use cloudwatch::{Measurement, Series, SeriesStatus};
pub use coverage::{Coverage, Gap, GapStatus};
pub use inventory::{Inventory, Wanted};
pub use measure::Measurements;
pub use regions::UnknownRegions;
pub use requests::AwsRequests;
pub use resource::{Resource, ResourceType};
pub use survey::Survey;

use tokio::sync::OnceCell;

use crate::account::Account;
use crate::clients::Clients;
use crate::costs::Kept;

/// Collects from one AWS account; made once a process and used by every invocation.
#[derive(Debug)]
pub struct Collector {
    clients: Clients,
    account: OnceCell<Account>,
    kept_costs: Kept,
}

impl Collector {
    /// A collector with the credentials, region and endpoint of the environment: on Lambda the function's role, elsewhere
    /// the profile or variables that the AWS CLI would use.
    ///
    /// Makes no AWS call. Without a region it starts at `us-east-1`, where the list of regions is the same.
    pub async fn from_env() -> Self {
        Self::new(Clients::from_env().await)
    }

    fn new(clients: Clients) -> Self {
        Self { clients, account: OnceCell::new(), kept_costs: Kept::default() }
    }
}

#[cfg(test)]
mod wire_tests;
