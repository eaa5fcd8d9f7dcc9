//! A service whose tasks do nothing. CloudWatch has datapoints of a service only while tasks run, so only a service with
//! datapoints on each of the days can be idle; a new one, or one without tasks, is not judged.

use collector::services::ecs::{self, EcsService};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Delete};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::{shown, withheld};
use crate::rules::common::{self, runs_tasks};
use crate::threshold::Threshold;

const CPU: Need = Need { metric: &ecs::CPU, statistic: "Maximum", span: Span::Days };

/// Up to this peak, nothing is done.
const BUSY: Threshold = Threshold::new("cpu", 0.0, "Percent", (0.0, 100.0)).with_decimals(1, 0.0);
const DAYS: Threshold = Threshold { default: 13.0, ..common::DAYS };

pub(super) const RULE: Rule<EcsService> = Rule {
    name: "ecs_service_idle",
    severity: Severity::Medium,
    category: Category::CostOptimizing,
    finding: "at no time of the last {days} days or today did the tasks use more than {cpu} % of their CPU",
    thresholds: &[BUSY, DAYS],
    source: "AWS Compute Optimizer: idle ECS services",
    sieve: None,
    needs: &[CPU],
    beside: &[],
    not_observed: &["memory", "network"],
    remedy: Remedy::Commands(remedy),
    applies: runs_tasks,
    judge,
};

fn judge(case: &Case<'_, EcsService>) -> Result<Option<Finding>, Reason> {
    let (threshold, days) = (case.threshold(&BUSY), case.days(&DAYS));
    let reading = case.read(&CPU)?.last(days);
    let peak = largest(reading.every_one_of(days)?);
    let tasks = case.detail.running_count.unwrap_or_default();
    Ok((peak <= threshold).then(|| Finding {
        saves: Saving::Whole,
        observed: reading.observed(peak, threshold),
        recommendation: format!(
            "Ask its owner whether it is still needed; if not, set its desired count to 0 or delete it: its tasks \
             are billed ({tasks} running)."
        ),
    }))
}

fn remedy(subject: &Subject<'_, EcsService>) -> Result<Plan, Withheld> {
    let Some((_, name)) = subject.resource.id.split_once('/') else {
        return withheld("Its id has no cluster, which the command needs.");
    };
    let (cluster, name) = (forms::ECS_NAME.check(&subject.detail.cluster)?, forms::ECS_NAME.check(name)?);
    let of = |operation| aws("ecs", operation).option("cluster", &cluster);
    let show = of("describe-services").option("services", &name);
    let plan = shown("Shows the service and its newest events.", show);
    let plan = if subject.detail.scheduling_strategy.as_deref() == Some("DAEMON") {
        let delete = of("delete-service").option("service", &name).flag("force");
        plan.then(Delete, "Stops the tasks, and deletes the service.", delete)
    } else {
        let stop = of("update-service").option("service", &name).option("desired-count", 0_u32);
        let delete = of("delete-service").option("service", &name);
        plan.then(Change, "Stops the tasks and keeps the service, which costs nothing then.", stop)
            .then(Delete, "Deletes the service, which fails while its desired count is not 0.", delete)
            .note("Service Auto Scaling may start tasks again: set its lowest number of tasks to 0 as well.")
    };
    Ok(plan.irreversible("The service is gone; its task definition remains, from which it can be created again."))
}
