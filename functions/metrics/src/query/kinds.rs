//! The types that have metrics, and their names.

use collector::ResourceType;

/// Returns the types that CloudWatch measures, in the order of responses.
pub(super) fn types() -> Vec<ResourceType> {
    ResourceType::ALL.into_iter().filter(|kind| kind.catalog().is_some()).collect()
}

/// Returns the names of these types.
pub(super) fn type_names() -> Vec<&'static str> {
    types().into_iter().map(ResourceType::as_str).collect()
}

/// Joins the names of types for a message.
pub(super) fn names(types: &[ResourceType]) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}
