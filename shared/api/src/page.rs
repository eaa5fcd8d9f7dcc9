//! Splits a response that may be too long into pages.
//!
//! The items have a fixed order, and each has a position in it. A page ends at `limit`, or where the next item would
//! not fit into Lambda's 6 MB. The cursor is the position of the page's last item, not a count: whatever is created or
//! deleted between two calls, no remaining item is skipped or shown twice. It contains a fingerprint of the request,
//! since with other parameters it would start in the middle of another list.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::envelope;
use crate::error::ApiError;
use crate::parameter::{Parameter, Values, Without};
use crate::query::Query;

/// The most items that a caller may request in one page.
pub const LARGEST_LIMIT: u64 = 10_000;

const LIMIT: &str = "limit";
/// The name of [`cursor`].
pub(crate) const CURSOR: &str = "cursor";

/// Returns the parameter `limit`, of which `allowed` says what is counted.
#[must_use]
pub const fn limit(allowed: fn() -> String) -> Parameter {
    let without = Without::Means(|| "as many as fit into Lambda's 6 MB".to_owned());
    Parameter { name: LIMIT, values: Values::Number(1..=LARGEST_LIMIT), allowed, without }
}

/// Returns the parameter `cursor`, of which `allowed` says how long it is valid.
#[must_use]
pub const fn cursor(allowed: fn() -> String) -> Parameter {
    Parameter { name: CURSOR, values: Values::Text, allowed, without: Without::Means(|| "the first page".to_owned()) }
}

/// Which page the caller requests, of items with positions `P`: the parameters `limit` and `cursor`.
#[derive(Debug, PartialEq, Eq)]
pub struct Paging<P> {
    /// The most items in a page; without it, as many as a response can hold.
    limit: Option<usize>,
    /// The last item of the previous page.
    after: Option<P>,
    /// A fingerprint of the account and all other parameters, which ties a cursor to its request.
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
    /// Reads `limit` and `cursor`; `question` is everything else that determines the items, except the account.
    pub fn read(query: &Query, question: &impl Hash) -> Result<Self, ApiError> {
        let mut hasher = DefaultHasher::new();
        (query.account(), question).hash(&mut hasher);
        let question = hasher.finish();
        let limit = query.number(LIMIT)?;
        let after = query.text(CURSOR).map(|cursor| position(cursor, question)).transpose()?;
        Ok(Self { limit, after, question })
    }

    /// The position in the cursor.
    #[must_use]
    pub fn after(&self) -> Option<&P> {
        self.after.as_ref()
    }

    /// Returns the page of `items`, which are in the order of their positions.
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
            // One more byte for the comma between two items.
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

/// Reads a cursor from an earlier response to the same `question`.
fn position<P: DeserializeOwned>(cursor: &str, question: u64) -> Result<P, ApiError> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let message = match json.and_then(|json| serde_json::from_slice::<(u64, P)>(&json).ok()) {
        Some((of, position)) if of == question => return Ok(position),
        Some(_) => {
            "the cursor of another request; keep the account and every parameter that decides what is listed unchanged"
        }
        None => "not a cursor; allowed: data.next_cursor of the previous page, unchanged",
    };
    Err(ApiError::invalid(CURSOR, message))
}

fn not_written(error: &serde_json::Error) -> ApiError {
    ApiError::Internal(format!("an item can't be serialised as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(pairs: &[(&str, &str)], question: &str) -> Result<Paging<u32>, ApiError> {
        const PARAMETERS: &[Parameter] = &[limit(String::new), cursor(String::new)];
        Paging::read(&Query::parse(pairs.iter().copied(), PARAMETERS).unwrap(), &question)
    }

    /// Returns the items of a page, which are their own positions, and its cursor.
    fn cut(paging: &Paging<u32>, items: impl IntoIterator<Item = u32>) -> (Vec<u32>, Option<String>) {
        let page = paging.cut(items, |item| *item).unwrap();
        (page.items.into_iter().map(|(item, _)| item).collect(), page.next_cursor)
    }

    #[test]
    fn a_page_ends_at_the_limit_and_the_next_one_starts_after_its_last_item() {
        let (items, cursor) = cut(&paging(&[("limit", "2")], "q").unwrap(), [1, 3, 5, 7]);
        assert_eq!(items, [1, 3]);
        let next = paging(&[("limit", "2"), ("cursor", &cursor.unwrap())], "q").unwrap();
        assert_eq!(next.after(), Some(&3));
        // Items that were created or deleted meanwhile don't move the others.
        assert_eq!(cut(&next, [1, 2, 5, 7]), (vec![5, 7], None));
        assert_eq!(paging(&[], "q").unwrap().after(), None);
    }

    #[test]
    fn without_a_limit_a_page_is_as_heavy_as_a_response_may_be() {
        // Four of these, with quotes, their backslashes and the comma, have exactly the largest weight; one more letter
        // is too much.
        let quarter = envelope::MAX_WEIGHT / 4 - 5;
        for (length, fits) in [(quarter, 4), (quarter + 1, 3)] {
            let item = "x".repeat(length);
            let paging = paging(&[], "q").unwrap();
            let page = paging.cut([&item; 4], |_| 0).unwrap();
            assert_eq!((page.items.len(), page.next_cursor.is_none()), (fits, fits == 4), "{length}");
        }
    }

    #[test]
    fn an_item_that_is_too_heavy_for_any_page_gets_its_own_page() {
        let heavy = "x".repeat(envelope::MAX_WEIGHT);
        let page = paging(&[], "q").unwrap().cut([&heavy, &heavy], |_| 0).unwrap();
        assert_eq!((page.items.len(), page.next_cursor.is_some()), (1, true));
    }

    #[test]
    fn a_cursor_comes_from_an_earlier_page_of_the_same_request() {
        let (_, cursor) = cut(&paging(&[("limit", "1")], "q").unwrap(), [1, 2]);
        let refused = |cursor: &str, question| paging(&[("cursor", cursor)], question).unwrap_err().to_string();
        assert!(refused(&cursor.unwrap(), "other").starts_with("cursor: the cursor of another request"));
        for other in ["abc", "W10", "é"] {
            assert!(refused(other, "q").starts_with("cursor: not a cursor"), "{other}");
        }
    }

    #[test]
    fn an_item_that_cannot_be_serialised_is_an_internal_error() {
        let by_list = std::collections::BTreeMap::from([(vec![1], 1)]);
        let failed = paging(&[], "q").unwrap().cut([&by_list], |_| 0).unwrap_err();
        assert_eq!(
            (failed.status(), failed.to_string()),
            (500, "an item can't be serialised as JSON: key must be a string".to_owned())
        );
    }
}
