//! The parameters of `/resources`.

use api::{ApiError, Call, Query};
use collector::{ResourceType, UnknownRegions, Wanted};

use crate::filter::Filter;
use crate::page::Position;

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[&str] = &["regions", "types", "states", "tags", "limit", "cursor"];

/// The most resources that a caller may ask for in one page.
const LARGEST_LIMIT: usize = 10_000;

/// What a caller asks.
#[derive(Debug)]
pub(crate) struct ResourcesQuery {
    pub(crate) wanted: Wanted,
    pub(crate) filter: Filter,
    /// The most resources of a page; without it, as many as an answer can hold.
    pub(crate) limit: Option<usize>,
    /// The last resource of the page before.
    pub(crate) after: Option<Position>,
}

impl ResourcesQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?)
    }

    pub(crate) fn from_query(query: &Query) -> Result<Self, ApiError> {
        let mut types = query.choices("types", &ResourceType::ALL)?.unwrap_or_else(|| ResourceType::ALL.to_vec());
        types.sort_unstable();
        let states = states(query, &types)?;
        let tags = query.list("tags")?.unwrap_or_default();
        Ok(Self {
            filter: Filter::new(states, &tags),
            limit: query.number("limit", &(1..=LARGEST_LIMIT))?,
            after: query.text("cursor").map(Position::from_cursor).transpose()?,
            wanted: Wanted { regions: regions(query)?, types },
        })
    }
}

/// The wanted regions, if they look like regions; whether they exist, AWS says.
fn regions(query: &Query) -> Result<Option<Vec<String>>, ApiError> {
    let Some(names) = query.list("regions")? else { return Ok(None) };
    match names.iter().find(|name| !looks_like_a_region(name)) {
        Some(name) => {
            Err(ApiError::not_allowed("regions", name, "names of AWS regions such as eu-west-1, with commas between"))
        }
        None => Ok(Some(names.into_iter().map(str::to_owned).collect())),
    }
}

/// Two or more lower-case words and a number, joined by hyphens: `eu-west-1`, `us-gov-east-1`.
fn looks_like_a_region(name: &str) -> bool {
    let mut parts = name.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<_> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 32 && is_number && words.len() >= 2 && words.iter().all(is_word)
}

/// The wanted states, each of which one of `types` must have: a misspelt state would match nothing and look like an
/// empty account.
fn states(query: &Query, types: &[ResourceType]) -> Result<Vec<String>, ApiError> {
    let mut allowed: Vec<_> = types.iter().flat_map(|kind| kind.states()).copied().collect();
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() && query.text("states").is_some() {
        return Err(ApiError::invalid("states", "the chosen types have no states: buckets and functions list none"));
    }
    let states = query.choices("states", &allowed)?.unwrap_or_default();
    Ok(states.into_iter().map(str::to_owned).collect())
}

/// The error for regions that AWS does not have.
pub(crate) fn unknown_regions(error: &UnknownRegions) -> ApiError {
    let message = format!("{error}; enabled for this account: {}", error.enabled.join(", "));
    ApiError::invalid("regions", message)
}

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
    fn without_parameters_everything_is_wanted() {
        let query = read(&[]).unwrap();
        assert_eq!(query.wanted, Wanted { regions: None, types: ResourceType::ALL.to_vec() });
        assert_eq!((query.limit, query.after), (None, None));
    }

    #[test]
    fn types_are_wanted_in_the_order_of_answers() {
        let query = read(&[("types", "eip,ec2"), ("regions", "us-east-1")]).unwrap();
        assert_eq!(query.wanted.types, [ResourceType::Ec2, ResourceType::Eip]);
        assert_eq!(query.wanted.regions, Some(vec!["us-east-1".to_owned()]));
    }

    #[test]
    fn each_bad_value_is_refused_by_name() {
        assert_eq!(
            refused(&[("types", "ec2,EC2")]),
            "types: `EC2` is not allowed; allowed: ec2, rds, s3, lambda, ebs, eip"
        );
        assert!(refused(&[("regions", "us-east-1;drop")]).starts_with("regions: `us-east-1;drop` is not allowed"));
        assert!(refused(&[("limit", "0")]).starts_with("limit: `0` is not allowed; allowed: a whole number from 1"));
        assert!(refused(&[("cursor", "abc")]).starts_with("cursor: "));
        assert!(refused(&[("region", "us-east-1")]).starts_with("region: unknown parameter; allowed: regions, types"));
    }

    #[test]
    fn a_state_must_be_one_of_the_chosen_types() {
        assert_eq!(read(&[("states", "running")]).unwrap().filter.states, ["running"]);
        assert_eq!(
            refused(&[("types", "eip"), ("states", "running")]),
            "states: `running` is not allowed; allowed: associated, unassociated"
        );
        assert!(
            refused(&[("types", "s3,lambda"), ("states", "running")]).starts_with("states: the chosen types have no")
        );
    }

    #[test]
    fn names_of_regions_are_told_from_other_texts() {
        for name in ["us-east-1", "us-gov-west-1", "ap-southeast-10", "mx-central-1"] {
            assert!(looks_like_a_region(name), "{name}");
        }
        for name in
            ["", "1", "-1", "us-1", "us-east", "us--east-1", "US-EAST-1", "us-east-1a", "us-east-١", "../../x-y-1"]
        {
            assert!(!looks_like_a_region(name), "{name}");
        }
    }
}
