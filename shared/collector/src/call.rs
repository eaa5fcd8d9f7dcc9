//! One call to AWS, and everything that guards it.
//!
//! Services define their clients here ([`clients`]). All clients have the same guards: a gate that keeps them below
//! AWS's rates, time limits and retries, a check that no response was cut off, and a count of their requests. The code
//! that calls an operation names it ([`Operation`](crate::model::operation::Operation)) and follows its pages
//! ([`pages`]); a failure becomes a [`fault`].

pub(crate) mod cache;
pub(crate) mod clients;
pub(crate) mod configuration;
pub(crate) mod counting;
pub(crate) mod cut_body;
pub(crate) mod fault;
pub(crate) mod gate;
pub(crate) mod inquiry;
pub(crate) mod pace;
pub(crate) mod pages;
pub(crate) mod patience;
pub(crate) mod side_by_side;
