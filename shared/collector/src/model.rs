//! Plain values: what the collector accepts and returns.
//!
//! This is the lowest floor. No value here calls anything, knows an SDK, or depends on another floor, so all floors
//! above can share them and a test can build them by hand.

pub(crate) mod account;
pub(crate) mod aws_requests;
pub mod costs;
pub(crate) mod coverage;
pub(crate) mod metric;
pub(crate) mod operation;
pub(crate) mod parameter;
pub mod price;
pub(crate) mod reach;
pub mod recommendation;
pub(crate) mod refusal;
pub(crate) mod resource;
pub(crate) mod series;
pub mod window;
