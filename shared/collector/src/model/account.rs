//! The account that owns the resources.

/// An AWS account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// 12 digits.
    pub(crate) id: String,
    /// `aws`, `aws-cn` or `aws-us-gov`, the second part of every ARN.
    pub(crate) partition: String,
}

impl Account {
    /// Returns the ARN of a service's `resource` in `region` of this account.
    pub(crate) fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        let Self { partition, id } = self;
        format!("arn:{partition}:{service}:{region}:{id}:{resource}")
    }

    /// Returns the ARN of a `resource` that can be shared with other accounts, which has no account id.
    pub(crate) fn arn_without_id(&self, service: &str, region: &str, resource: &str) -> String {
        let partition = &self.partition;
        format!("arn:{partition}:{service}:{region}::{resource}")
    }
}
