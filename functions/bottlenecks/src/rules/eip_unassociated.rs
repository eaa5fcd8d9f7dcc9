//! An address that nothing uses.

use collector::Detail;
use collector::ResourceType;

use crate::rule::{Case, Finding, Observed, Reason, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    name: "eip_unassociated",
    resource_type: ResourceType::Eip,
    severity: Severity::Low,
    finding: "the address is associated with nothing",
    source: "AWS Trusted Advisor Z4AUBRNSmz",
    needs: &[],
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_>) -> Result<Option<Finding>, Reason> {
    let Detail::Eip(address) = &case.resource.detail else { return Err(Reason::unknown("this is no address")) };
    Ok((address.state == "unassociated").then(|| Finding {
        observed: Observed {
            metric: "associations",
            statistic: None,
            value: 0.0,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation: format!(
            "Release {}, unless a record or a partner's firewall still names it: AWS bills a public address by the hour.",
            address.public_ip.as_deref().unwrap_or("it")
        ),
        not_observed: &["who relies on the address"],
    }))
}
