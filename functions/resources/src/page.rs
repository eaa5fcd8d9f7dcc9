//! One page of an answer.
//!
//! A page ends at `limit` or where the next resource would not fit into Lambda's 6 MB. The cursor is the position of its
//! last resource in the fixed order, not a number: whatever is created or deleted between two calls, nothing that stays
//! is skipped or shown twice. It carries a fingerprint of the question, since under other filters it would begin in the
//! middle of another list.

use std::collections::BTreeMap;

use api::{ApiError, envelope};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use collector::{Inventory, Resource, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::query::ResourcesQuery;

/// Where a resource stands in the order of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position(ResourceType, Option<String>, String);

impl Position {
    fn of(resource: &Resource) -> Self {
        let (kind, region, id) = resource.position();
        Self(kind, region.map(str::to_owned), id.to_owned())
    }

    fn is_before(&self, resource: &Resource) -> bool {
        (self.0, self.1.as_deref(), self.2.as_str()) < resource.position()
    }

    /// Reads a cursor that an earlier answer to the same `question` gave.
    pub(crate) fn from_cursor(cursor: &str, question: u64) -> Result<Self, ApiError> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
        match json.and_then(|json| serde_json::from_slice::<(u64, Self)>(&json).ok()) {
            Some((of, position)) if of == question => Ok(position),
            Some(_) => {
                let message = "the cursor of another question; keep all other parameters but limit as they were";
                Err(ApiError::invalid("cursor", message))
            }
            None => {
                let message = "not a cursor; allowed: data.next_cursor of the page before, as it is";
                Err(ApiError::invalid("cursor", message))
            }
        }
    }

    fn to_cursor(&self, question: u64) -> Result<String, ApiError> {
        let json = serde_json::to_vec(&(question, self)).map_err(|error| not_written(&error))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

/// The resources of one page, by type, and where the next one begins.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// For each type that was asked, its resources on this page; null where nothing of it could be listed.
    #[serde(flatten)]
    resources: BTreeMap<ResourceType, Option<Vec<Box<RawValue>>>>,
    /// What to send as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

impl Page {
    /// The page of an ordered inventory that `query` asks for.
    pub(crate) fn cut(inventory: &Inventory, query: &ResourcesQuery) -> Result<Self, ApiError> {
        let mut resources: BTreeMap<_, _> =
            inventory.types.iter().map(|kind| (*kind, inventory.knows_type(*kind).then(Vec::new))).collect();
        let (mut shown, mut weight) = (0_usize, 0_usize);
        let mut last: Option<&Resource> = None;
        let is_shown = |resource: &&Resource| query.after.as_ref().is_none_or(|after| after.is_before(resource));
        for resource in inventory.resources.iter().filter(is_shown) {
            let json = serde_json::value::to_raw_value(resource).map_err(|error| not_written(&error))?;
            // The comma between two resources is a byte of its own.
            weight = weight.saturating_add(envelope::weight(json.get())).saturating_add(1);
            let full = query.limit.is_some_and(|limit| shown >= limit) || weight > envelope::MAX_WEIGHT;
            if let Some(last) = last.filter(|_| full) {
                let next_cursor = Some(Position::of(last).to_cursor(query.question)?);
                return Ok(Self { resources, next_cursor });
            }
            resources.entry(resource.resource_type()).or_default().get_or_insert_default().push(json);
            shown = shown.saturating_add(1);
            last = Some(resource);
        }
        Ok(Self { resources, next_cursor: None })
    }
}

fn not_written(error: &serde_json::Error) -> ApiError {
    ApiError::Internal(format!("a resource can't be written as JSON: {error}"))
}
