//! An address that nothing uses.

use collector::{Resource, ResourceType};

use super::always;
use crate::rule::{Case, Finding, Observed, Reason, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "eip_unassociated",
    resource_type: ResourceType::Eip,
    severity: Severity::Low,
    finding: "the address is associated with nothing",
    source: "AWS Trusted Advisor Z4AUBRNSmz",
    needs: &[],
    applies: always,
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    Ok(is_unassociated(case.resource).then(|| Finding {
        observed: Observed {
            metric: "associations",
            statistic: None,
            value: 0.0,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation:
            "Release it, unless a record or a partner's firewall still names it: AWS bills a public address \
                         by the hour."
                .to_owned(),
        not_observed: &["who relies on the address"],
    }))
}

fn is_unassociated(resource: &Resource) -> bool {
    resource.state() == Some("unassociated")
}
