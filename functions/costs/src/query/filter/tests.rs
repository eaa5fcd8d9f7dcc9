//! The conditions that parameters stand for, and the values that are refused.

use api::Query;

use super::*;
use crate::query::PARAMETERS;

fn read_all(pairs: &[(&str, &str)]) -> Result<Vec<CostCondition>, ApiError> {
    read(&Query::parse(pairs.iter().copied(), PARAMETERS)?, &[])
}

fn refused(parameter: &str, value: &str) -> String {
    match read_all(&[(parameter, value)]).unwrap_err() {
        ApiError::InvalidParameter { parameter: named, message } => {
            assert_eq!(named, parameter);
            message
        }
        other => panic!("{other:?}"),
    }
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[test]
fn each_parameter_is_a_condition_of_its_dimension() {
    let pairs = [
        ("services", r"EC2 - Other,Amazon Elastic Compute Cloud - Compute,One\, two"),
        ("regions", "us-east-1,global,NoRegion,us-west-2-lax-1"),
        ("accounts", "210987654321,123456789012"),
        ("usage_types", "EU-BoxUsage:m5.large"),
    ];
    let of = |name, values: &[&str]| CostCondition::OneOf(name, strings(values));
    assert_eq!(
        read_all(&pairs).unwrap(),
        [
            of("SERVICE", &["Amazon Elastic Compute Cloud - Compute", "EC2 - Other", "One, two"]),
            of("REGION", &["NoRegion", "global", "us-east-1", "us-west-2-lax-1"]),
            of("LINKED_ACCOUNT", &["123456789012", "210987654321"]),
            of("USAGE_TYPE", &["EU-BoxUsage:m5.large"]),
        ]
    );
    let excluded = CostCondition::NoneOf("RECORD_TYPE", strings(&["Credit", "Tax"]));
    assert_eq!(read(&Query::default(), &["Tax", "Credit"]).unwrap(), [excluded]);
    assert_eq!(read_all(&[]).unwrap(), []);
}

#[test]
fn the_terms_of_a_tag_are_one_condition() {
    let tags = |terms: &str| read_all(&[("tags", terms)]).unwrap();
    let tag = |values: &[&str], untagged| CostCondition::Tag { key: "team".into(), values: strings(values), untagged };
    for (terms, expected) in [
        ("team:web", vec![tag(&["web"], false)]),
        ("team:web,team:data", vec![tag(&["data", "web"], false)]),
        ("!team", vec![tag(&[], true)]),
        ("team:web,!team", vec![tag(&["web"], true)]),
        ("team", vec![CostCondition::Tagged("team".into())]),
        ("team,team:web", vec![CostCondition::Tagged("team".into())]),
        ("team,!team", vec![]),
        ("team:web,env", vec![CostCondition::Tagged("env".into()), tag(&["web"], false)]),
        (r"eks\:cluster-name", vec![CostCondition::Tagged("eks:cluster-name".into())]),
    ] {
        assert_eq!(tags(terms), expected, "{terms}");
    }
}

#[test]
fn what_cost_explorer_cannot_tell_is_refused() {
    assert!(refused("tags", "team:").starts_with("Cost Explorer does not distinguish an empty value from no tag"));
    assert!(refused("tags", "eks:cluster-name:shop").contains("begins with `eks:`"));
    assert!(refused("accounts", "12345").starts_with("`12345` is not allowed; allowed: account ids of 12 digits"));
    assert!(refused("accounts", "12345678901x").contains("12 digits"));
    for region in ["mars", "US-EAST-1", "us-east", "us--1", "-us-east-1", "us-east-1;drop", "Global", "noregion"] {
        assert!(
            refused("regions", region).contains("allowed: names of regions such as eu-west-1, `global`"),
            "{region}"
        );
    }
    assert!(refused("services", "a\u{0}").contains("group_by=service"));
    assert!(refused("services", &"s".repeat(1_025)).contains("group_by=service"));
    assert!(read_all(&[("services", &"s".repeat(1_024))]).is_ok());
}

#[test]
fn lists_have_an_end() {
    let list = |count: usize, item: fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    assert!(read_all(&[("accounts", &list(100, |n| format!("{n:012}")))]).is_ok());
    assert_eq!(refused("accounts", &list(101, |n| format!("{n:012}"))), "has 101 values; send at most 100");
    assert!(read_all(&[("tags", &list(20, |n| format!("k{n}")))]).is_ok());
    assert_eq!(refused("tags", &list(21, |n| format!("k{n}"))), "has 21 keys; send at most 20");
    assert_eq!(refused("tags", &list(101, |n| format!("k:{n}"))), "has 101 values of a key; send at most 100");
}
