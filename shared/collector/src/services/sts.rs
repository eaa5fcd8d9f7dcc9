//! STS: the account of the credentials, and the credentials of another account's role.

use std::time::{Instant, SystemTime};

use aws_credential_types::Credentials;

use crate::call::clients::{Clients, Gated, Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Limits, one_call};
use crate::model::account::Account;
use crate::model::operation::{Operation, Price};

/// The security token service.
pub(crate) struct Sts;

impl Service for Sts {
    const NAME: &'static str = "sts";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_sts);
}

/// GetCallerIdentity needs no permission.
pub(crate) const GET_CALLER_IDENTITY: Operation =
    Operation { service: Sts::NAME, name: "GetCallerIdentity", action: None, price: Price::Free };

/// Permitted only for the reader roles. Setting the session's source identity is a separate permission in the role's
/// trust policy.
pub(crate) const ASSUME_ROLE: Operation =
    Operation { service: Sts::NAME, name: "AssumeRole", action: Some("sts:AssumeRole"), price: Price::Free };

/// The endpoint of STS that belongs to no region; only the commercial partition has one.
const GLOBAL_ENDPOINT: &str = "https://sts.amazonaws.com";
/// The region for which requests to it are signed.
const GLOBAL_REGION: &str = "us-east-1";

/// Returns STS at its global endpoint; `None` if the configuration has an endpoint or the partition has no global one.
pub(crate) fn global(clients: &Clients) -> Option<Gated<Sts>> {
    if clients.partition() != "aws" {
        return None;
    }
    clients.at_endpoint(GLOBAL_ENDPOINT, GLOBAL_REGION)
}

/// Returns the account and partition of the credentials.
pub(crate) async fn caller_identity(inquiry: &Inquiry<'_>) -> Result<Account, Fault> {
    let sts = inquiry.client::<Sts>();
    let call = || sts.get_caller_identity().send();
    let identity = one_call(sts.limits(&GET_CALLER_IDENTITY, inquiry.deadline), call).await?;
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1));
    let account = identity.account().zip(partition);
    let account = account.map(|(id, partition)| Account { id: id.to_owned(), partition: partition.to_owned() });
    account.ok_or_else(|| Fault::failed(&GET_CALLER_IDENTITY, "IncompleteAnswer", "STS returned no account or no ARN"))
}

/// A session of a role.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    /// The role's ARN.
    pub(crate) role: &'a str,
    /// The session's name and source identity.
    pub(crate) name: &'a str,
    /// The external id that the role's trust policy requires.
    pub(crate) external_id: Option<&'a str>,
}

/// Returns the credentials of a session, with their expiry.
pub(crate) async fn assume_role(
    sts: &Gated<Sts>,
    session: &Session<'_>,
    deadline: Instant,
) -> Result<Credentials, Fault> {
    let call = || {
        sts.assume_role()
            .role_arn(session.role)
            .role_session_name(session.name)
            .source_identity(session.name)
            .set_external_id(session.external_id.map(str::to_owned))
            .send()
    };
    let limits = Limits { reads: false, ..sts.limits(&ASSUME_ROLE, deadline) };
    let answer = one_call(limits, call).await?;
    let incomplete = |message| Fault::failed(&ASSUME_ROLE, "IncompleteAnswer", message);
    let given = answer.credentials.ok_or_else(|| incomplete("STS returned no credentials"))?;
    let expiry = SystemTime::try_from(given.expiration)
        .map_err(|_| incomplete("STS returned credentials without their expiry"))?;
    let (id, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
    Ok(Credentials::new(id, secret, Some(token), Some(expiry), "AssumeRole"))
}
