//! What costs are limited to: the parameters `services`, `regions`, `accounts`, `usage_types` and `tags`.
//!
//! Values are Cost Explorer's own, which `group_by` lists, so that what one response shows can be sent with the next
//! request. Cost Explorer matches nothing by an unknown value and says so with zeros; what can't be a value is refused.

use api::{ApiError, Query, WantedTag};
use collector::costs::CostCondition;

use crate::record_types::RECORD_TYPE;

/// The most values of one parameter. AWS documents no limit; longer lists would rather be several requests.
pub(super) const MOST_VALUES: usize = 100;
/// The most keys of tags.
pub(super) const MOST_TAGS: usize = 20;
/// The longest value that Cost Explorer's API accepts, in characters.
const LONGEST_VALUE: usize = 1_024;

/// The values of the dimension `REGION` that are no regions: for services without regions, and for what belongs to none,
/// such as taxes.
pub(super) const NO_REGIONS: [&str; 2] = ["global", "NoRegion"];

pub(super) const SERVICES: &str = "services";
pub(super) const REGIONS: &str = "regions";
pub(super) const ACCOUNTS: &str = "accounts";
pub(super) const USAGE_TYPES: &str = "usage_types";
pub(super) const TAGS: &str = "tags";

/// A dimension to filter by.
struct Dimension {
    parameter: &'static str,
    /// AWS's name.
    name: &'static str,
    is_value: fn(&str) -> bool,
    /// What the values are, for a message.
    allowed: &'static str,
}

const DIMENSIONS: [Dimension; 4] = [
    Dimension {
        parameter: SERVICES,
        name: "SERVICE",
        is_value: is_name,
        allowed: "Cost Explorer's names of services, as group_by=service lists them",
    },
    Dimension {
        parameter: REGIONS,
        name: "REGION",
        is_value: is_region,
        allowed: "names of regions such as eu-west-1, `global` (services without regions) and `NoRegion`",
    },
    Dimension {
        parameter: ACCOUNTS,
        name: "LINKED_ACCOUNT",
        is_value: is_account,
        allowed: "account ids of 12 digits, separated by commas",
    },
    Dimension {
        parameter: USAGE_TYPES,
        name: "USAGE_TYPE",
        is_value: is_name,
        allowed: "Cost Explorer's usage types, as group_by=usage_type lists them",
    },
];

impl Dimension {
    fn read(&self, query: &Query) -> Result<Option<CostCondition>, ApiError> {
        let Some(values) = query.names(self.parameter)? else { return Ok(None) };
        if let Some(wrong) = values.iter().find(|value| !(self.is_value)(value)) {
            return Err(ApiError::not_allowed(self.parameter, wrong, self.allowed));
        }
        if values.len() > MOST_VALUES {
            return Err(too_many(self.parameter, values.len(), MOST_VALUES, "values"));
        }
        Ok(Some(CostCondition::OneOf(self.name, sorted(values))))
    }
}

/// Reads the conditions, including that record types are `excluded`. Values are sorted, so that the same request is paid
/// for once.
pub(super) fn read(query: &Query, excluded: &[&'static str]) -> Result<Vec<CostCondition>, ApiError> {
    let mut conditions = Vec::new();
    if !excluded.is_empty() {
        conditions.push(CostCondition::NoneOf(RECORD_TYPE, sorted(excluded.iter().map(ToString::to_string).collect())));
    }
    for dimension in &DIMENSIONS {
        conditions.extend(dimension.read(query)?);
    }
    conditions.extend(tags(query)?);
    Ok(conditions)
}

/// Reads the conditions on tags, at most one for each key.
fn tags(query: &Query) -> Result<Vec<CostCondition>, ApiError> {
    let filter = query.tags(TAGS)?;
    if let Some(key) = filter.ambiguous() {
        let message = format!(
            r"which colons belong to the key is unclear in the term that begins with `{key}:`; put a backslash before those that don't end the key, as in eks\:cluster-name:shop"
        );
        return Err(ApiError::invalid(TAGS, message));
    }
    let keys = filter.iter().count();
    if keys > MOST_TAGS {
        return Err(too_many(TAGS, keys, MOST_TAGS, "keys"));
    }
    let mut conditions = Vec::new();
    for (key, wanted) in filter.iter() {
        let (untagged, tagged) = (wanted.contains(&WantedTag::Absent), wanted.contains(&WantedTag::Present));
        let of = |wanted: &WantedTag| if let WantedTag::Value(value) = wanted { Some(value.clone()) } else { None };
        let values: Vec<String> = wanted.iter().filter_map(of).collect();
        if values.iter().any(String::is_empty) {
            let message = "Cost Explorer does not distinguish an empty value from no tag, so `Key:` is not allowed here; \
                           send `!Key` for costs without a value";
            return Err(ApiError::invalid(TAGS, message));
        }
        if values.len() > MOST_VALUES {
            return Err(too_many(TAGS, values.len(), MOST_VALUES, "values of a key"));
        }
        match (tagged, untagged) {
            // With or without the tag: everything.
            (true, true) => {}
            (true, false) => conditions.push(CostCondition::Tagged(key.to_owned())),
            (false, untagged) => conditions.push(CostCondition::Tag { key: key.to_owned(), values, untagged }),
        }
    }
    Ok(conditions)
}

fn too_many(parameter: &str, given: usize, most: usize, what: &str) -> ApiError {
    ApiError::invalid(parameter, format!("has {given} {what}; send at most {most}"))
}

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values
}

fn is_name(value: &str) -> bool {
    let readable = !value.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
    readable && value.chars().count() <= LONGEST_VALUE
}

fn is_account(value: &str) -> bool {
    value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a value looks like a region or a zone outside of it, such as `us-west-2-lax-1`, or is for neither.
fn is_region(value: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let parts = value.split('-').count();
    NO_REGIONS.contains(&value)
        || (value.len() <= 64
            && parts >= 3
            && value.starts_with(|first: char| first.is_ascii_lowercase())
            && value.ends_with(|last: char| last.is_ascii_digit())
            && value.split('-').all(is_part))
}

#[cfg(test)]
mod tests;
