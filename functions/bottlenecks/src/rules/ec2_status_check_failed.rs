//! A failed status check: the instance or the hardware that hosts it does not respond.
//!
//! It is read from DescribeInstanceStatus, which is free, and which has the present alone: EC2 itself checks every minute
//! and calls an instance impaired after a few failures.

use collector::services::ec2::instance::Instance;
use collector::services::ec2::status_checks::Check;

use crate::reading::Observed;
use crate::reason::{Reason, ReasonKind};
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_CAUSE;
use crate::rules::common::{RECOMMENDED_ALARMS, runs};

pub(super) const RULE: Rule<Instance> = Rule {
    name: "ec2_status_check_failed",
    severity: Severity::Critical,
    category: Category::FaultTolerance,
    finding: "the system status check or the instance status check fails",
    thresholds: &[],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["system log"],
    remedy: Remedy::None(A_CAUSE),
    applies: runs,
    judge,
};

fn judge(case: &Case<'_, Instance>) -> Result<Option<Finding>, Reason> {
    let checks = case.status_checks()?;
    let failed = [("system", checks.system), ("instance", checks.instance)];
    let names: Vec<_> =
        failed.iter().filter(|(_, check)| matches!(check, Check::Failed(_))).map(|(name, _)| *name).collect();
    if names.is_empty() {
        return match failed.iter().find(|(_, check)| *check == Check::Unknown) {
            Some((name, _)) => {
                let detail = format!("EC2 has insufficient data for the {name} status check");
                Err(Reason::new(ReasonKind::InsufficientData, detail))
            }
            None => Ok(None),
        };
    }
    let since =
        failed.iter().filter_map(|(_, check)| if let Check::Failed(since) = check { *since } else { None }).min();
    let since = since.map_or_else(String::new, |since| format!(" since {since}"));
    let action = if matches!(checks.system, Check::Failed(_)) {
        "stop and start it, which moves it to other hardware"
    } else {
        "read its system log and reboot it"
    };
    let value = if names.len() == 1 { 1.0 } else { 2.0 };
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: Observed {
            metric: "failed_status_checks",
            statistic: None,
            value,
            threshold: 1.0,
            unit: "Count",
            over: None,
        },
        recommendation: format!("Its {} status check fails{since}: {action}.", names.join(" and its ")),
    }))
}
