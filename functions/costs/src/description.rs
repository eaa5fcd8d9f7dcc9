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
        description: "Reads the bill from Cost Explorer: in total and by period, grouped and compared with the days before. \
                      Days are UTC days. For each grouping, `data` has `costs_by_` and its name, such as \
                      `costs_by_service` or `costs_by_tag:team`; a client that knows only fixed fields finds those of \
                      tags and cost categories among the additional ones. All amounts add up to the last digit, so read \
                      them as decimals."
            .to_owned(),
        parameters: PARAMETERS,
        of_accounts: true,
        response: response::<Data, CostsCoverage>,
        about_parameters: BTreeMap::new(),
        about: BTreeMap::new(),
    }
}
