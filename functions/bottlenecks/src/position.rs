//! The positions of the entries of a response; a cursor holds the position of a page's last entry.

use std::cmp::Reverse;

use collector::ResourceType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reason::ReasonKind;

/// The position of a finding, of an entry that could not be judged, or of a suppressed finding in a response.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    /// What it saves, in millionths of a dollar; 0 where that is not what entries are sorted by.
    pub(crate) saved: Reverse<u64>,
    /// The rank of the rule among all rules, which are sorted by severity and have AWS's own recommendations last; entries
    /// that were not judged follow after them, and after these the suppressed findings by the rank of their rules.
    pub(crate) rule: usize,
    /// How far the value is past the threshold, as the bits of a positive float, which sort like the number.
    pub(crate) excess: Reverse<u64>,
    pub(crate) resource: (ResourceType, Option<String>, String),
    /// Why it could not be judged; `None` for a finding, suppressed or not.
    pub(crate) reason: Option<ReasonKind>,
    /// The time that the response is about, the same on all its pages.
    pub(crate) as_of: Timestamp,
}
