//! Where the entries of an answer stand: what a cursor keeps of a page's last one.

use std::cmp::Reverse;

use collector::ResourceType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rule::ReasonKind;

/// Where a finding, or what could not be judged, stands in the order of an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The rank of the rule among all, which are in the order of severity; after all of them for what was not judged.
    pub(crate) rule: usize,
    /// How far the value is past the threshold, as the bits of a positive float, whose order is that of the number.
    pub(crate) excess: Reverse<u64>,
    pub(crate) resource: (ResourceType, Option<String>, String),
    /// Why it could not be judged; `None` for a finding.
    pub(crate) reason: Option<ReasonKind>,
    /// The time that the answer is about, the same on all its pages.
    pub(crate) as_of: Timestamp,
}
