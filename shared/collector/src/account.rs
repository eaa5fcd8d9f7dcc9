//! Whose resources these are: the account and partition of the credentials, from STS.
//!
//! STS is asked rather than the function's own ARN read, since the credentials decide what is seen: run locally, the ARN
//! is made up. The call needs no permission, is free, runs beside the list of regions, and its answer is kept.

use std::time::Instant;

use crate::Collector;
use crate::coverage::Gap;
use crate::fault::Fault;
use crate::listing::one_call;

/// An AWS account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// 12 digits.
    pub(crate) id: String,
    /// `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN.
    pub(crate) partition: String,
}

impl Account {
    /// The ARN of `resource` of `service` in `region` of this account.
    pub(crate) fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        let Self { partition, id } = self;
        format!("arn:{partition}:{service}:{region}:{id}:{resource}")
    }
}

impl Collector {
    /// The account of the credentials. Without it, only the account id and the ARNs that are built from it are missing.
    pub(crate) async fn account(&self, deadline: Instant) -> Result<Account, Gap> {
        let region = self.clients.home_region();
        let ask = async || {
            let call = self.clients.sts(region).get_caller_identity().send();
            let identity = one_call(deadline, call).await?;
            let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
            let account = identity.account().zip(partition);
            let account = account.map(|(id, partition)| Account { id: id.to_owned(), partition: partition.to_owned() });
            account.ok_or_else(|| Fault::failed("IncompleteAnswer", "STS gave no account or no ARN"))
        };
        let account = self.account.get_or_try_init(ask).await.cloned();
        account.map_err(|fault: Fault| self.gap(fault, region, ("sts", "GetCallerIdentity"), &[]))
    }
}
