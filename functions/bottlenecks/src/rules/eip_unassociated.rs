//! An address that is not in use.

use collector::services::ec2::address::{Address, UNASSOCIATED};

use crate::reason::Reason;
use crate::remediation::StepKind::{Check, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::common::listed;

pub(super) const RULE: Rule<Address> = Rule {
    name: "eip_unassociated",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the address is not associated with anything",
    thresholds: &[],
    source: "AWS Trusted Advisor, check Z4AUBRNSmz",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["who relies on the address"],
    remedy: Remedy::Commands(remedy),
    applies: |_| Ok(true),
    judge,
};

fn judge(case: &Case<'_, Address>) -> Result<Option<Finding>, Reason> {
    let address = case.detail;
    Ok((address.state == UNASSOCIATED).then(|| Finding {
        saves: Saving::Whole,
        observed: listed("associations", 0.0, 1.0, "Count"),
        recommendation: format!(
            "Release {}, unless a DNS record or a partner's firewall still uses it: AWS bills a public address by the hour.",
            address.public_ip.as_deref().unwrap_or("it")
        ),
    }))
}

fn remedy(subject: &Subject<'_, Address>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::ADDRESS)?;
    let check = aws("ec2", "describe-addresses").option("allocation-ids", &id);
    let release = aws("ec2", "release-address").option("allocation-id", &id);
    Ok(Plan::default()
        .then(Check, "Shows the address, which must have no association, and its tags.", check)
        .tried(Delete, "Releases the address.", release)
        .irreversible("The address can't be got back once AWS has given it to someone else."))
}
