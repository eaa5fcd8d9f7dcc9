//! Decides which resources match, by the parameters `states` and `tags`, and counts them.
//!
//! Several functions filter resources, and the same terms must find the same resources in each. `api` reads parameters
//! without knowing types of resources, and `collector` knows these types but no parameters, so this crate is above
//! both. Values of one parameter are alternatives, and all parameters must match.

mod counts;

use api::{ApiError, Parameter, Query, TagFilter, Values, Without};
use collector::{Resource, ResourceType};

pub use crate::counts::Counts;

/// The longest list of states in a message, in bytes: that of databases fits.
const LONGEST_STATES: usize = 750;

const STATES: &str = "states";
const TAGS: &str = "tags";

/// Returns the parameter `states`.
#[must_use]
pub const fn states(allowed: fn() -> String, without: fn() -> String) -> Parameter {
    Parameter { name: STATES, values: Values::Texts, allowed, without: Without::Means(without) }
}

/// Returns the parameter `tags`.
#[must_use]
pub const fn tags(allowed: fn() -> String) -> Parameter {
    Parameter { name: TAGS, values: Values::Texts, allowed, without: Without::Means(|| "all".to_owned()) }
}

/// The conditions of one call; empty conditions match everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    states: Vec<String>,
    tags: TagFilter,
}

impl Filter {
    /// Reads `states`, which at least one of `types` must have, and `tags`.
    pub fn read(query: &Query, types: &[ResourceType]) -> Result<Self, ApiError> {
        Ok(Self { states: wanted_states(query, types)?, tags: query.tags(TAGS)? })
    }

    /// Returns whether everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty() && self.tags.is_empty()
    }

    /// Returns whether `resource` meets every condition. A resource without a state or with unknown tags does not meet
    /// any condition on them, including that a tag is absent.
    #[must_use]
    pub fn matches(&self, resource: &Resource) -> bool {
        let in_state = |state: &str| self.states.iter().any(|wanted| wanted == state);
        (self.states.is_empty() || resource.state().is_some_and(in_state))
            && (self.tags.is_empty()
                || resource
                    .tags
                    .as_ref()
                    .is_some_and(|tags| self.tags.matches(|key| tags.get(key).map(String::as_str))))
    }
}

/// Returns the wanted states. At least one of `types` must have each state: a misspelt one would match nothing and look
/// like an empty account.
fn wanted_states(query: &Query, types: &[ResourceType]) -> Result<Vec<String>, ApiError> {
    let wanted = query.list(STATES)?.unwrap_or_default();
    let is_state = |state: &&str| types.iter().any(|kind| kind.states().contains(state));
    let Some(wrong) = wanted.iter().find(|state| !is_state(state)) else {
        return Ok(wanted.into_iter().map(str::to_owned).collect());
    };
    let with_states = |types: &[ResourceType]| -> Vec<ResourceType> {
        types.iter().copied().filter(|kind| !kind.states().is_empty()).collect()
    };
    let chosen = with_states(types);
    if chosen.is_empty() {
        let others = names(&with_states(&ResourceType::ALL));
        let message = format!("the chosen types have no states; leave states out, or choose among the types {others}");
        return Err(ApiError::invalid(STATES, message));
    }
    Err(ApiError::not_allowed(STATES, wrong, &states_of(&chosen)))
}

/// The most types that a message names whose states it leaves out.
const MOST_NAMED: usize = 5;

/// Returns the states of each of `types` as far as they fit into a message, and names the types whose states don't.
fn states_of(types: &[ResourceType]) -> String {
    let (mut listed, mut left_out) = (String::new(), Vec::new());
    for kind in types {
        let states = format!("for {kind}: {}; ", kind.states().join(", "));
        if listed.len().saturating_add(states.len()) <= LONGEST_STATES {
            listed += &states;
        } else {
            left_out.push(*kind);
        }
    }
    if left_out.is_empty() {
        return listed.trim_end_matches("; ").to_owned();
    }
    let left_out = if left_out.len() > MOST_NAMED { "another".to_owned() } else { names(&left_out) };
    format!("{listed}send one type alone to see the states of {left_out}")
}

