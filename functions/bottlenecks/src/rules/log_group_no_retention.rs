//! A log group whose events are kept, and billed, forever.

use collector::services::logs::LogGroup;

use crate::reading::Observed;
use crate::reason::Reason;
use crate::rule::{Case, Category, Finding, Rule, Severity};
use crate::rules::common::gib;
use crate::sizes::MIB;
use crate::threshold::Threshold;

/// What it has stored.
const STORED: Threshold = Threshold::new("stored", 0.0, "Mebibytes", (0.0, 1_048_576.0));

pub(super) const RULE: Rule<LogGroup> = Rule {
    name: "log_group_no_retention",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the log group has no retention, and has stored more than {stored} MiB",
    thresholds: &[STORED],
    source: "common practice: AWS Thrifty, CloudBurn",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["whether its events must be kept"],
    applies,
    judge,
};

/// All but those of the class `DELIVERY`, whose retention AWS sets.
fn applies(group: &LogGroup) -> Result<bool, Reason> {
    Ok(group.class.as_deref() != Some("DELIVERY"))
}

fn judge(case: &Case<'_, LogGroup>) -> Result<Option<Finding>, Reason> {
    let group = case.detail;
    if group.retention_days.is_some() {
        return Ok(None);
    }
    let stored = group.stored_bytes.ok_or_else(|| Reason::unknown("CloudWatch Logs returned no size"))?;
    #[expect(clippy::cast_precision_loss, reason = "bytes above 8 PiB may be off by one")]
    let stored = stored as f64;
    let threshold = case.threshold(&STORED) * MIB;
    Ok((stored > threshold).then(|| Finding {
        observed: Observed {
            metric: "stored_bytes",
            statistic: None,
            value: stored,
            threshold,
            unit: "Bytes",
            over: None,
        },
        recommendation: format!(
            "Set a retention: its {} are kept, and billed every month, until they are deleted.",
            gib(stored)
        ),
    }))
}
