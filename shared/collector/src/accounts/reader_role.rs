//! Another account's reader role, and the credentials that AssumeRole gives for it.
//!
//! The session is named after who asks, and carries the same as its source identity, so that the other account's
//! CloudTrail shows it. STS takes short names of few signs: a principal that has to be cut or altered for it ends in a
//! hash of the whole, so that no two share a session. Credentials are therefore of one account and one caller. They are kept until shortly before they
//! expire, and whoever asks meanwhile waits for the one answer.
//!
//! STS is asked in our own region. Where it does not answer, or is not active for the account, the global endpoint is
//! asked; its credentials are not taken by regions that an account has to enable, which then are gaps.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_lc_rs::digest::{SHA256, digest};
use tokio::sync::Mutex;

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::model::account::Account;
use crate::model::coverage::GapStatus;
use crate::services::sts::{self, Session, Sts};

/// How long before they expire credentials are renewed; an answer takes half a minute at most.
const RENEWED_BEFORE: Duration = Duration::from_mins(5);
/// How long one of the two endpoints is waited for.
const PATIENCE: Duration = Duration::from_secs(4);

/// The longest name of a session that STS takes, and the shortest.
const LONGEST_NAME: usize = 64;
const SHORTEST_NAME: usize = 2;
/// How many bytes of a hash tell apart the names that had to be altered.
const HASH_BYTES: usize = 8;
/// What is left of such a name before `-` and the hash.
const LONGEST_ALTERED: usize = LONGEST_NAME - 1 - 2 * HASH_BYTES;

/// What `OTHER_ACCOUNTS` says where every account of the organisation may be asked about.
const ORGANIZATION: &str = "organization";

/// Where this deployment has reader roles.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Covered {
    /// In these accounts, by id.
    Listed(Vec<String>),
    /// In accounts of the organisation, which the functions' own policy is bound to: those that have the role.
    Organization,
}

/// The reader roles that this deployment may assume: one name and external id in each of some accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReaderRoles {
    accounts: Covered,
    role: String,
    external_id: Option<String>,
}

impl ReaderRoles {
    /// The roles of the variables `OTHER_ACCOUNTS` (ids with commas between, or `organization`), `READER_ROLE` and
    /// `READER_EXTERNAL_ID`.
    pub(crate) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name| variable(name).filter(|value| !value.is_empty());
        let accounts = match given("OTHER_ACCOUNTS").unwrap_or_default().as_str() {
            ORGANIZATION => Covered::Organization,
            ids => {
                Covered::Listed(ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect())
            }
        };
        Self { accounts, role: given("READER_ROLE").unwrap_or_default(), external_id: given("READER_EXTERNAL_ID") }
    }

    /// Whether this deployment may ask about `account`.
    pub(crate) fn includes(&self, account: &str) -> bool {
        let is_there = match &self.accounts {
            Covered::Listed(ids) => ids.iter().any(|id| id == account),
            Covered::Organization => true,
        };
        is_there && !self.role.is_empty()
    }

    /// The role of `account`, for a session of `principal`; `regional` and `global` are the endpoints to ask.
    pub(crate) fn of(
        &self,
        account: Account,
        principal: &str,
        regional: Gated<Sts>,
        global: Option<Gated<Sts>>,
    ) -> AssumedRole {
        let Account { id, partition } = &account;
        AssumedRole {
            arn: format!("arn:{partition}:iam::{id}:role/{}", self.role),
            external_id: self.external_id.clone(),
            session: session_name(principal),
            account,
            regional,
            global,
            kept: Mutex::default(),
        }
    }
}

/// A principal as the name of a session: STS takes letters, digits and some signs.
fn session_name(principal: &str) -> String {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (SHORTEST_NAME..=LONGEST_NAME).contains(&principal.len()) && principal.chars().all(is_taken) {
        return principal.to_owned();
    }
    let taken = principal.chars().map(|c| if is_taken(c) { c } else { '-' }).take(LONGEST_ALTERED);
    let hash = digest(&SHA256, principal.as_bytes());
    let hash = hash.as_ref().iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}"));
    taken.chain(['-']).chain(hash.collect::<String>().chars()).collect()
}

/// The reader role of one account, assumed for one caller.
pub(crate) struct AssumedRole {
    account: Account,
    arn: String,
    external_id: Option<String>,
    session: String,
    regional: Gated<Sts>,
    global: Option<Gated<Sts>>,
    kept: Mutex<Option<Credentials>>,
}

