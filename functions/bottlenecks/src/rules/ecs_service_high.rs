//! CPU or memory of a service that stays high.

use collector::services::ecs::{self, EcsService};

use crate::reading::{Need, Span, smallest};
use crate::reason::Reason;
use crate::remediation::Remedy;
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::A_DECISION;
use crate::rules::common::{RECOMMENDED_ALARMS, runs_tasks};
use crate::threshold::Threshold;

const CPU: Need = Need { metric: &ecs::CPU, statistic: "Average", span: Span::FiveMinutes };
const MEMORY: Need = Need { metric: &ecs::MEMORY, statistic: "Average", span: Span::FiveMinutes };

const MOST_CPU: Threshold = Threshold::percent("cpu", 80.0);
const MOST_MEMORY: Threshold = Threshold::percent("memory", 80.0);
/// The number of consecutive periods.
const PERIODS: usize = 3;

pub(super) const OF_CPU: Rule<EcsService> = Rule {
    name: "ecs_service_high_cpu",
    severity: Severity::High,
    category: Category::Performance,
    finding: "the average CPU of the tasks is above {cpu} % in each of the newest 3 periods of 5 minutes",
    thresholds: &[MOST_CPU],
    source: RECOMMENDED_ALARMS,
    sieve: None,
    needs: &[CPU],
    beside: &[],
    not_observed: &["single tasks"],
    remedy: Remedy::None(A_DECISION),
    applies: runs_tasks,
    judge: |case| judge(case, &CPU, &MOST_CPU, "processor", "CPU"),
};

pub(super) const OF_MEMORY: Rule<EcsService> = Rule {
    name: "ecs_service_high_memory",
    finding: "the average memory of the tasks is above {memory} % in each of the newest 3 periods of 5 minutes",
    thresholds: &[MOST_MEMORY],
    sieve: None,
    needs: &[MEMORY],
    judge: |case| judge(case, &MEMORY, &MOST_MEMORY, "memory", "memory"),
    ..OF_CPU
};

fn judge(
    case: &Case<'_, EcsService>,
    need: &Need,
    most: &Threshold,
    used: &str,
    reserved: &str,
) -> Result<Option<Finding>, Reason> {
    let reading = case.read(need)?;
    let (lowest, threshold) = (smallest(reading.newest(PERIODS)?), case.threshold(most));
    Ok((lowest > threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(lowest, threshold),
        recommendation: format!(
            "Find what uses the {used}; run more tasks, let Service Auto Scaling do so, or give the tasks more {reserved} \
             in the task definition."
        ),
    }))
}