fn names(types: &[ResourceType]) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use collector::services::ec2::instance::Instance;
    use collector::services::s3::Bucket;
    use collector::{Detail, Tags};

    use super::*;

    const PARAMETERS: &[Parameter] = &[states(String::new, String::new), tags(String::new)];

    fn read(pairs: &[(&str, &str)], types: &[ResourceType]) -> Result<Filter, ApiError> {
        Filter::read(&Query::parse(pairs.iter().copied(), PARAMETERS)?, types)
    }

    fn matches(pairs: &[(&str, &str)], resource: &Resource) -> bool {
        read(pairs, &ResourceType::ALL).unwrap().matches(resource)
    }

    fn instance(state: &str, tags: &[(&str, &str)]) -> Resource {
        let detail = Instance { state: Some(state.to_owned()), ..Instance::default() };
        Resource {
            id: "i-1".into(),
            region: Some("us-east-1".into()),
            name: None,
            arn: None,
            tags: Some(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
            detail: Detail::Ec2(Box::new(detail)),
        }
    }

    fn refused(pairs: &[(&str, &str)], types: &[ResourceType]) -> String {
        read(pairs, types).unwrap_err().to_string()
    }

    #[test]
    fn states_are_alternatives() {
        let stopped = instance("stopped", &[]);
        assert!(matches(&[], &stopped));
        assert!(matches(&[("states", "running,stopped")], &stopped));
        assert!(!matches(&[("states", "running")], &stopped));
    }

    #[test]
    fn states_and_tags_must_both_match() {
        let web = instance("running", &[("env", "prod"), ("note", "")]);
        for (state, tags, expected) in [
            ("running", "env:prod", true),
            ("running", "env:dev", false),
            ("stopped", "env:prod", false),
            ("running", "note:,!owner", true),
            ("running", "!env", false),
        ] {
            assert_eq!(matches(&[("states", state), ("tags", tags)], &web), expected, "{state} {tags}");
        }
    }

    #[test]
    fn a_resource_without_a_state_or_known_tags_meets_no_condition_on_them() {
        let mut bucket = instance("running", &[]);
        bucket.detail = Detail::S3(Bucket::default());
        bucket.tags = None;
        assert!(matches(&[], &bucket));
        assert!(!matches(&[("states", "running")], &bucket));
        assert!(!matches(&[("tags", "env")], &bucket));
        assert!(!matches(&[("tags", "!env")], &bucket));
        bucket.tags = Some(Tags::new());
        assert!(matches(&[("tags", "!env")], &bucket));
    }

    #[test]
    fn a_filter_is_empty_without_conditions() {
        assert!(Filter::default().is_empty());
        for pair in [("states", "running"), ("tags", "env")] {
            assert!(!read(&[pair], &ResourceType::ALL).unwrap().is_empty(), "{pair:?}");
        }
    }

    #[test]
    fn a_state_must_exist_for_one_of_the_chosen_types() {
        assert_eq!(read(&[("states", "running")], &ResourceType::ALL).unwrap().states, ["running"]);
        assert_eq!(
            refused(&[("states", "running")], &[ResourceType::Eip]),
            "states: `running` is not allowed; allowed: for eip: associated, unassociated"
        );
        let without_states = [ResourceType::S3, ResourceType::Lambda];
        assert!(refused(&[("states", "running")], &without_states).starts_with("states: the chosen types have no"));
    }

    #[test]
    fn a_message_lists_the_states_of_as_many_types_as_fit() {
        assert_eq!(states_of(&[ResourceType::Eip]), "for eip: associated, unassociated");
        let two = states_of(&[ResourceType::Rds, ResourceType::Rds, ResourceType::Eip]);
        assert!(two.starts_with("for rds: available, backing-up, "), "{two}");
        let end = "; for eip: associated, unassociated; send one type alone to see the states of rds";
        assert!(two.ends_with(end), "{two}");
        let of_all = states_of(&ResourceType::ALL);
        assert!(of_all.ends_with("; send one type alone to see the states of another"), "{of_all}");
        for kind in ResourceType::ALL.into_iter().filter(|kind| !kind.states().is_empty()) {
            assert!(states_of(&[kind]).starts_with(&format!("for {kind}: ")), "{kind}");
        }
    }
}
