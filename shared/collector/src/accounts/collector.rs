//! One account with one caller's credentials: what every call to it needs.
//!
//! STS returns which account it is. The function's own ARN would not be reliable, since the credentials decide which
//! account is read, and local runs have a fictitious ARN. The call needs no permission, is free, runs concurrently with
//! the list of regions, and its result is kept. If a role is assumed, its ARN contains the account.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use aws_config::SdkConfig;
use tokio::sync::OnceCell;

use crate::accounts::reader_role::AssumedRole;
use crate::call::cache::AnswerCache;
use crate::call::clients::Clients;
use crate::call::fault::Fault;
use crate::call::gate::Gates;
use crate::call::inquiry::Inquiry;
use crate::model::account::Account;
use crate::model::costs::{
    AnomaliesQuestion, CostQuestion, Costs, DetectedAnomalies, Forecast, ForecastQuestion, LinkedAccounts,
    LinkedAccountsQuestion,
};
use crate::model::coverage::{ALL_REGIONS, GLOBAL, Gap, GapStatus};
use crate::model::recommendation::{Enrolled, Preferences};
use crate::model::refusal::Refusal;
use crate::services::{ResourceType, sts};

/// Collects from one AWS account, with one caller's credentials.
#[derive(Debug)]
pub struct Collector {
    pub(crate) clients: Clients,
    pub(crate) common: Arc<Common>,
    /// The role that is assumed in another account.
    pub(crate) role: Option<Arc<AssumedRole>>,
}

/// What all callers of an account share.
#[derive(Debug, Default)]
pub(crate) struct Common {
    account: OnceCell<Account>,
    pub(crate) gates: Arc<Gates>,
    pub(crate) costs: AnswerCache<CostQuestion, Costs>,
    pub(crate) forecasts: AnswerCache<ForecastQuestion, Forecast>,
    pub(crate) linked_accounts: AnswerCache<LinkedAccountsQuestion, LinkedAccounts>,
    pub(crate) recommendations: AnswerCache<(), Enrolled>,
    pub(crate) preferences: AnswerCache<(), Preferences>,
    pub(crate) anomalies: AnswerCache<AnomaliesQuestion, DetectedAnomalies>,
    /// Whether its bill has shown costs of other accounts.
    pub(crate) is_payer: AtomicBool,
}

impl Collector {
    /// Creates the collector of the account to which the configuration's credentials belong.
    pub(crate) fn home(config: SdkConfig) -> Self {
        Self::new(config, Arc::default(), None)
    }

    pub(crate) fn new(config: SdkConfig, common: Arc<Common>, role: Option<Arc<AssumedRole>>) -> Self {
        Self { clients: Clients::new(config, Arc::clone(&common.gates)), common, role }
    }

    /// Returns what requests to `region` need.
    pub(crate) fn inquiry<'a>(
        &'a self,
        region: &'a str,
        account: Option<&'a Account>,
        deadline: Instant,
    ) -> Inquiry<'a> {
        Inquiry::new(&self.clients, region, account, deadline)
    }

    /// Checks that the account grants access, before anything else is requested.
    pub(crate) async fn enter(&self, deadline: Instant) -> Result<(), Refusal> {
        let Some(role) = &self.role else { return Ok(()) };
        match role.credentials(deadline).await {
            Ok(_) => Ok(()),
            Err(fault) => {
                let gap = self.gap(fault, self.clients.home_region(), &[]);
                Err(Refusal::Unreachable { account: role.account().id.clone(), gap: Box::new(gap) })
            }
        }
    }

    /// Returns the account of the credentials. Without it, only the account id and the ARNs built from it are missing.
    pub(crate) async fn account(&self, deadline: Instant) -> Result<Account, Gap> {
        if let Some(role) = &self.role {
            return Ok(role.account().clone());
        }
        let region = self.clients.home_region();
        let inquiry = self.inquiry(region, None, deadline);
        let account = self.common.account.get_or_try_init(|| sts::caller_identity(&inquiry)).await.cloned();
        account.map_err(|fault| self.gap(fault, region, &[]))
    }

    /// Returns the gap of a fault in `region`, because of which `resource_types` are incomplete.
    ///
    /// The home region is always enabled, since the function runs there, and global requests go to it. Codes of a
    /// disabled region therefore mean invalid credentials there.
    pub(crate) fn gap(&self, fault: Fault, region: &str, resource_types: &[ResourceType]) -> Gap {
        if let Some(role) = self.role.as_ref().filter(|_| fault.is_expired()) {
            role.forget();
        }
        let Fault { operation, status, code, message, region: _ } = fault;
        let (service, operation) = (operation.service, operation.name);
        let at_home = region == self.clients.home_region() || [ALL_REGIONS, GLOBAL].contains(&region);
        let status = if at_home && status == GapStatus::RegionDisabled { GapStatus::Failed } else { status };
        tracing::warn!(region, service, operation, ?status, code, message, "gap");
        let resource_types = resource_types.iter().map(|kind| kind.as_str()).collect();
        Gap { region: region.to_owned(), service, operation, resource_types, status, code, message }
    }
}
