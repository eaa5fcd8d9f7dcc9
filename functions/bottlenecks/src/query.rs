//! The parameters of `/bottlenecks`.

use api::{
    ALL, ALLOWED_COST, ApiError, Call, FORMAT, Format, LARGEST_LIMIT, Paging, Parameter, Query, Values, Without, code,
    cursor, limit, max_cost, regions,
};
use collector::window::LONGEST_HOURS;
use collector::{ResourceType, Wanted};
use jiff::{SignedDuration, Timestamp};

use crate::judge::Sort;
use crate::position::Position;
use crate::reading::Windows;
use crate::rule::Category;
use crate::rules::{self, common};
use crate::threshold::Thresholds;

mod thresholds;

use self::thresholds::{CPU_HIGH, CPU_LOW};

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[Parameter] = &[
    regions(|| "names of regions; one that AWS does not have is a 400".to_owned()),
    Parameter {
        name: "types",
        values: Values::SomeOfOrAll(type_names),
        allowed: || format!("{}; or `{ALL}` alone", code(type_names())),
        without: Without::Means(|| "all of them that the categories leave".to_owned()),
    },
    Parameter {
        name: CATEGORIES,
        values: Values::SomeOf(category_names),
        allowed: || {
            format!(
                "{}; only the [rules](rules.md) of these are checked, and only what they read is measured",
                code(category_names())
            )
        },
        without: Without::Means(|| "all of them".to_owned()),
    },
    Parameter {
        name: "hours",
        values: Values::Number(1..=LONGEST_HOURS as u64),
        allowed: || format!("1 to {LONGEST_HOURS}, for the rules that read the requested hours"),
        without: Without::Default(|| USUAL_HOURS.into()),
    },
    // These two have no default to send: what they set can't be in `thresholds` as well.
    Parameter {
        name: CPU_HIGH,
        values: Values::Number(1..=100),
        allowed: || short_form(CPU_HIGH, "above `cpu_low`"),
        without: Without::Means(|| common::CPU_HIGH.default.to_string()),
    },
    Parameter {
        name: CPU_LOW,
        values: Values::Number(1..=100),
        allowed: || short_form(CPU_LOW, "below `cpu_high`"),
        without: Without::Means(|| common::CPU_LOW.default.to_string()),
    },
    Parameter {
        name: "thresholds",
        values: Values::Texts,
        allowed: || {
            "`rule:value` or `rule.name:value`, each threshold of the chosen types once: \
             `rds_low_storage:20,ec2_idle.cpu:10`; a rule with several thresholds needs the name, and what \
             `cpu_high` or `cpu_low` sets if sent can't be set here too; the [rules](rules.md) have the names and the ranges"
                .to_owned()
        },
        without: Without::Means(|| "the defaults".to_owned()),
    },
    max_cost(
        || {
            format!(
                "{ALLOWED_COST}: a page whose first series would cost more is a 400 with the price, before AWS bills anything; finer series that would exceed it are a gap"
            )
        },
        || "any price".to_owned(),
    ),
    Parameter {
        name: SUPPRESSED,
        values: Values::OneOf(|| vec![SHOW]),
        allowed: || format!("{}: suppressed findings are listed whole, and are rows of a table", code([SHOW])),
        without: Without::Means(|| "of each, its resource, rule, reason and end; no rows of a table".to_owned()),
    },
    Parameter {
        name: SAVINGS,
        values: Values::OneOf(|| vec![NONE]),
        allowed: || format!("{}: neither AWS's price list nor its own recommendations are read", code([NONE])),
        without: Without::Means(|| {
            "findings about money have what the recommendation saves, beside what AWS itself recommends".to_owned()
        }),
    },
    Parameter {
        name: SORT,
        values: Values::OneOf(|| vec![BY_SEVERITY, BY_SAVINGS]),
        allowed: || {
            format!(
                "{}: what saves most first, and after that the others, worst first",
                code([BY_SEVERITY, BY_SAVINGS])
            )
        },
        without: Without::Default(|| BY_SEVERITY.into()),
    },
    FORMAT,
    limit(|| format!("1 to {LARGEST_LIMIT} entries of `findings`, `not_judged` and `suppressed.findings` together")),
    cursor(|| {
        "`data.next_cursor` of the previous page, for up to an hour after the first page, then a 400; the account, regions, \
         types, categories, hours, thresholds, savings and sort must be unchanged; all else may change"
            .to_owned()
    }),
];

