//! What the interface description says about `/resources` and `/accounts`.

use std::collections::BTreeMap;

use api::description::{Route, response};
use collector::{Coverage, ResourceType};
use serde_json::json;

use crate::Resources;
use crate::accounts::AccountsList;
use crate::query::PARAMETERS;

/// Describes the routes of this function.
#[must_use]
pub fn routes() -> [Route; 2] {
    let states = ResourceType::ALL.into_iter().filter(|kind| !kind.states().is_empty());
    let states: BTreeMap<_, _> = states.map(|kind| (kind.as_str(), kind.states())).collect();
    let groups: BTreeMap<_, _> = ResourceType::ALL.into_iter().map(|kind| (kind.as_str(), kind.group())).collect();
    [
        Route {
            path: "/resources",
            summary: "What the account has",
            description:
                "Lists the resources of the account, of all types and regions or of some. `data` has a list for \
                          each requested type; counts are those of all pages."
                    .to_owned(),
            parameters: PARAMETERS,
            of_accounts: true,
            response: response::<Resources, Coverage>,
            about_parameters: [
                (("states", "x-stratoscope-states"), json!(states)),
                (("types", "x-stratoscope-groups"), json!(groups)),
            ]
            .into(),
            about: BTreeMap::new(),
        },
        Route {
            path: "/accounts",
            summary: "Which accounts the token may ask about",
            description:
                "Lists the accounts that the token may ask about, the home account first, and whether each lets \
                          Stratoscope in."
                    .to_owned(),
            parameters: &[],
            of_accounts: false,
            response: response::<AccountsList, Coverage>,
            about_parameters: BTreeMap::new(),
            about: BTreeMap::new(),
        },
    ]
}
