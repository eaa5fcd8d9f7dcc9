//! A log group whose events are kept, and billed, forever.

use collector::price::{Unpriced, UnpricedReason};
use collector::services::logs::LogGroup;

use crate::reading::Observed;
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::common::size;
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
    remedy: Remedy::Commands(remedy),
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
        saves: Saving::Unknown(Unpriced::new(
            UnpricedReason::NoReplacement,
            "what a retention saves depends on how many of the events are older, which CloudWatch Logs does not tell",
        )),
        observed: Observed {
            metric: "stored_bytes",
            statistic: None,
            value: stored,
            threshold,
            unit: "Bytes",
            over: None,
        },
        recommendation: format!(
            "Set a retention: what it stores ({}) is kept, and billed every month, until it is deleted.",
            size(stored)
        ),
    }))
}

/// A year, the longest that is usual: the fewest events are deleted. It is among the numbers that PutRetentionPolicy takes.
const KEPT_DAYS: u32 = 365;

fn remedy(subject: &Subject<'_, LogGroup>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::LOG_GROUP)?;
    let streams = aws("logs", "describe-log-streams").option("log-group-name", &id).option("max-items", 10_u32);
    let keep = aws("logs", "put-retention-policy").option("log-group-name", &id).option("retention-in-days", KEPT_DAYS);
    Ok(Plan::default()
        .then(Check, "Shows ten of its streams, and from when their first events are.", streams)
        .then(Change, "Keeps events for 365 days from now on; choose fewer to save more.", keep)
        .irreversible("Events that are older are deleted within three days, and can't be got back.")
        .note("If they must be kept, `aws logs create-export-task` copies them into a bucket of S3 first."))
}