/// Returns the names of the types that have rules.
fn type_names() -> Vec<&'static str> {
    rules::types().into_iter().map(ResourceType::as_str).collect()
}

/// The parameter that chooses the rules by what they are about.
const CATEGORIES: &str = "categories";

fn category_names() -> Vec<&'static str> {
    Category::ALL.into_iter().map(Category::as_str).collect()
}

/// Describes a short form, which sets the thresholds that name it.
fn short_form(parameter: &'static str, relation: &str) -> String {
    let set = thresholds::all().filter(|(_, threshold)| threshold.parameter == Some(parameter));
    let set = set.map(|(rule, threshold)| format!("{}.{}", rule.name, threshold.name));
    format!("a whole percentage from 1 to 100, {relation}: {}", code(set))
}

/// The parameter that shows suppressed findings, and its value.
const SUPPRESSED: &str = "suppressed";
const SHOW: &str = "show";

/// The parameter that leaves savings out, and its value.
const SAVINGS: &str = "savings";
const NONE: &str = "none";

/// The parameter with the order of the findings, and its values.
const SORT: &str = "sort";
const BY_SEVERITY: &str = "severity";
const BY_SAVINGS: &str = "savings";

/// The default number of hours.
const USUAL_HOURS: u32 = 24;

/// How long a cursor is valid. Later, the newest datapoints of the first page are no longer the newest.
const CURSOR_LIVES: SignedDuration = SignedDuration::from_hours(1);

/// A caller's request.
#[derive(Debug)]
pub(crate) struct BottlenecksQuery {
    pub(crate) wanted: Wanted,
    /// Whether no type is left out but by the categories.
    pub(crate) has_all_types: bool,
    /// The categories whose rules are checked, in the order of all.
    pub(crate) categories: Vec<Category>,
    pub(crate) windows: Windows,
    pub(crate) thresholds: Thresholds,
    /// The most that one page may cost, in millionths of a US dollar.
    pub(crate) max_cost: Option<u64>,
    /// Whether suppressed findings are listed whole.
    pub(crate) shows_suppressed: bool,
    /// Whether findings have what they save.
    pub(crate) has_savings: bool,
    pub(crate) sort: Sort,
    pub(crate) paging: Paging<Position>,
    pub(crate) format: Format,
}

