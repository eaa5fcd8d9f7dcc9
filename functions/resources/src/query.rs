//! The parameters of `/resources`.

use api::{
    ALL, ApiError, Call, FORMAT, Format, LARGEST_LIMIT, Paging, Parameter, Query, Values, Without, code, cursor, limit,
    regions,
};
use collector::{ResourceType, Wanted};
use filter::{Filter, states, tags};

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[Parameter] = &[
    regions(|| "names of regions: `eu-west-1,us-east-1`; one that AWS does not have is a 400".to_owned()),
    Parameter {
        name: "types",
        values: Values::SomeOfOrAll(ResourceType::names),
        allowed: || format!("{}; or `{ALL}` alone, for every type", code(ResourceType::names())),
        without: Without::Means(|| by_default(&ResourceType::ALL, ResourceType::is_on_request)),
    },
    states(
        || "states of the chosen types: `running,available`".to_owned(),
        || {
            let without_states = ResourceType::ALL.into_iter().filter(|kind| kind.states().is_empty());
            format!(
                "all; {} have no state, so none of them matches (a 400 if no other type is chosen)",
                code(without_states.map(ResourceType::as_str))
            )
        },
    ),
    tags(|| "`Key`, `Key:Value`, `Key:` or `!Key`: see [Tags](#tags)".to_owned()),
    Parameter {
        name: PRICES,
        values: Values::Flag,
        allowed: || {
            "`true`, `false`: whether to say what each resource costs by AWS's price list; see [Prices](#prices)"
                .to_owned()
        },
        without: Without::Default(|| false.into()),
    },
    FORMAT,
    limit(|| format!("1 to {LARGEST_LIMIT} resources per page")),
    cursor(|| {
        "`data.next_cursor` of the previous page, however old; the account, regions, types, states and tags must be \
         unchanged, and prices, limit and format may change"
            .to_owned()
    }),
];

/// The parameter that asks for prices.
const PRICES: &str = "prices";

/// Says which of `types` are listed where a request names none.
fn by_default(types: &[ResourceType], is_on_request: impl Fn(ResourceType) -> bool) -> String {
    let on_request: Vec<_> = types.iter().filter(|kind| is_on_request(**kind)).map(|kind| kind.as_str()).collect();
    if on_request.is_empty() { "all of them".to_owned() } else { format!("all but {}", code(on_request)) }
}

/// The position of a resource in responses, which a cursor holds: its type, region and id.
pub(crate) type Position = (ResourceType, Option<String>, String);

/// A caller's request.
#[derive(Debug)]
pub(crate) struct ResourcesQuery {
    pub(crate) wanted: Wanted,
    pub(crate) filter: Filter,
    pub(crate) paging: Paging<Position>,
    pub(crate) has_prices: bool,
    pub(crate) format: Format,
}

impl ResourcesQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?)
    }

    pub(crate) fn from_query(query: &Query) -> Result<Self, ApiError> {
        let mut types = query.choices("types", ResourceType::named)?.unwrap_or_else(ResourceType::by_default);
        types.sort_unstable();
        let filter = Filter::read(query, &types)?;
        let wanted = Wanted { regions: query.regions()?, types, tags: true };
        let paging = Paging::read(query, &(&wanted.regions, &wanted.types, &filter))?;
        let has_prices = query.flag(PRICES)?.unwrap_or_default();
        Ok(Self { wanted, filter, paging, has_prices, format: query.format()? })
    }
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
    fn by_default_everything_is_wanted_that_is_not_on_request() {
        let query = read(&[]).unwrap();
        assert_eq!(query.wanted, Wanted { regions: None, types: ResourceType::by_default(), tags: true });
        assert!(query.wanted.types.starts_with(&[ResourceType::Ec2, ResourceType::Rds, ResourceType::S3]));
        assert!(!query.wanted.types.iter().any(|kind| kind.is_on_request()));
        assert_eq!(query.paging.after(), None);
    }

    #[test]
    fn all_types_include_those_on_request() {
        assert_eq!(read(&[("types", "all")]).unwrap().wanted.types, ResourceType::ALL);
        assert_eq!(
            refused(&[("types", "all,ec2")]),
            "types: `all` stands for every value; send it alone, or leave it out"
        );
    }

    #[test]
    fn the_types_on_request_are_named() {
        let types = [ResourceType::Ec2, ResourceType::S3, ResourceType::Eip];
        assert_eq!(by_default(&types, |_| false), "all of them");
        assert_eq!(by_default(&types, |kind| kind != ResourceType::Ec2), "all but `s3`, `eip`");
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
        assert!(
            refused(&[("states", "nonsense")]).starts_with("states: `nonsense` is not allowed; allowed: for ec2: ")
        );
        assert!(
            refused(&[("types", "s3"), ("states", "running")]).starts_with("states: the chosen types have no states")
        );
        assert!(refused(&[("tags", ":prod")]).starts_with("tags: `:prod` is not allowed; allowed: Key, Key:Value, "));
        assert_eq!(refused(&[("prices", "yes")]), "prices: `yes` is not allowed; allowed: true, false");
        assert!(refused(&[("limit", "0")]).starts_with("limit: `0` is not allowed; allowed: a whole number from 1"));
        assert!(refused(&[("cursor", "abc")]).starts_with("cursor: "));
        assert!(refused(&[("region", "us-east-1")]).starts_with("region: unknown parameter; allowed: regions, types"));
    }

    #[test]
    fn a_cursor_belongs_to_its_request() {
        let paging = |pairs: &[_]| read(pairs).unwrap().paging;
        assert_eq!(paging(&[("types", "ec2,rds")]), paging(&[("types", "rds,ec2")]));
        assert_ne!(paging(&[("tags", "env")]), paging(&[("tags", "!env")]));
        for other in
            [("types", "ec2"), ("regions", "us-east-1"), ("states", "running"), ("tags", "env"), ("tags", "!env")]
        {
            assert_ne!(paging(&[]), paging(&[other]), "{other:?}");
        }
    }

    #[test]
    fn prices_are_given_on_request_and_a_cursor_stays_valid_with_and_without_them() {
        let has_prices = |pairs: &[_]| read(pairs).unwrap().has_prices;
        assert!(!has_prices(&[]) && !has_prices(&[("prices", "false")]) && has_prices(&[("prices", "true")]));
        assert_eq!(read(&[]).unwrap().paging, read(&[("prices", "true")]).unwrap().paging);
    }

    #[test]
    fn every_query_is_read_or_refused_by_name() {
        hostile::try_all(PARAMETERS, read);
    }
}
