//! The HTTP edge: what a caller asks, and how an answer is written.
//!
//! Every function answers through [`serve()`]: it reads the request, gives the handler a [`Call`], and writes what comes
//! back as the one [`envelope`]. The handler therefore deals with values only, and no function can answer in a
//! shape, with an error or within a deadline of its own.
//!
//! Nothing here calls AWS or knows its types: what an answer covers is whatever the caller of [`Answer::new`] can
//! serialise.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod call_metrics;
mod caller;
pub mod envelope;
mod error;
mod page;
mod query;
mod serve;
pub mod telemetry;

pub use envelope::Answer;
pub use error::ApiError;
pub use page::{LARGEST_LIMIT, Page, Paging};
pub use query::Query;
pub use serve::{Call, serve};
