//! Another account's reader role, and the credentials that AssumeRole returns for it.
//!
//! The session's name and source identity are the caller's name, so that the other account's CloudTrail shows it. STS
//! accepts short names of few characters; a principal that has to be shortened or altered ends in a hash of the whole
//! name, so that no two callers share a session. Credentials therefore belong to one account and one caller. They are
//! kept until shortly before they expire, and concurrent calls wait for the same credentials. Each time that the role
//! is assumed or denied is also a check of the way into the account, which is kept for an hour.
//!
//! The request goes to STS in the home region. If that does not respond, or is not active for the account, it goes to
//! the global endpoint. Regions that an account has to enable reject credentials of the global endpoint, and are then
//! reported as gaps.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::call::patience::share_of_time;
use crate::model::account::Account;
use crate::model::coverage::GapStatus;
use crate::services::sts::{self, ASSUME_ROLE, Session, Sts};

/// How long before their expiry credentials are renewed; a response takes at most half a minute.
const RENEWED_BEFORE: Duration = Duration::from_mins(5);
/// How long a check of the way in is kept.
const CHECKED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// Each of the two endpoints gets this share of the time, so that some is left for the account's data.
const SHARE: (u32, u32) = (1, 3);
/// The time for credentials that are requested in the middle of a response, whose deadline the SDK does not pass on.
const RENEWAL: Duration = Duration::from_secs(16);

/// The longest name of a session that STS accepts, and the shortest.
const LONGEST_NAME: usize = 64;
const SHORTEST_NAME: usize = 2;
/// How many bytes of a hash distinguish altered names.
const HASH_BYTES: usize = 8;
/// The longest part of an altered name before `-` and the hash.
const LONGEST_ALTERED: usize = LONGEST_NAME - 1 - 2 * HASH_BYTES;

/// The value of `OTHER_ACCOUNTS` if every account of the organisation is allowed.
const ORGANIZATION: &str = "organization";

/// The accounts in which this deployment has reader roles.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Covered {
    /// These accounts, by id.
    Listed(Vec<String>),
    /// The accounts of the organisation that have the role; the functions' own policy is limited to the organisation.
    Organization,
}

/// The reader roles that this deployment may assume; all have the same name and external id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReaderRoles {
    accounts: Covered,
    role: String,
    external_id: Option<String>,
}

impl ReaderRoles {
    /// Reads the variables `OTHER_ACCOUNTS` (comma-separated ids, or `organization`), `READER_ROLE` and
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

    /// Returns whether this deployment may access `account`.
    pub(crate) fn includes(&self, account: &str) -> bool {
        let is_covered = match &self.accounts {
            Covered::Listed(ids) => ids.iter().any(|id| id == account),
            Covered::Organization => true,
        };
        is_covered && !self.role.is_empty()
    }

    /// Returns the ids of the accounts that may be accessed; `None` if they are those of the organisation.
    pub(crate) fn listed(&self) -> Option<&[String]> {
        match &self.accounts {
            Covered::Listed(_) if self.role.is_empty() => Some(&[]),
            Covered::Listed(ids) => Some(ids),
            Covered::Organization => None,
        }
    }

    /// Returns the role of `account` for a session of `principal`.
    pub(crate) fn of(&self, account: Account, principal: &str, sts: Endpoints) -> AssumedRole {
        let Account { id, partition } = &account;
        AssumedRole {
            arn: format!("arn:{partition}:iam::{id}:role/{}", self.role),
            external_id: self.external_id.clone(),
            session: session_name(principal),
            account,
            sts,
            kept: Mutex::default(),
        }
    }
}

/// Returns the name of a principal's session. STS accepts letters, digits and some other characters.
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

/// The endpoints of STS.
#[derive(Clone)]
pub(crate) struct Endpoints {
    /// In the home region.
    pub(crate) regional: Gated<Sts>,
    /// The one that belongs to no region, if there is one.
    pub(crate) global: Option<Gated<Sts>>,
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoints").finish_non_exhaustive()
    }
}

/// What a check of the way into an account found.
#[derive(Debug, Clone)]
pub(crate) struct WayIn {
    pub(crate) checked_at: Timestamp,
    /// Why the role was not assumed.
    pub(crate) fault: Option<Fault>,
}

impl WayIn {
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.checked_at);
        !age.is_negative() && age < CHECKED_FOR
    }
}

/// Returns the current second, since that is as much of a check as a response reports.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Returns whether STS decided. A check without a decision is not kept.
pub(crate) fn is_denial(fault: &Fault) -> bool {
    matches!(fault.status, GapStatus::Denied | GapStatus::DeniedByOrganization)
}

/// What is known of a role.
#[derive(Default)]
struct Kept {
    credentials: Option<Credentials>,
    way_in: Option<WayIn>,
}

/// The reader role of one account, assumed for one caller.
pub(crate) struct AssumedRole {
    account: Account,
    arn: String,
    external_id: Option<String>,
    session: String,
    sts: Endpoints,
    kept: Mutex<Kept>,
}