impl BottlenecksQuery {
    /// Returns whether AWS's own recommendations are a part of the response.
    pub(crate) fn has_advice(&self) -> bool {
        self.has_savings && self.categories.contains(&Category::CostOptimizing)
    }

    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let mut categories = query.choices(CATEGORIES, Category::named)?.unwrap_or_else(|| Category::ALL.to_vec());
        categories.sort_unstable();
        let with_rules = rules::types_of(&categories);
        // All types together are those that the categories leave.
        let named = query.choices("types", ResourceType::named)?.filter(|types| *types != rules::types());
        let has_all_types = named.is_none();
        let mut types = named.unwrap_or_else(|| with_rules.clone());
        types.sort_unstable();
        if let Some(without) = types.iter().find(|kind| !with_rules.contains(kind)) {
            let names: Vec<_> = with_rules.into_iter().map(ResourceType::as_str).collect();
            let allowed = format!("{}, which have rules of these categories", names.join(", "));
            return Err(ApiError::not_allowed("types", without.as_str(), &allowed));
        }
        let wanted = Wanted { regions: query.regions()?, types, tags: false };
        let hours = query.number("hours")?.unwrap_or(USUAL_HOURS);
        let thresholds = thresholds::read(query, &wanted.types, &categories)?;
        let has_savings = query.choice(SAVINGS, |name| (name == NONE).then_some(()))?.is_none();
        let sort = query.choice(SORT, sort_named)?.unwrap_or(Sort::Severity);
        if sort == Sort::Savings && !has_savings {
            return Err(ApiError::invalid(
                SORT,
                "findings can't be sorted by savings that are left out: send no savings=none",
            ));
        }
        let asked = (&wanted.regions, &wanted.types, has_all_types, &categories, hours, &thresholds, has_savings, sort);
        let paging = Paging::read(query, &asked)?;
        let max_cost = query.max_cost()?;
        let windows = Windows::new(hours, as_of(&paging, now)?);
        let shows_suppressed = query.choice(SUPPRESSED, |name| (name == SHOW).then_some(()))?.is_some();
        Ok(Self {
            wanted,
            has_all_types,
            categories,
            windows,
            thresholds,
            max_cost,
            shows_suppressed,
            has_savings,
            sort,
            paging,
            format: query.format()?,
        })
    }
}

fn sort_named(name: &str) -> Option<Sort> {
    [(BY_SEVERITY, Sort::Severity), (BY_SAVINGS, Sort::Savings)]
        .into_iter()
        .find_map(|(of, sort)| (of == name).then_some(sort))
}

/// Returns the time that the response is about. All pages are about the time of the first, so that they fit together.
fn as_of(paging: &Paging<Position>, now: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(after) = paging.after() else { return Ok(now) };
    let age = now.duration_since(after.as_of);
    if age.is_negative() || age > CURSOR_LIVES {
        return Err(ApiError::invalid(
            "cursor",
            "this cursor has expired: it is valid for an hour; start again with the first page, without a cursor",
        ));
    }
    Ok(after.as_of)
}

#[cfg(test)]
mod document_tests;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<BottlenecksQuery, ApiError> {
        let now = "2026-11-20T10:37:12Z".parse().unwrap();
        BottlenecksQuery::from_query(&Query::parse(pairs.iter().copied(), PARAMETERS)?, now)
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        match read(pairs).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn by_default_every_type_with_rules_is_judged_by_the_original_thresholds() {
        let query = read(&[]).unwrap();
        assert_eq!(query.wanted, Wanted { regions: None, types: rules::types(), tags: false });
        assert_eq!(query.thresholds, Thresholds::default());
        assert_eq!(query.windows.of(crate::reading::Span::Requested).periods(), 25);
    }

    #[test]
    fn categories_choose_the_rules_and_with_them_the_types() {
        let query = read(&[("categories", "security,fault_tolerance")]).unwrap();
        assert_eq!(query.categories, [Category::FaultTolerance, Category::Security]);
        assert_eq!(query.wanted.types, rules::types_of(&query.categories));
        assert!(query.wanted.types.contains(&ResourceType::Rds) && !query.wanted.types.contains(&ResourceType::Eip));
        assert_ne!(query.paging, read(&[("categories", "security")]).unwrap().paging);
        assert_eq!(read(&[]).unwrap().categories, Category::ALL);
        assert_eq!(
            refused(&[("categories", "security"), ("types", "eip,rds")]),
            "types: `eip` is not allowed; allowed: rds, lambda, which have rules of these categories"
        );
        assert_eq!(
            refused(&[("categories", "idle")]),
            "categories: `idle` is not allowed; allowed: cost_optimizing, performance, fault_tolerance, security, service_limits"
        );
        assert_eq!(
            refused(&[("categories", "security"), ("types", "lambda"), ("thresholds", "lambda_errors:1")]),
            "thresholds: `lambda_errors:1` is not allowed; allowed: thresholds of lambda_runtime_ended (lambda_errors is of the \
             category fault_tolerance)"
        );
    }

