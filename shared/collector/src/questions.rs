//! What a function may ask of an account, one file each.
//!
//! Each file decides what runs concurrently and what is cached, and returns plain values with their
//! [`Coverage`](crate::model::coverage::Coverage). A failure of one region or service is part of the result, never an
//! error.

pub(crate) mod accounts;
pub(crate) mod beside;
pub(crate) mod costs;
pub(crate) mod inventory;
pub(crate) mod measure;
pub(crate) mod staged;
pub(crate) mod survey;
