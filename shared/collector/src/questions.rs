//! What a function may ask of an account, one file each.
//!
//! Each file decides what runs concurrently and what is cached, and returns plain values with their
//! [`Coverage`](crate::model::coverage::Coverage). A failure of one region or service is part of the result, never an
//! error.

pub(crate) mod accounts;
pub(crate) mod beside;
pub(crate) mod costs;
pub(crate) mod exceptions;
pub(crate) mod inventory;
pub(crate) mod measure;
pub(crate) mod prices;
pub(crate) mod recommendations;
pub(crate) mod staged;
pub(crate) mod survey;

use std::collections::BTreeSet;

use crate::questions::inventory::Wanted;
use crate::services::ResourceType;
use crate::services::sts::{ASSUME_ROLE, GET_CALLER_IDENTITY};

/// Returns the services that a gap can name.
#[must_use]
pub fn gap_services() -> BTreeSet<&'static str> {
    let everything = Wanted { regions: None, types: ResourceType::ALL.to_vec(), tags: true };
    let of_every_question = [&GET_CALLER_IDENTITY, &ASSUME_ROLE];
    let operations = survey::operations(&everything, &[]).into_iter().chain(of_every_question);
    let others = [
        costs::OPERATIONS,
        accounts::OPERATIONS,
        exceptions::OPERATIONS,
        prices::OPERATIONS,
        recommendations::OPERATIONS,
    ];
    operations.chain(others.concat()).map(|of| of.service).collect()
}
