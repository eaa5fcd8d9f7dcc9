//! The HTTP edge: reads requests and writes responses.
//!
//! Every function that reads an account runs through [`serve()`]: it reads the request, passes a [`Call`] to the handler, and writes the
//! result in the one [`envelope`]. The handler therefore deals only with values, and no function can have a response
//! format, an error format or a deadline of its own.
//!
//! Nothing here calls AWS or depends on its types: the coverage of a response is whatever the caller of [`Answer::new`]
//! can serialise.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod call_metrics;
mod caller;
pub mod description;
pub mod envelope;
mod error;
mod escapes;
mod format;
mod max_cost;
mod page;
mod parameter;
mod public;
mod query;
mod serve;
mod tags;
pub mod telemetry;

pub use caller::AskedAccounts;
pub use envelope::Answer;
pub use error::{ApiError, ERROR_KINDS, ErrorKind};
pub use format::{Cell, FORMAT, Format, Table};
pub use max_cost::{ALLOWED_COST, max_cost};
pub use page::{LARGEST_LIMIT, Page, Paging, cursor, limit};
pub use parameter::{ALL, Parameter, Values, Without, code, names, regions};
pub use public::serve_public;
pub use query::Query;
pub use serve::{Call, serve};
pub use tags::{TagFilter, WantedTag};
