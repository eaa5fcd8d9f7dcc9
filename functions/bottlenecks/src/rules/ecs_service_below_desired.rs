//! A service that runs fewer tasks than it should.
//!
//! While a deployment replaces tasks, some may be missing. A deployment is given a number of minutes; one that takes longer
//! is stuck, and its service is judged. The default is how long AWS's tools wait for a service to become stable.

use collector::services::ecs::EcsService;

use crate::reading::Observed;
use crate::reason::{Reason, ReasonKind};
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_CAUSE;
use crate::rules::common::is_active;
use crate::threshold::Threshold;

/// The minutes that a deployment may take.
const DEPLOYING: Threshold = Threshold::new("minutes", 10.0, "Minutes", (1.0, 1_440.0));

const SECONDS_A_MINUTE: f64 = 60.0;

pub(super) const RULE: Rule<EcsService> = Rule {
    name: "ecs_service_below_desired",
    severity: Severity::High,
    category: Category::FaultTolerance,
    finding: "fewer tasks run than desired, and no deployment began in the last {minutes} minutes that is still in progress",
    thresholds: &[DEPLOYING],
    source: "common practice; a deployment has as long as the waiter services-stable of the AWS CLI",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["since when"],
    remedy: Remedy::None(A_CAUSE),
    applies: is_active,
    judge,
};

fn judge(case: &Case<'_, EcsService>) -> Result<Option<Finding>, Reason> {
    let service = case.detail;
    let counted = service.running_count.zip(service.desired_count);
    let (running, desired) = counted.ok_or_else(|| Reason::unknown("ECS returned no numbers of tasks"))?;
    if running >= desired {
        return Ok(None);
    }
    let in_progress = service.deployment_status.as_deref() == Some("IN_PROGRESS");
    if let Some(since) = service.deployment_started.filter(|_| in_progress) {
        let minutes = case.evidence.as_of.duration_since(since).as_secs_f64() / SECONDS_A_MINUTE;
        if minutes < case.threshold(&DEPLOYING) {
            let detail = format!("{running} of {desired} tasks run; a deployment is in progress since {since}");
            return Err(Reason::new(ReasonKind::InsufficientData, detail));
        }
    }
    let pending = service.pending_count.unwrap_or_default();
    let deployment = match service.deployment_status.as_deref() {
        Some("FAILED") => " Its last deployment failed.",
        Some("IN_PROGRESS") => " A deployment does not come to an end.",
        _ => "",
    };
    Ok(Some(Finding {
        saves: Saving::Nothing,
        observed: Observed {
            metric: "running_count",
            statistic: None,
            value: f64::from(running),
            threshold: f64::from(desired),
            unit: "Count",
            over: None,
        },
        recommendation: format!(
            "{running} of {desired} tasks run, and {pending} are being started.{deployment} Read the service's events and \
             the stopped tasks' reasons: an image that can't be pulled, a failing health check, or too little capacity."
        ),
    }))
}