    #[test]
    fn a_cursor_is_valid_whatever_the_price_may_be() {
        let query = read(&[("max_cost_usd", "0.25")]).unwrap();
        assert_eq!(query.max_cost, Some(250_000));
        let other = read(&[]).unwrap();
        assert_eq!((other.max_cost, other.paging), (None, query.paging));
    }

    #[test]
    fn types_are_in_the_order_of_responses() {
        let query = read(&[("types", "eip,ec2"), ("regions", "us-east-1")]).unwrap();
        assert_eq!(query.wanted.types, [ResourceType::Ec2, ResourceType::Eip]);
        assert_eq!(query.wanted.regions, Some(vec!["us-east-1".to_owned()]));
    }

    #[test]
    fn all_types_are_those_with_rules() {
        assert_eq!(read(&[("types", "all")]).unwrap().wanted.types, rules::types());
        let of_category = read(&[("types", "all"), ("categories", "security")]).unwrap();
        assert_eq!(of_category.wanted.types, rules::types_of(&[Category::Security]));
        assert!(refused(&[("types", "all,ec2")]).starts_with("types: `all` stands for every value; send it alone"));
    }

    #[test]
    fn each_bad_value_is_refused_by_name() {
        assert!(
            refused(&[("types", "s3")]).starts_with("types: `s3` is not allowed; allowed: ec2, rds, lambda, ebs, eip")
        );
        assert!(refused(&[("hours", "0")]).starts_with("hours: `0` is not allowed; allowed: a whole number from 1"));
        assert!(refused(&[("max_cost_usd", "0")]).starts_with("max_cost_usd: `0` is not allowed; allowed: US dollars"));
        assert!(refused(&[("cpu_high", "101")]).ends_with("a whole number from 1 to 100"));
        assert!(refused(&[("cpu_low", "-1")]).starts_with("cpu_low: `-1` is not allowed"));
        assert!(refused(&[("regions", "mars")]).starts_with("regions: `mars` is not allowed"));
        assert!(refused(&[("region", "us-east-1")]).starts_with("region: unknown parameter; allowed: regions"));
    }

    #[test]
    fn cpu_low_must_be_below_cpu_high_and_the_error_names_the_parameter_that_was_sent() {
        assert_eq!(
            refused(&[("cpu_high", "10")]),
            "cpu_high: cpu_low (10) must be below cpu_high (10); without cpu_low, 10 is used: send both"
        );
        assert_eq!(
            refused(&[("cpu_low", "80")]),
            "cpu_low: cpu_low (80) must be below cpu_high (80); without cpu_high, 80 is used: send both"
        );
        assert_eq!(
            refused(&[("cpu_low", "50"), ("cpu_high", "40")]),
            "cpu_low: cpu_low (50) must be below cpu_high (40)"
        );
        assert!(read(&[("cpu_high", "11"), ("cpu_low", "10")]).is_ok());
    }

    #[test]
    fn savings_are_given_unless_they_are_left_out_and_can_be_what_findings_are_sorted_by() {
        let usual = read(&[]).unwrap();
        assert_eq!((usual.has_savings, usual.sort), (true, Sort::Severity));
        let sorted = read(&[("sort", "savings")]).unwrap();
        assert_eq!(sorted.sort, Sort::Savings);
        assert_ne!(sorted.paging, usual.paging);
        assert!(!read(&[("savings", "none")]).unwrap().has_savings);
        assert_eq!(
            refused(&[("savings", "none"), ("sort", "savings")]),
            "sort: findings can't be sorted by savings that are left out: send no savings=none"
        );
        assert!(refused(&[("sort", "cost")]).starts_with("sort: `cost` is not allowed; allowed: severity, savings"));
        assert!(refused(&[("savings", "all")]).starts_with("savings: `all` is not allowed; allowed: none"));
    }

    #[test]
    fn every_query_is_read_or_refused_by_name() {
        hostile::try_all(PARAMETERS, read);
    }
}
