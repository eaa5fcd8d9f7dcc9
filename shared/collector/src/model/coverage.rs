//! How complete a response is.
//!
//! Everything that is missing is reported as a [`Gap`] with AWS's own error code. An operator can distinguish a missing
//! permission, an organisation's policy and a disabled region, and a program can decide whether the rest is enough.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::account::Account;
use crate::model::aws_requests::AwsRequests;

/// The region of a gap if the list of regions itself is missing.
pub(crate) const ALL_REGIONS: &str = "*";

/// The region of a gap in what is listed once for all regions.
pub(crate) const GLOBAL: &str = "global";

/// The part of a response's `meta` that describes what the data covers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Coverage {
    /// The account, 12 digits; `None` if STS did not return it.
    pub account: Option<String>,
    /// Whether anything is missing.
    pub partial: bool,
    /// What is missing, by region, service, operation and code.
    pub gaps: Vec<Gap>,
    /// The requests that were sent to AWS for this response, and what they cost.
    pub aws_requests: AwsRequests,
}

impl Coverage {
    pub(crate) fn new(account: Result<Account, Gap>, mut gaps: Vec<Gap>, aws_requests: AwsRequests) -> Self {
        let account = account.map_err(|gap| gaps.push(gap)).ok();
        sort(&mut gaps);
        Self { account: account.map(|account| account.id), partial: !gaps.is_empty(), gaps, aws_requests }
    }

    /// Returns the same coverage, with what was requested afterwards and what of that is missing.
    pub(crate) fn and(mut self, gap: Option<Gap>, aws_requests: AwsRequests) -> Self {
        self.partial |= gap.is_some();
        self.gaps.extend(gap);
        sort(&mut self.gaps);
        Self { aws_requests: self.aws_requests.and(aws_requests), ..self }
    }

    /// Returns the same coverage, marked as partial unless the measurements are `complete`.
    pub(crate) fn partial_unless(mut self, complete: bool) -> Self {
        self.partial |= !complete;
        self
    }
}

fn sort(gaps: &mut [Gap]) {
    gaps.sort_by(|a, b| {
        (&a.region, a.service, a.operation, &a.code).cmp(&(&b.region, b.service, b.operation, &b.code))
    });
}

/// Why a part of a response is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapStatus {
    /// The role lacks the permission.
    Denied,
    /// A service control policy or resource control policy of the organisation explicitly denies the call.
    DeniedByOrganization,
    /// The region is not enabled for the account.
    RegionDisabled,
    /// AWS throttled the call, including its retries.
    Throttled,
    /// There was no response within the time limits.
    TimedOut,
    /// It would have cost more than the caller allows.
    OverMaxCost,
    /// Anything else.
    Failed,
}

/// One part of a response that is missing, entirely or from some page on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    /// The region; `global` for S3's single list of buckets, the list of accounts and Resource Explorer's list of all
    /// regions, `*` if the list of regions itself is missing.
    pub region: String,
    /// The service by its IAM prefix.
    pub service: &'static str,
    /// The operation that failed, such as `DescribeInstances`.
    pub operation: &'static str,
    /// The types of resources that are incomplete because of it, as parameters name them; empty if none is.
    pub resource_types: Vec<&'static str>,
    /// The kind of failure.
    pub status: GapStatus,
    /// AWS's error code; a code of this project if AWS sent none (no response, no connection).
    pub code: String,
    /// AWS's message, or a message of this project if AWS sent none.
    pub message: String,
}
