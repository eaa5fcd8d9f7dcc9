//! Whose resources these are: the account and partition of the credentials, from STS.
//!
//! STS is asked rather than the function's own ARN read, since the credentials decide what is seen: run locally, the ARN
//! is made up. The call needs no permission, is free, runs beside the list of regions, and its answer is kept. Of an
//! account that is entered through a role, the role's ARN says it.

use std::time::Instant;

use crate::Collector;
use crate::assume::ASSUME_ROLE;
use crate::coverage::Gap;
use crate::fault::Fault;
use crate::listing::one_call;
use crate::refusal::Refusal;

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
    /// Makes sure that the account lets us in, before all else is asked of it.
    pub(crate) async fn enter(&self, deadline: Instant) -> Result<(), Refusal> {
        let Some(role) = &self.role else { return Ok(()) };
        match role.credentials(deadline).await {
            Ok(_) => Ok(()),
            Err(fault) => {
                let gap = self.gap(fault, self.clients.home_region(), ASSUME_ROLE, &[]);
                Err(Refusal::Unreachable { account: role.account().id.clone(), gap: Box::new(gap) })
            }
        }
    }

    /// The account of the credentials. Without it, only the account id and the ARNs that are built from it are missing.
    pub(crate) async fn account(&self, deadline: Instant) -> Result<Account, Gap> {
        if let Some(role) = &self.role {
            return Ok(role.account().clone());
        }
        let region = self.clients.home_region();
        let ask = async || {
            let client = self.clients.sts(region);
            let call = client.get_caller_identity().send();
            let identity = one_call(client.until(deadline), call).await?;
            let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
            let account = identity.account().zip(partition);
            let account = account.map(|(id, partition)| Account { id: id.to_owned(), partition: partition.to_owned() });
            account.ok_or_else(|| Fault::failed("IncompleteAnswer", "STS gave no account or no ARN"))
        };
        let account = self.common.account.get_or_try_init(ask).await.cloned();
        account.map_err(|fault: Fault| self.gap(fault, region, ("sts", "GetCallerIdentity"), &[]))
    }
}
