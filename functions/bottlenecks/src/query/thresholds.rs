//! The thresholds that a caller changes: `thresholds=rule:value,rule.name:value`, and the short forms `cpu_high` and
//! `cpu_low`, which set one value for several rules.

use std::collections::BTreeSet;

use api::{ApiError, Query};
use collector::ResourceType;

use crate::rule::{About, AnyRule, Category};
use crate::rules;
use crate::threshold::{Threshold, Thresholds};

/// The parameter of the long form.
const PARAMETER: &str = "thresholds";

/// The short forms.
pub(super) const CPU_HIGH: &str = "cpu_high";
pub(super) const CPU_LOW: &str = "cpu_low";

/// Each threshold that was set by the long form, by the names of its rule and its own.
type Sent = BTreeSet<(&'static str, &'static str)>;

/// Returns the thresholds of a request about resources of `types`, checked by the rules of `categories`.
pub(super) fn read(query: &Query, types: &[ResourceType], categories: &[Category]) -> Result<Thresholds, ApiError> {
    let (mut thresholds, mut sent) = (Thresholds::default(), Sent::new());
    for item in query.items(PARAMETER)?.unwrap_or_default() {
        let (rule, threshold, value) = one(item, types, categories)?;
        if !sent.insert((rule.name, threshold.name)) {
            let twice = format!("{}.{} is given more than once; allowed: once", rule.name, threshold.name);
            return Err(ApiError::invalid(PARAMETER, twice));
        }
        thresholds.set(rule.name, threshold, value);
    }
    for short in [CPU_HIGH, CPU_LOW] {
        let of_short = all().filter(|(_, threshold)| threshold.parameter == Some(short));
        for (rule, threshold) in of_short {
            let Some(text) = query.text(short) else { continue };
            if sent.contains(&(rule.name, threshold.name)) {
                let both = format!("{}.{} is also set by {short}; allowed: one of them", rule.name, threshold.name);
                return Err(ApiError::invalid(PARAMETER, both));
            }
            let value = threshold.read(text);
            let value = value.ok_or_else(|| ApiError::not_allowed(short, text, &threshold.allowed()))?;
            thresholds.set(rule.name, threshold, value);
        }
    }
    in_order(query, &thresholds, &sent)?;
    Ok(thresholds)
}

/// Returns every threshold with its rule.
pub(super) fn all() -> impl Iterator<Item = (About, &'static Threshold)> {
    rules::ALL.iter().map(|rule| rule.about()).flat_map(|about| about.thresholds.iter().map(move |of| (about, of)))
}

/// Reads one item, `rule:value` or `rule.name:value`.
fn one(
    item: &str,
    types: &[ResourceType],
    categories: &[Category],
) -> Result<(About, &'static Threshold, f64), ApiError> {
    let refused = |allowed: &str| ApiError::not_allowed(PARAMETER, item, allowed);
    let (key, value) = item.split_once(':').ok_or_else(|| {
        refused("rule:value, or rule.name:value for a rule with several thresholds, such as ec2_idle.cpu:10")
    })?;
    let (name, of_rule) = key.split_once('.').map_or((key, None), |(name, of_rule)| (name, Some(of_rule)));
    let rule = rules::ALL.iter().find(|rule| rule.about().name == name);
    if rule.is_some_and(|rule| rule.about().thresholds.is_empty()) {
        return Err(ApiError::invalid(PARAMETER, format!("{name} has no threshold that can be changed; leave it out")));
    }
    let chosen = rule.filter(|rule| is_chosen(**rule, types, categories));
    let about = chosen.ok_or_else(|| refused(&rules_of(types, categories, rule.copied())))?.about();
    let names = || about.thresholds.iter().map(|other| format!("{name}.{}", other.name)).collect::<Vec<_>>().join(", ");
    let threshold = match (of_rule, about.thresholds) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(of_rule), several) => several.iter().find(|other| other.name == of_rule),
    };
    let threshold = threshold.ok_or_else(|| refused(&names()))?;
    let value =
        threshold.read(value).ok_or_else(|| refused(&format!("{}, in {}", threshold.allowed(), threshold.unit)))?;
    Ok((about, threshold, value))
}

/// Returns whether a rule is one of `types` and `categories`.
fn is_chosen(rule: &dyn AnyRule, types: &[ResourceType], categories: &[Category]) -> bool {
    types.contains(&rule.resource_type()) && categories.contains(&rule.about().category)
}

/// Returns the rules of `types` and `categories` that have thresholds, and why `named` is not one of them, in words.
fn rules_of(types: &[ResourceType], categories: &[Category], named: Option<&dyn AnyRule>) -> String {
    let chosen = rules::ALL.iter().filter(|rule| is_chosen(**rule, types, categories));
    let names: Vec<_> = chosen.map(|rule| rule.about()).filter(|about| !about.thresholds.is_empty()).collect();
    let names: Vec<_> = names.iter().map(|about| about.name).collect();
    let why = named.map_or_else(String::new, |rule| {
        let About { name, category, .. } = rule.about();
        if types.contains(&rule.resource_type()) {
            return format!(" ({name} is of the category {})", category.as_str());
        }
        format!(" ({} is not among the types)", rule.resource_type())
    });
    if names.is_empty() {
        return format!("none, since no rule of these types and categories has a threshold{why}");
    }
    format!("thresholds of {}{why}", names.join(", "))
}

