//! Why a rule can't decide whether there is a finding.

use collector::SeriesStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a rule can't decide whether there is a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) kind: ReasonKind,
    pub(crate) detail: String,
}

/// The kinds of reasons, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonKind {
    /// CloudWatch returned nothing, or not everything.
    NotMeasured,
    /// CloudWatch has too few datapoints: the resource is new, silent or often stopped.
    InsufficientData,
    /// The resource is not running, so its metrics mean nothing.
    NotRunning,
    /// AWS does not report something that the rule needs.
    Unknown,
}

impl Reason {
    pub(crate) fn new(kind: ReasonKind, detail: String) -> Self {
        Self { kind, detail }
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::new(ReasonKind::Unknown, detail.into())
    }

    /// CloudWatch did not return all requested datapoints.
    pub(crate) fn not_measured(status: SeriesStatus) -> Self {
        let detail = match status {
            SeriesStatus::PartialData => "CloudWatch returned only a part of the datapoints",
            SeriesStatus::Forbidden => "the role may not read this metric",
            SeriesStatus::InternalError => "CloudWatch failed to read this metric",
            SeriesStatus::Missing | SeriesStatus::Complete => "CloudWatch returned nothing; the gaps have the reason",
        };
        Self::new(ReasonKind::NotMeasured, detail.to_owned())
    }
}
