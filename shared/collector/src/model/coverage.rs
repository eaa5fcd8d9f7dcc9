//! How complete an answer is.
//!
//! Whatever could not be had is a [`Gap`] with AWS's own error code: an operator can tell a missing permission from an
//! organisation's policy from a region that is off, and a program can decide whether the rest is enough.

use serde::Serialize;

use crate::model::account::Account;
use crate::model::aws_requests::AwsRequests;

/// What gaps call the region when the list of regions itself is missing.
pub(crate) const ALL_REGIONS: &str = "*";

/// What gaps call the region of what is listed once for all regions.
pub(crate) const GLOBAL: &str = "global";

/// The part of an answer's `meta` that says what it covers.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// The account that was asked, 12 digits; `None` when STS did not say.
    pub account: Option<String>,
    /// Whether anything is missing.
    pub partial: bool,
    /// What is missing, by region, service, operation and code.
    pub gaps: Vec<Gap>,
    /// The requests that AWS got for this answer, and what they cost.
    pub aws_requests: AwsRequests,
}

impl Coverage {
    pub(crate) fn new(account: Result<Account, Gap>, mut gaps: Vec<Gap>, aws_requests: AwsRequests) -> Self {
        let account = account.map_err(|gap| gaps.push(gap)).ok();
        gaps.sort_by(|a, b| {
            (&a.region, a.service, a.operation, &a.code).cmp(&(&b.region, b.service, b.operation, &b.code))
        });
        Self { account: account.map(|account| account.id), partial: !gaps.is_empty(), gaps, aws_requests }
    }

    /// The same, partial also if what was measured is not `complete`.
    pub(crate) fn partial_unless(mut self, complete: bool) -> Self {
        self.partial |= !complete;
        self
    }
}

/// Why a part of an answer is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapStatus {
    /// The role lacks the permission.
    Denied,
    /// A service or resource control policy of the organisation denies it explicitly.
    DeniedByOrganization,
    /// The region is not enabled for the account.
    RegionDisabled,
    /// AWS refused for its rate, also after the retries.
    Throttled,
    /// No answer inside the time limits.
    TimedOut,
    /// Anything else.
    Failed,
}

/// One part of an answer that is missing, wholly or from some page on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The region; `global` for S3's one list of buckets, `*` when the list of regions itself is missing.
    pub region: String,
    /// The service by its IAM prefix (`ec2`, `rds`, `s3`, `lambda`, `tag`, `cloudwatch`, `ce`, `sts`).
    pub service: &'static str,
    /// The operation that failed.
    pub operation: &'static str,
    /// The types of resources whose answer is incomplete for it, as parameters name them.
    pub resource_types: Vec<&'static str>,
    /// The kind of failure.
    pub status: GapStatus,
    /// AWS's own error code; a name of ours where AWS gave none (no answer, no connection).
    pub code: String,
    /// AWS's own words, or ours where it said nothing.
    pub message: String,
}