/// Returns an error if a threshold that must be below another one is not. It names what was sent.
fn in_order(query: &Query, thresholds: &Thresholds, sent: &Sent) -> Result<(), ApiError> {
    for (rule, low) in all() {
        let Some(high) = rule.thresholds.iter().find(|other| low.below == Some(other.name)) else { continue };
        let (lower, higher) = (thresholds.value(rule.name, low), thresholds.value(rule.name, high));
        if lower < higher {
            continue;
        }
        let is_sent = |threshold: &Threshold| sent.contains(&(rule.name, threshold.name));
        return Err(match (low.parameter, high.parameter) {
            (Some(of_low), Some(of_high)) if !is_sent(low) && !is_sent(high) => {
                let by_short = |short, threshold| (short, threshold, query.text(short).is_some());
                out_of_order(by_short(of_low, lower), by_short(of_high, higher), (low.default, high.default))
            }
            _ => {
                let (low, high) = (format!("{}.{}", rule.name, low.name), format!("{}.{}", rule.name, high.name));
                ApiError::invalid(PARAMETER, format!("{low} ({lower}) must be below {high} ({higher}); set both"))
            }
        });
    }
    Ok(())
}

/// The error about two short forms that are out of order, each with its name, its value and whether it was sent.
fn out_of_order(
    (low, lower, low_is_sent): (&str, f64, bool),
    (high, higher, high_is_sent): (&str, f64, bool),
    (usual_low, usual_high): (f64, f64),
) -> ApiError {
    let parameter = if low_is_sent { low } else { high };
    let advice = match (low_is_sent, high_is_sent) {
        (true, true) => String::new(),
        (true, false) => format!("; without {high}, {usual_high} is used: send both"),
        (false, _) => format!("; without {low}, {usual_low} is used: send both"),
    };
    ApiError::invalid(parameter, format!("{low} ({lower}) must be below {high} ({higher}){advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::PARAMETERS;

    fn read_of(types: &[ResourceType], pairs: &[(&str, &str)]) -> Result<Thresholds, String> {
        let query = Query::parse(pairs.iter().copied(), PARAMETERS).unwrap();
        read(&query, types, &Category::ALL).map_err(|refused| refused.to_string())
    }

    fn sent(pairs: &[(&str, &str)]) -> Result<Thresholds, String> {
        read_of(&rules::types(), pairs)
    }

    fn refused(value: &str) -> String {
        sent(&[("thresholds", value)]).unwrap_err()
    }

    fn values(thresholds: &Thresholds) -> Vec<(String, f64)> {
        let all = all().map(|(rule, of)| (format!("{}.{}", rule.name, of.name), thresholds.value(rule.name, of), of));
        all.filter(|(_, value, of)| value.to_bits() != of.default.to_bits())
            .map(|(name, value, _)| (name, value))
            .collect()
    }

    fn changed(pairs: &[(&str, &str)]) -> Vec<(String, f64)> {
        values(&sent(pairs).unwrap())
    }

    #[test]
    fn a_threshold_is_named_by_its_rule_and_its_name_unless_it_is_the_only_one() {
        let named = |name: &str, value| (name.to_owned(), value);
        assert_eq!(
            changed(&[("thresholds", "rds_low_storage:20,ec2_idle.cpu:10, rds_read_latency:2.5")]),
            [named("rds_low_storage.free", 20.0), named("rds_read_latency.latency", 2.5), named("ec2_idle.cpu", 10.0)]
        );
        assert_eq!(changed(&[("thresholds", "rds_low_storage.free:20")]), [named("rds_low_storage.free", 20.0)]);
        assert_eq!(changed(&[("thresholds", "rds_low_storage:10")]), []);
    }

    #[test]
    fn every_threshold_can_be_set_by_its_name_alone() {
        for (rule, threshold) in all() {
            // The lower one of two in a relation can't have the highest value.
            let value = if threshold.below.is_some() { threshold.range.1 - 1.0 } else { threshold.range.1 };
            let above =
                threshold.below.map_or_else(String::new, |other| format!(",{}.{other}:{}", rule.name, value + 1.0));
            let set = sent(&[("thresholds", &format!("{}.{}:{value}{above}", rule.name, threshold.name))]).unwrap();
            assert_eq!(set.value(rule.name, threshold).to_bits(), value.to_bits(), "{}.{}", rule.name, threshold.name);
        }
    }

    #[test]
    fn the_short_forms_set_the_thresholds_of_several_rules() {
        let high = |value| {
            let names = ["ec2_sustained_high_cpu.cpu", "ec2_high_cpu.cpu", "ec2_underutilized.peak"];
            names.map(|name| (name.to_owned(), value)).to_vec()
        };
        assert_eq!(changed(&[("cpu_high", "90")]), high(90.0));
        assert_eq!(changed(&[("cpu_low", "20")]), [("ec2_underutilized.cpu".to_owned(), 20.0)]);
        // Both forms are the same request, so they have the same cursors.
        let long = "ec2_high_cpu:90,ec2_underutilized.peak:90,ec2_sustained_high_cpu:90";
        assert_eq!(sent(&[("thresholds", long)]), sent(&[("cpu_high", "90")]));
        let mut short_and_long = high(90.0);
        short_and_long.insert(2, ("ec2_idle.cpu".to_owned(), 3.0));
        assert_eq!(changed(&[("cpu_high", "90"), ("thresholds", "ec2_idle.cpu:3")]), short_and_long);
    }

    #[test]
    fn the_same_threshold_is_given_once() {
        for twice in ["ec2_idle.cpu:3,ec2_idle.cpu:4", "ec2_idle.cpu:3,ec2_idle.cpu:3"] {
            assert_eq!(refused(twice), "thresholds: ec2_idle.cpu is given more than once; allowed: once");
        }
        let twice = "rds_swap:3,rds_swap.swap:3";
        assert_eq!(refused(twice), "thresholds: rds_swap.swap is given more than once; allowed: once");
        // The default is also a value that was given.
        assert_eq!(
            sent(&[("cpu_high", "90"), ("thresholds", "ec2_high_cpu:80")]).unwrap_err(),
            "thresholds: ec2_high_cpu.cpu is also set by cpu_high; allowed: one of them"
        );
        assert_eq!(
            sent(&[("cpu_low", "5"), ("thresholds", "ec2_underutilized.cpu:6")]).unwrap_err(),
            "thresholds: ec2_underutilized.cpu is also set by cpu_low; allowed: one of them"
        );
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_does() {
        assert_eq!(
            refused("ec2_idle.cpu"),
            "thresholds: `ec2_idle.cpu` is not allowed; allowed: rule:value, or rule.name:value for a rule with several \
             thresholds, such as ec2_idle.cpu:10"
        );
        let unknown = refused("nonsense:5");
        assert!(
            unknown
                .starts_with("thresholds: `nonsense:5` is not allowed; allowed: thresholds of rds_low_storage, ec2_"),
            "{unknown}"
        );
        assert!(!unknown.contains("ec2_status_check_failed"), "{unknown}");
        assert_eq!(
            refused("ec2_status_check_failed:1"),
            "thresholds: ec2_status_check_failed has no threshold that can be changed; leave it out"
        );
        let names = "allowed: ec2_idle.cpu, ec2_idle.network, ec2_idle.days";
        for item in ["ec2_idle:5", "ec2_idle.memory:5", "ec2_idle.:5", "ec2_idle.cpu.x:5"] {
            assert!(refused(item).ends_with(names), "{item}");
        }
        assert_eq!(
            read_of(&[ResourceType::Dynamodb], &[("thresholds", "ec2_idle.cpu:5")]).unwrap_err(),
            "thresholds: `ec2_idle.cpu:5` is not allowed; allowed: thresholds of dynamodb_throttled, dynamodb_unused (ec2 is not among \
             the types)"
        );
        assert_eq!(
            read_of(&[ResourceType::Eip], &[("thresholds", "ec2_idle.cpu:5")]).unwrap_err(),
            "thresholds: `ec2_idle.cpu:5` is not allowed; allowed: none, since no rule of these types and categories has a \
             threshold (ec2 is not among the types)"
        );
    }

    #[test]
    fn a_value_is_within_its_range() {
        for value in ["0", "91", "-5", "5.5", "05", "1e1", "", "x", "20:30", "NaN"] {
            assert_eq!(
                refused(&format!("rds_low_storage:{value}")),
                format!(
                    "thresholds: `rds_low_storage:{value}` is not allowed; allowed: a whole number from 1 to 90, in \
                     Percent"
                )
            );
        }
        assert!(
            refused("rds_read_latency:0.25")
                .ends_with("a number from 0.1 to 60000 with at most 1 decimal, in Milliseconds")
        );
        assert!(refused("ec2_idle.cpu:1,").contains("empty item"));
    }

    #[test]
    fn a_relation_holds_in_both_forms() {
        let order = "must be below ec2_underutilized.peak";
        assert_eq!(
            refused("ec2_underutilized.cpu:80"),
            format!("thresholds: ec2_underutilized.cpu (80) {order} (80); set both")
        );
        assert_eq!(
            sent(&[("cpu_low", "50"), ("thresholds", "ec2_underutilized.peak:40")]).unwrap_err(),
            format!("thresholds: ec2_underutilized.cpu (50) {order} (40); set both")
        );
        assert!(sent(&[("cpu_low", "85"), ("thresholds", "ec2_underutilized.peak:90")]).is_ok());
    }
}
