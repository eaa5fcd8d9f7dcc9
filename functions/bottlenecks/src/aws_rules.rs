//! The rules of AWS's own recommendations: one for each action, and one for actions that AWS adds.
//!
//! They come after all other rules, and a caller can't choose or change them.

use collector::Resource;
use collector::recommendation::Recommendation;

use crate::remediation::Remediation;
use crate::rule::{About, Category, Described, Finder, Finding, Severity};
use crate::rules;

/// What AWS recommends to do with a resource.
#[derive(Debug)]
pub(crate) struct AwsRule {
    /// The name in findings.
    name: &'static str,
    /// AWS's name of the action; empty for any other one.
    action: &'static str,
    /// When there is a finding.
    finding: &'static str,
    /// What to do, before what there is and what there should be.
    to_do: &'static str,
}

/// Every rule, and last the one for actions that AWS adds.
pub(crate) static RULES: [AwsRule; 7] = [
    AwsRule { name: "aws_delete", action: "Delete", finding: "AWS recommends to delete it", to_do: "delete it" },
    AwsRule { name: "aws_stop", action: "Stop", finding: "AWS recommends to stop it", to_do: "stop it" },
    AwsRule { name: "aws_scale_in", action: "ScaleIn", finding: "AWS recommends to scale it in", to_do: "scale it in" },
    AwsRule {
        name: "aws_rightsize",
        action: "Rightsize",
        finding: "AWS recommends another size",
        to_do: "change its size",
    },
    AwsRule {
        name: "aws_upgrade",
        action: "Upgrade",
        finding: "AWS recommends a newer generation or type",
        to_do: "upgrade it",
    },
    AwsRule {
        name: "aws_migrate_to_graviton",
        action: "MigrateToGraviton",
        finding: "AWS recommends Graviton processors",
        to_do: "move it to Graviton processors, if its software runs on ARM",
    },
    AwsRule {
        name: "aws_other",
        action: "",
        finding: "AWS recommends an action that this version does not know",
        to_do: "see AWS's recommendation",
    },
];

/// Returns how many ranks rules have, those of AWS's recommendations included.
pub(crate) fn ranks() -> usize {
    rules::ALL.len().saturating_add(RULES.len())
}

/// Returns the rule of an action, and its rank among all rules.
pub(crate) fn of(action: &str) -> (usize, &'static AwsRule) {
    let [of_actions @ .., other] = &RULES;
    let known = (rules::ALL.len()..).zip(of_actions).find(|(_, rule)| rule.action == action);
    known.unwrap_or((ranks().saturating_sub(1), other))
}

/// Returns whether a name is that of a rule.
pub(crate) fn is_rule(name: &str) -> bool {
    RULES.iter().any(|rule| rule.name == name)
}

impl AwsRule {
    /// Returns what AWS recommends, in words, for a resource that other rules found slow or failing.
    pub(crate) fn recommendation(&self, found: &Recommendation, slow: &[&str]) -> String {
        let what = match (&found.current, &found.recommended) {
            (Some(current), Some(recommended)) if is_something(recommended) => {
                format!(" ({current} to {recommended})")
            }
            (Some(current), _) => format!(" ({current})"),
            (None, _) => String::new(),
        };
        let action = if self.action.is_empty() { format!(" ({})", found.action) } else { String::new() };
        let first = match slow {
            [] => String::new(),
            [rule] => format!(". First see why {rule} finds it slow or failing"),
            [rules @ .., last] => format!(". First see why {} and {last} find it slow or failing", rules.join(", ")),
        };
        format!("AWS: {}{action}{what}{first}", self.to_do)
    }
}

/// Returns whether AWS's summary of what there should be names something.
fn is_something(summary: &str) -> bool {
    !["-", ""].contains(&summary.trim())
}

impl Described for AwsRule {
    fn about(&self) -> About {
        About {
            name: self.name,
            severity: Severity::Low,
            category: Category::CostOptimizing,
            finding: self.finding,
            thresholds: &[],
            source: "AWS Cost Optimization Hub: its recommendations for the account",
            first: &[],
            needs: &[],
            beside: &[],
            not_observed: &[],
        }
    }

    fn finder(&self) -> Finder {
        Finder::CostOptimizationHub
    }

    fn remediation(&self, _resource: &Resource, _finding: &Finding) -> Remediation {
        Remediation::none("AWS recommends it, and Cost Optimization Hub in the console has its evidence and steps.")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_action_has_its_rule_and_a_new_one_has_one_too() {
        let names: Vec<_> = ["Delete", "Stop", "ScaleIn", "Rightsize", "Upgrade", "MigrateToGraviton", "Hibernate"]
            .map(|action| of(action).1.name)
            .into();
        let expected: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names, expected);
        let first = rules::ALL.len();
        assert_eq!((of("Delete").0, of("Hibernate").0, ranks()), (first, first + 6, first + 7));
    }

    #[test]
    fn no_rule_has_the_name_of_another_one() {
        let own: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(own.len(), RULES.len());
        assert!(rules::ALL.iter().all(|rule| !own.contains(rule.about().name)));
        assert!(is_rule("aws_delete") && !is_rule("aws_"));
    }

    #[test]
    fn a_recommendation_says_what_there_is_and_what_there_should_be() {
        let found = |action: &str, current: Option<&str>, recommended: Option<&str>| {
            let found = Recommendation {
                action: action.to_owned(),
                current: current.map(str::to_owned),
                recommended: recommended.map(str::to_owned),
                ..Recommendation::default()
            };
            of(action).1.recommendation(&found, &[])
        };
        let size = found("Rightsize", Some("c5.2xlarge"), Some("c5.xlarge"));
        assert_eq!(size, "AWS: change its size (c5.2xlarge to c5.xlarge)");
        assert_eq!(found("Delete", Some("gp2/100 GB"), Some("-")), "AWS: delete it (gp2/100 GB)");
        assert_eq!(found("Stop", None, None), "AWS: stop it");
        assert_eq!(found("Hibernate", Some("m5.large"), None), "AWS: see AWS's recommendation (Hibernate) (m5.large)");
    }
    #[test]
    fn a_recommendation_names_what_else_was_found() {
        let size = |slow: &[&str]| of("Rightsize").1.recommendation(&Recommendation::default(), slow);
        assert_eq!(size(&["a"]), "AWS: change its size. First see why a finds it slow or failing");
        assert_eq!(size(&["a", "b", "c"]), "AWS: change its size. First see why a, b and c find it slow or failing");
    }
}
