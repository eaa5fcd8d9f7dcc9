//! What the interface description says about `/costs`.

use std::collections::BTreeMap;

use api::description::{Route, response};

use crate::answer::{CostsCoverage, Data};
use crate::query::PARAMETERS;

/// Describes the route of this function.
#[must_use]
pub fn route() -> Route {
    Route {
        path: "/costs",
        summary: "What the account costs",
        description: "Reads the bill from Cost Explorer: in total and by period, grouped and compared with the days before.",
        parameters: PARAMETERS,
        of_accounts: true,
        response: response::<Data, CostsCoverage>,
        about_parameters: BTreeMap::new(),
        about: BTreeMap::new(),
    }
}