impl AssumedRole {
    /// Whose role it is.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Credentials that are valid for some minutes more.
    pub(crate) async fn credentials(&self, deadline: Instant) -> Result<Credentials, Fault> {
        // Held while asking: those who come meanwhile wait for the one answer.
        let mut kept = self.kept.lock().await;
        let left = |credentials: &Credentials| {
            credentials.expiry().and_then(|expiry| expiry.duration_since(SystemTime::now()).ok()).unwrap_or_default()
        };
        if let Some(fresh) = kept.as_ref().filter(|credentials| left(credentials) > RENEWED_BEFORE) {
            return Ok(fresh.clone());
        }
        match self.assume(deadline).await {
            Ok(renewed) => Ok(kept.insert(renewed).clone()),
            // What is valid still serves while STS does not.
            Err(fault) => kept.clone().filter(|credentials| !left(credentials).is_zero()).ok_or(fault),
        }
    }

    /// Credentials that AWS refused as expired are not used again.
    pub(crate) fn forget(&self) {
        if let Ok(mut kept) = self.kept.try_lock() {
            *kept = None;
        }
    }

    async fn assume(&self, deadline: Instant) -> Result<Credentials, Fault> {
        let fault = match self.ask(&self.regional, deadline).await {
            Ok(credentials) => return Ok(credentials),
            Err(fault) => fault,
        };
        match &self.global {
            Some(global) if !matches!(fault.status, GapStatus::Denied | GapStatus::DeniedByOrganization) => {
                self.ask(global, deadline).await.map_err(|_| fault)
            }
            _ => Err(fault),
        }
    }

    async fn ask(&self, sts: &Gated<Sts>, deadline: Instant) -> Result<Credentials, Fault> {
        let deadline = Instant::now().checked_add(PATIENCE).map_or(deadline, |patience| patience.min(deadline));
        let session = Session { role: &self.arn, name: &self.session, external_id: self.external_id.as_deref() };
        sts::assume_role(sts, &session, deadline).await
    }
}

/// The same settings with the credentials of a role, which keeps them itself.
pub(crate) fn config_of_role(config: &SdkConfig, role: &Arc<AssumedRole>) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(RoleCredentials(Arc::clone(role)));
    config.to_builder().credentials_provider(provider).identity_cache(IdentityCache::no_cache()).build()
}

/// The credentials of a role, as the SDK asks for them.
#[derive(Debug)]
struct RoleCredentials(Arc<AssumedRole>);

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            // Each of the two endpoints has its own limit.
            let now = Instant::now();
            let deadline = now.checked_add(PATIENCE.saturating_mul(2)).unwrap_or(now);
            let credentials = self.0.credentials(deadline).await;
            credentials.map_err(|fault| CredentialsError::provider_error(fault.code))
        })
    }
}

impl std::fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AssumedRole").field("account", &self.account.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_after_who_asks_as_far_as_sts_takes_it() {
        for same in ["ops@example.com", "jwt=ops@example.com", "ci", &"n".repeat(64)] {
            assert_eq!(session_name(same), same);
        }
    }

    #[test]
    fn a_name_that_has_to_be_altered_ends_in_a_hash_of_the_whole() {
        // The first bytes of `printf 'jwt=auth0|12' | sha256sum`.
        assert_eq!(session_name("jwt=auth0|12"), "jwt=auth0-12-bb31b5624be0a62e");
        let names = ["jwt=auth0|12", "jwt=auth0/12", "jwt=auth0-12", "ü", "x", "y", &"n".repeat(65), &"n".repeat(66)];
        let sessions: std::collections::BTreeSet<_> = names.into_iter().map(session_name).collect();
        assert_eq!(sessions.len(), names.len());
        for session in sessions {
            assert!((2..=64).contains(&session.len()), "{session}");
            assert!(session.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)), "{session}");
        }
        assert_eq!(session_name(&"n".repeat(65)).len(), 64);
    }

    #[test]
    fn accounts_are_those_of_the_variable_and_none_without_a_role() {
        let roles = |accounts: &'static str, role: &'static str| {
            ReaderRoles::from_env(|name| Some(if name == "OTHER_ACCOUNTS" { accounts } else { role }.to_owned()))
        };
        let some = roles("210987654321, 333333333333,", "reader");
        assert!(some.includes("210987654321") && some.includes("333333333333"));
        assert!(!some.includes("") && !some.includes("21098765432"));
        assert!(!roles("210987654321", "").includes("210987654321"));
        assert!(!roles("", "reader").includes("210987654321"));
    }

    #[test]
    fn every_account_of_an_organisation_may_be_tried() {
        let roles = |role: &'static str| {
            ReaderRoles::from_env(|name| Some(if name == "OTHER_ACCOUNTS" { "organization" } else { role }.to_owned()))
        };
        assert!(roles("reader").includes("210987654321"));
        assert!(!roles("").includes("210987654321"));
    }
}
