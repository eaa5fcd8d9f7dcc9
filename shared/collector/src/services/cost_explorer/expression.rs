//! Conditions as Cost Explorer's expressions.
//!
//! Each expression has one root, and `And` and `Or` have at least two operands: Cost Explorer rejects all others. It is
//! as flat as possible: a condition is one expression, except for a tag that may also be absent.

use aws_sdk_costexplorer::types::{Dimension, DimensionValues, Expression, MatchOption, TagValues};

use crate::model::costs::CostCondition;

/// Returns an expression that matches where all conditions do; `None` without conditions.
pub(super) fn all_of(conditions: &[CostCondition]) -> Option<Expression> {
    let mut expressions: Vec<_> = conditions.iter().map(expression).collect();
    match expressions.len() {
        0 | 1 => expressions.pop(),
        _ => Some(Expression::builder().set_and(Some(expressions)).build()),
    }
}

fn expression(condition: &CostCondition) -> Expression {
    match condition {
        CostCondition::OneOf(name, values) => dimension(name, values),
        CostCondition::NoneOf(name, values) => not(dimension(name, values)),
        CostCondition::Tag { key, values, untagged: false } => tag(key, values),
        CostCondition::Tag { key, values, .. } if values.is_empty() => absent(key),
        CostCondition::Tag { key, values, .. } => {
            Expression::builder().set_or(Some(vec![tag(key, values), absent(key)])).build()
        }
        CostCondition::Tagged(key) => not(absent(key)),
    }
}

fn dimension(name: &str, values: &[String]) -> Expression {
    let values = DimensionValues::builder().key(Dimension::from(name)).set_values(Some(values.to_vec())).build();
    Expression::builder().dimensions(values).build()
}

fn tag(key: &str, values: &[String]) -> Expression {
    Expression::builder().tags(TagValues::builder().key(key).set_values(Some(values.to_vec())).build()).build()
}

fn absent(key: &str) -> Expression {
    Expression::builder().tags(TagValues::builder().key(key).match_options(MatchOption::Absent).build()).build()
}

fn not(expression: Expression) -> Expression {
    Expression::builder().not(expression).build()
}
