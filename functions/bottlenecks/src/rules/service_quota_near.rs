//! A quota of which little is left: what goes beyond it is rejected.
//!
//! AWS publishes no use of what an account does not use. A quota without is therefore no subject of this rule, and is not
//! measured either: there are hundreds of them. But where AWS did not say which quotas are used, none is judged.

use collector::services::service_quotas::{self, ServiceQuota};

use crate::reading::{Need, Observed, Span};
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::withheld;
use crate::threshold::Threshold;

/// The statistic with which AWS compares a number of resources with a quota.
const LARGEST: &str = "Maximum";

const USAGE: Need = Need { metric: &service_quotas::USAGE, statistic: LARGEST, span: Span::Requested };

/// From this share of the quota, little is left.
const USED: Threshold = Threshold::percent("used", 80.0);

pub(super) const RULE: Rule<ServiceQuota> = Rule {
    name: "service_quota_near",
    severity: Severity::Medium,
    category: Category::ServiceLimits,
    finding: "in the requested hours, {used} % of the quota or more were used at some time",
    thresholds: &[USED],
    source: "AWS Trusted Advisor, service limits",
    sieve: None,
    needs: &[USAGE],
    beside: &[],
    not_observed: &[
        "quotas whose use AWS does not count as a number of resources, such as those of requests a second and the concurrency of Lambda",
        "what has not been used in the last three hours",
        "increases that were requested",
    ],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// Applies to quotas that are used. One of 0 forbids its use.
fn applies(quota: &ServiceQuota) -> Result<bool, Reason> {
    match (quota.in_use, quota.value) {
        (Some(false), _) => Ok(false),
        (None, _) => Err(Reason::unknown("CloudWatch did not list what is in use; the gaps have the reason")),
        (Some(true), None) => Err(Reason::unknown("Service Quotas returned no value")),
        (Some(true), Some(value)) => match quota.usage_statistic.as_deref() {
            Some(other) if other != LARGEST => {
                Err(Reason::unknown(format!("AWS compares this quota with the statistic {other} of its use")))
            }
            _ => Ok(value > 0.0),
        },
    }
}

fn judge(case: &Case<'_, ServiceQuota>) -> Result<Option<Finding>, Reason> {
    let quota = case.detail;
    let value = quota.value.ok_or_else(|| Reason::unknown("Service Quotas returned no value"))?;
    let usage = case.read(&USAGE)?;
    let (_, most) = usage.maximum()?;
    let (used, threshold) = (most * 100.0 / value, case.threshold(&USED));
    Ok((used >= threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: Observed { metric: "quota_used", unit: "Percent", ..usage.observed(used, threshold) },
        recommendation: format!("{most} of {value} were used. {}", more(quota)),
    }))
}

/// Returns what to do about it.
fn more(quota: &ServiceQuota) -> String {
    let ServiceQuota { service, quota_code, .. } = quota;
    if quota.adjustable {
        return format!(
            "Delete what is not needed, or ask AWS for more, which may take days: aws service-quotas \
             request-service-quota-increase --service-code {service} --quota-code {quota_code} --desired-value NUMBER."
        );
    }
    let elsewhere = if quota.global { "another account" } else { "another region or account" };
    format!("AWS does not raise this quota: delete what is not needed, or use {elsewhere} as well.")
}

/// How much of the quota is asked for.
const MORE: f64 = 1.5;

fn remedy(subject: &Subject<'_, ServiceQuota>) -> Result<Plan, Withheld> {
    let quota = subject.detail;
    if !quota.adjustable {
        return withheld("AWS does not raise this quota.");
    }
    let Some(value) = quota.value else { return withheld("Service Quotas returned no value.") };
    let (service, code) = (forms::QUOTA_SERVICE.check(&quota.service)?, forms::QUOTA.check(&quota.quota_code)?);
    let of = |operation| aws("service-quotas", operation).option("service-code", &service).option("quota-code", &code);
    let ask = of("request-service-quota-increase").option("desired-value", value * MORE);
    Ok(Plan::default()
        .then(
            Check,
            "Lists the increases that were requested already; one may be pending.",
            of("list-requested-service-quota-change-history-by-quota"),
        )
        .then(Change, "Asks AWS for half as much again, which AWS may grant at once, after days, or not.", ask)
        .irreversible("Only AWS Support lowers a quota again; a higher one costs nothing by itself."))
}
