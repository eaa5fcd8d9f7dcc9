//! Which accounts a deployment reads, and whether they let it in.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::coverage::Gap;

/// An account that a caller may ask about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedAccount {
    /// The account, 12 digits.
    pub id: String,
    /// The name in the organisation; `None` if Organizations did not return one.
    pub name: Option<String>,
    /// Whether it is the account of the deployment.
    pub home: bool,
    /// Whether its reader role can be assumed; `None` if STS did not decide. The home account needs no role.
    pub reachable: Option<bool>,
    /// When that was checked, up to an hour ago; `None` for the home account.
    pub checked_at: Option<Timestamp>,
    /// Why the role can't be assumed, or why that is unknown; `None` if it can.
    pub gap: Option<Gap>,
}
