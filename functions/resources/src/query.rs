//! The parameters of `/resources`.

use api::{ApiError, Call, Paging, Query};
use collector::{ResourceType, Wanted};

use crate::filter::Filter;

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[&str] = &["regions", "types", "states", "tags", "limit", "cursor"];

/// The longest key of a tag that AWS allows, and the longest key, colon and value together, in characters.
const LONGEST_KEY: usize = 128;
const LONGEST_TAG: usize = LONGEST_KEY + 1 + 256;

/// The longest list of states in a message, in bytes: that of databases fits.
const LONGEST_STATES: usize = 750;

/// The position of a resource in responses, which a cursor holds: its type, region and id.
pub(crate) type Position = (ResourceType, Option<String>, String);

/// A caller's request.
#[derive(Debug)]
pub(crate) struct ResourcesQuery {
    pub(crate) wanted: Wanted,
    pub(crate) filter: Filter,
    pub(crate) paging: Paging<Position>,
}

impl ResourcesQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?)
    }

    pub(crate) fn from_query(query: &Query) -> Result<Self, ApiError> {
        let mut types = query.choices("types", &ResourceType::ALL)?.unwrap_or_else(|| ResourceType::ALL.to_vec());
        types.sort_unstable();
        let states = states(query, &types)?;
        let tags = tags(query)?;
        let wanted = Wanted { regions: query.regions("regions")?, types, tags: true };
        let paging = Paging::read(query, &(&wanted.regions, &wanted.types, &states, &tags))?;
        Ok(Self { filter: Filter::new(states, &tags), paging, wanted })
    }
}

/// Returns the wanted tags. Each must be a possible tag: others would match nothing and look like an empty account.
fn tags(query: &Query) -> Result<Vec<&str>, ApiError> {
    let tags = query.list("tags")?.unwrap_or_default();
    let is_possible = |tag: &&str| {
        let length = tag.chars().count();
        let readable = !tag.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER);
        readable && !tag.starts_with(':') && length <= LONGEST_TAG && (length <= LONGEST_KEY || tag.contains(':'))
    };
    match tags.iter().find(|tag| !is_possible(tag)) {
        Some(tag) => {
            let allowed = "Key or Key:Value, with a key of up to 128 and a value of up to 256 printable characters";
            Err(ApiError::not_allowed("tags", tag, allowed))
        }
        None => Ok(tags),
    }
}

/// Returns the wanted states. At least one of `types` must have each state: a misspelt one would match nothing and look
/// like an empty account.
fn states(query: &Query, types: &[ResourceType]) -> Result<Vec<String>, ApiError> {
    let wanted = query.list("states")?.unwrap_or_default();
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
        let message = format!("the chosen types have no states: leave it out, or choose among {others}");
        return Err(ApiError::invalid("states", message));
    }
    Err(ApiError::not_allowed("states", wrong, &states_of(&chosen)))
}

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
    format!("{listed}those of {} are listed if they are asked for alone in types", names(&left_out))
}

fn names(types: &[ResourceType]) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod document_tests;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ResourcesQuery, ApiError> {
        ResourcesQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?)
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        match read(pairs).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn by_default_everything_is_wanted() {
        let query = read(&[]).unwrap();
        assert_eq!(query.wanted, Wanted { regions: None, types: ResourceType::ALL.to_vec(), tags: true });
        assert_eq!(query.paging.after(), None);
    }

    #[test]
    fn types_are_in_the_order_of_responses() {
        let query = read(&[("types", "eip,ec2"), ("regions", "us-east-1")]).unwrap();
        assert_eq!(query.wanted.types, [ResourceType::Ec2, ResourceType::Eip]);
        assert_eq!(query.wanted.regions, Some(vec!["us-east-1".to_owned()]));
    }

    #[test]
    fn each_bad_value_is_refused_by_name() {
        let wrong_type = refused(&[("types", "ec2,EC2")]);
        assert!(wrong_type.starts_with("types: `EC2` is not allowed; allowed: ec2, rds, s3, lambda, ebs, eip"));
        assert!(refused(&[("regions", "us-east-1;drop")]).starts_with("regions: `us-east-1;drop` is not allowed"));
        assert!(refused(&[("limit", "0")]).starts_with("limit: `0` is not allowed; allowed: a whole number from 1"));
        assert!(refused(&[("cursor", "abc")]).starts_with("cursor: "));
        assert!(refused(&[("region", "us-east-1")]).starts_with("region: unknown parameter; allowed: regions, types"));
    }

    #[test]
    fn an_impossible_tag_is_refused() {
        let long = "k".repeat(129);
        let longer = format!("k:{}", "v".repeat(384));
        for tag in [":prod", "env\u{0}:x", "\u{fffd}", long.as_str(), longer.as_str()] {
            assert!(refused(&[("tags", tag)]).starts_with("tags: `"), "{tag}");
        }
        for tag in ["env", "env:", "env:prod", "a b:c d", "Größe:ü", "aws:cloudformation:stack-name:x"] {
            assert!(read(&[("tags", tag)]).is_ok(), "{tag}");
        }
    }

    #[test]
    fn the_longest_key_and_value_of_aws_are_accepted() {
        let (key, value) = ("k".repeat(128), "v".repeat(256));
        for tag in [key.clone(), format!("{key}:{value}")] {
            assert!(read(&[("tags", &tag)]).is_ok(), "{tag}");
        }
        assert!(refused(&[("tags", &format!("{key}:{value}v"))]).starts_with("tags: `"));
    }

    #[test]
    fn a_cursor_belongs_to_its_request() {
        let paging = |pairs: &[_]| read(pairs).unwrap().paging;
        assert_eq!(paging(&[("types", "ec2,rds")]), paging(&[("types", "rds,ec2")]));
        for other in [("types", "ec2"), ("regions", "us-east-1"), ("states", "running"), ("tags", "env")] {
            assert_ne!(paging(&[]), paging(&[other]), "{other:?}");
        }
    }

    #[test]
    fn a_state_must_exist_for_one_of_the_chosen_types() {
        assert_eq!(read(&[("states", "running")]).unwrap().filter.states, ["running"]);
        assert_eq!(
            refused(&[("types", "eip"), ("states", "running")]),
            "states: `running` is not allowed; allowed: for eip: associated, unassociated"
        );
        assert!(
            refused(&[("types", "s3,lambda"), ("states", "running")]).starts_with("states: the chosen types have no")
        );
    }

    #[test]
    fn a_message_lists_the_states_of_as_many_types_as_fit() {
        assert_eq!(states_of(&[ResourceType::Eip]), "for eip: associated, unassociated");
        let two = states_of(&[ResourceType::Rds, ResourceType::Rds, ResourceType::Eip]);
        assert!(two.starts_with("for rds: available, backing-up, "), "{two}");
        let end = "; for eip: associated, unassociated; those of rds are listed if they are asked for alone in types";
        assert!(two.ends_with(end), "{two}");
        for kind in ResourceType::ALL.into_iter().filter(|kind| !kind.states().is_empty()) {
            assert!(states_of(&[kind]).starts_with(&format!("for {kind}: ")), "{kind}");
        }
    }

    #[test]
    fn every_query_is_read_or_refused_by_name() {
        hostile::try_all(PARAMETERS, read);
    }
}
