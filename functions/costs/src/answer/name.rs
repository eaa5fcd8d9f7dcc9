//! The names of groups.

use collector::costs::Grouping;

/// The name of the group without the tag or category.
pub(super) const NONE: &str = "(none)";

/// Returns the name of a group in one grouping. Tags and categories have the format `key$value`; without a value,
/// nothing follows the dollar sign.
pub(super) fn name_in(grouping: &Grouping, key: &str) -> String {
    let value = match grouping {
        Grouping::Dimension(_) => key,
        Grouping::Tag(_) | Grouping::CostCategory(_) => key.split_once('$').map_or(key, |(_, value)| value),
    };
    if value.is_empty() { NONE.to_owned() } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_categories_are_named_by_their_value() {
        let tag = Grouping::Tag("team".to_owned());
        assert_eq!(["team$web", "team$", "team$a$b"].map(|key| name_in(&tag, key)), ["web", NONE, "a$b"]);
        assert_eq!(name_in(&Grouping::Dimension("SERVICE"), "a$b"), "a$b");
    }
}
