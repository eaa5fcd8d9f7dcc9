//! Pages of an answer that may be too long for one.
//!
//! The items have a fixed order and each has a position in it. A page ends at `limit` or where the next item would not
//! fit into Lambda's 6 MB. The cursor is the position of its last item, not a number: whatever is created or deleted
//! between two calls, nothing that stays is skipped or shown twice. It carries a fingerprint of the question, since under
//! other parameters it would begin in the middle of another list.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{ApiError, Query, envelope};

/// The most items that a caller may ask for in one page.
const LARGEST_LIMIT: usize = 10_000;

/// Which page a caller wants, of items with positions `P`: the parameters `limit` and `cursor`.
#[derive(Debug, PartialEq, Eq)]
pub struct Paging<P> {
    /// The most items of a page; without it, as many as an answer can hold.
    limit: Option<usize>,
    /// The last item of the page before.
    after: Option<P>,
    /// A fingerprint of the account and all other parameters, by which a cursor belongs to its question.
    question: u64,
}

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    /// Each item with its JSON.
    pub items: Vec<(T, Box<RawValue>)>,
    /// What to send as `cursor` for the next page; `None` on the last one.
    pub next_cursor: Option<String>,
}

impl<P: Serialize + DeserializeOwned + PartialOrd> Paging<P> {
    /// Reads `limit` and `cursor`; `question` is everything else that decides what the items are, but the account.
    pub fn read(query: &Query, question: &impl Hash) -> Result<Self, ApiError> {
        let mut hasher = DefaultHasher::new();
        (query.account(), question).hash(&mut hasher);
        let question = hasher.finish();
        let limit = query.number("limit", &(1..=LARGEST_LIMIT))?;
        let after = query.text("cursor").map(|cursor| position(cursor, question)).transpose()?;
        Ok(Self { limit, after, question })
    }

    /// The position that the cursor holds.
    #[must_use]
    pub fn after(&self) -> Option<&P> {
        self.after.as_ref()
    }

    /// The page of `items`, which are in the order of their positions.
    pub fn cut<T: Serialize>(
        &self,
        items: impl IntoIterator<Item = T>,
        position: impl Fn(&T) -> P,
    ) -> Result<Page<T>, ApiError> {
        let mut page = Page { items: Vec::new(), next_cursor: None };
        let mut weight = 0_usize;
        for item in
            items.into_iter().skip_while(|item| self.after.as_ref().is_some_and(|after| position(item) <= *after))
        {
            let json = serde_json::value::to_raw_value(&item).map_err(|error| not_written(&error))?;
            // The comma between two items is a byte of its own.
            weight = weight.saturating_add(envelope::weight(json.get())).saturating_add(1);
            let full = self.limit.is_some_and(|limit| page.items.len() >= limit) || weight > envelope::MAX_WEIGHT;
            if let Some((last, _)) = page.items.last().filter(|_| full) {
                let cursor =
                    serde_json::to_vec(&(self.question, position(last))).map_err(|error| not_written(&error))?;
                page.next_cursor = Some(BASE64_URL_SAFE_NO_PAD.encode(cursor));
                return Ok(page);
            }
            page.items.push((item, json));
        }
        Ok(page)
    }
}

/// Reads a cursor that an earlier answer to the same `question` gave.
fn position<P: DeserializeOwned>(cursor: &str, question: u64) -> Result<P, ApiError> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let message = match json.and_then(|json| serde_json::from_slice::<(u64, P)>(&json).ok()) {
        Some((of, position)) if of == question => return Ok(position),
        Some(_) => "the cursor of another question; keep the account and all other parameters but limit as they were",
        None => "not a cursor; allowed: data.next_cursor of the page before, as it is",
    };
    Err(ApiError::invalid("cursor", message))
}

fn not_written(error: &serde_json::Error) -> ApiError {
    ApiError::Internal(format!("an item can't be written as JSON: {error}"))
}
