//! An instance that was stopped long ago, whose volumes and addresses are still billed.

use collector::services::ec2::instance::Instance;

use crate::reason::Reason;
use crate::remediation::{Plan, Remedy, Subject, Withheld, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::replace_by_image;
use crate::rules::common::{days_since, listed, stopped_since};
use crate::threshold::Threshold;

const DAYS: Threshold = Threshold::new("days", 30.0, "Days", (1.0, 3_650.0));

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_stopped_long",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the instance has been stopped for more than {days} days",
    thresholds: &[DAYS],
    source: "AWS Trusted Advisor, check c18d2gz150",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &[],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

fn applies(instance: &Instance) -> Result<bool, Reason> {
    Ok(instance.state.as_deref() == Some("stopped"))
}

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let since = stopped_since(case.detail)?;
    let (days, threshold) = (days_since(case, since), case.threshold(&DAYS));
    Ok((days > threshold).then(|| Finding {
        saves: Saving::Whole,
        observed: listed("days_stopped", days, threshold, "Days"),
        recommendation: format!(
            "It has been stopped since {since}: create an image of it and terminate it, or start it. Its volumes are \
             billed while it is stopped."
        ),
    }))
}

fn remedy(subject: &Subject<'_, Instance>) -> Result<Plan, Withheld> {
    Ok(replace_by_image(&subject.id(&forms::INSTANCE)?))
}