impl AssumedRole {
    /// Returns the account that has the role.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Returns credentials that are valid for at least some minutes.
    pub(crate) async fn credentials(&self, deadline: Instant) -> Result<Credentials, Fault> {
        // The lock is held during the request, so concurrent calls wait for its result.
        let mut kept = self.kept.lock().await;
        let left = |credentials: &Credentials| {
            credentials.expiry().and_then(|expiry| expiry.duration_since(SystemTime::now()).ok()).unwrap_or_default()
        };
        if let Some(fresh) = kept.credentials.as_ref().filter(|credentials| left(credentials) > RENEWED_BEFORE) {
            return Ok(fresh.clone());
        }
        match self.renew(&mut kept, deadline).await.1 {
            // Credentials that are still valid are used while STS fails.
            Err(fault) => kept.credentials.clone().filter(|credentials| !left(credentials).is_zero()).ok_or(fault),
            renewed => renewed,
        }
    }

    /// Returns whether the role can be assumed, from a check within the last hour or a new one.
    pub(crate) async fn way_in(&self, deadline: Instant) -> WayIn {
        let checked = async {
            let mut kept = self.kept.lock().await;
            if let Some(fresh) = kept.way_in.as_ref().filter(|way_in| way_in.is_fresh(now())) {
                return fresh.clone();
            }
            let (checked_at, assumed) = self.renew(&mut kept, deadline).await;
            WayIn { checked_at, fault: assumed.err() }
        };
        // Another call may hold the lock beyond the deadline of this one.
        let late = || WayIn { checked_at: now(), fault: Some(Fault::past_deadline(&ASSUME_ROLE)) };
        timeout_at(deadline.into(), checked).await.unwrap_or_else(|_elapsed| late())
    }

    /// Assumes the role, and keeps the credentials and, if STS decided, the result. Returns it with its time.
    async fn renew(&self, kept: &mut Kept, deadline: Instant) -> (Timestamp, Result<Credentials, Fault>) {
        let assumed = self.assume(deadline).await;
        let checked_at = now();
        match &assumed {
            Ok(credentials) => {
                kept.credentials = Some(credentials.clone());
                kept.way_in = Some(WayIn { checked_at, fault: None });
            }
            Err(fault) if is_denial(fault) => kept.way_in = Some(WayIn { checked_at, fault: Some(fault.clone()) }),
            Err(_) => {}
        }
        (checked_at, assumed)
    }

    /// Discards the credentials, after AWS rejected them as expired.
    pub(crate) fn forget(&self) {
        if let Ok(mut kept) = self.kept.try_lock() {
            kept.credentials = None;
        }
    }

    async fn assume(&self, deadline: Instant) -> Result<Credentials, Fault> {
        let fault = match self.ask(&self.sts.regional, deadline).await {
            Ok(credentials) => return Ok(credentials),
            Err(fault) => fault,
        };
        match &self.sts.global {
            Some(global) if !is_denial(&fault) => self.ask(global, deadline).await.map_err(|_| fault),
            _ => Err(fault),
        }
    }

    async fn ask(&self, sts: &Gated<Sts>, deadline: Instant) -> Result<Credentials, Fault> {
        let deadline = share_of_time(deadline, SHARE);
        let session = Session { role: &self.arn, name: &self.session, external_id: self.external_id.as_deref() };
        sts::assume_role(sts, &session, deadline).await
    }
}

/// Returns the same configuration with the credentials of a role, which caches them itself.
pub(crate) fn config_of_role(config: &SdkConfig, role: &Arc<AssumedRole>) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(RoleCredentials(Arc::clone(role)));
    config.to_builder().credentials_provider(provider).identity_cache(IdentityCache::no_cache()).build()
}

/// Provides the credentials of a role to the SDK.
#[derive(Debug)]
struct RoleCredentials(Arc<AssumedRole>);

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let now = Instant::now();
            let deadline = now.checked_add(RENEWAL).unwrap_or(now);
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
    fn a_session_has_the_callers_name_if_sts_accepts_it() {
        for same in ["ops@example.com", "jwt=ops@example.com", "ci", &"n".repeat(64)] {
            assert_eq!(session_name(same), same);
        }
    }

    #[test]
    fn an_altered_name_ends_in_a_hash_of_the_whole_name() {
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
    fn the_listed_accounts_are_included_but_none_without_a_role() {
        let roles = |accounts: &'static str, role: &'static str| {
            ReaderRoles::from_env(|name| Some(if name == "OTHER_ACCOUNTS" { accounts } else { role }.to_owned()))
        };
        let some = roles("210987654321, 333333333333,", "reader");
        assert!(some.includes("210987654321") && some.includes("333333333333"));
        assert!(!some.includes("") && !some.includes("21098765432"));
        assert_eq!(some.listed().unwrap(), ["210987654321", "333333333333"]);
        assert_eq!(roles("210987654321", "").listed(), Some(&[][..]));
        assert!(!roles("210987654321", "").includes("210987654321"));
        assert!(!roles("", "reader").includes("210987654321"));
    }

    #[test]
    fn a_check_is_kept_for_an_hour() {
        let way_in = WayIn { checked_at: "2026-11-20T10:00:00Z".parse().unwrap(), fault: None };
        for (now, fresh) in [("10:00:00", true), ("10:59:59", true), ("11:00:00", false), ("09:59:59", false)] {
            assert_eq!(way_in.is_fresh(format!("2026-11-20T{now}Z").parse().unwrap()), fresh, "{now}");
        }
    }

    #[test]
    fn every_account_of_an_organisation_is_included() {
        let roles = |role: &'static str| {
            ReaderRoles::from_env(|name| Some(if name == "OTHER_ACCOUNTS" { "organization" } else { role }.to_owned()))
        };
        assert!(roles("reader").includes("210987654321") && roles("reader").listed().is_none());
        assert!(!roles("").includes("210987654321"));
    }
}
