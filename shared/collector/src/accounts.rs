//! The available accounts: the home account, and others through a reader role in each.
//!
//! Data of one account never mixes with another's: each account has its own clients, cache and gates. Clients and
//! credentials also belong to one caller, since the other account's log names the caller. What AWS counts or bills per
//! account (gates, cached costs) is shared by all callers. Roles are kept longer than clients, since they are small, and
//! the list of accounts checks all of them.

pub(crate) mod collector;
pub(crate) mod members;
pub(crate) mod price_list;
pub(crate) mod reader_role;
pub(crate) mod regions;
pub(crate) mod stored;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::SdkConfig;
use sdk::NotSet;

use crate::accounts::collector::{Collector, Common};
use crate::accounts::members::Members;
use crate::accounts::price_list::PriceList;
use crate::accounts::reader_role::{AssumedRole, Endpoints, ReaderRoles, config_of_role};
use crate::accounts::stored::Stored;
use crate::call::configuration;
use crate::model::account::Account;
use crate::services::sts::{self, Sts};

/// The variable with the name of the stack, which begins the path of its exceptions.
const STACK: &str = "STACK";

/// The most callers whose clients are kept; those of one caller take 3 MB once all regions have been called.
const KEPT_CALLERS: usize = 16;

/// The most roles that are kept, each with its credentials; one takes 3 KB.
const KEPT_ROLES: usize = 2_048;

/// Provides a collector for each account; created once per process and used by every invocation.
#[derive(Debug)]
pub struct Accounts {
    config: SdkConfig,
    pub(crate) home: Arc<Collector>,
    pub(crate) roles: ReaderRoles,
    pub(crate) members: Members,
    /// The exceptions.
    pub(crate) stored: Stored,
    /// The same for all accounts.
    pub(crate) price_list: PriceList,
    sts: OnceLock<Endpoints>,
    others: Mutex<Others>,
}

#[derive(Debug, Default)]
struct Others {
    /// By account.
    common: HashMap<String, Arc<Common>>,
    /// By account and principal.
    collectors: HashMap<(String, String), Arc<Collector>>,
    /// By account and principal.
    roles: HashMap<(String, String), Arc<AssumedRole>>,
}

impl Accounts {
    /// Creates the accounts of the environment. The home account is that of the environment's credentials (on Lambda,
    /// those of the function's role). The others are those of `OTHER_ACCOUNTS` (`organization` for all of the
    /// organisation), through `READER_ROLE` and `READER_EXTERNAL_ID`. The exceptions of `/bottlenecks` are those of
    /// the stack `STACK`. Makes no AWS call.
    ///
    /// # Errors
    /// If the environment has no region or no credentials.
    pub async fn from_env() -> Result<Self, NotSet> {
        let roles = ReaderRoles::from_env(|name| std::env::var(name).ok());
        let accounts = Self::new(configuration::from_env().await?, roles);
        Ok(accounts.with_exceptions_of(&std::env::var(STACK).unwrap_or_default()))
    }

    /// Returns the same accounts, with the exceptions of a stack.
    pub(crate) fn with_exceptions_of(self, stack: &str) -> Self {
        Self { stored: Stored::of(stack), ..self }
    }

    pub(crate) fn new(config: SdkConfig, roles: ReaderRoles) -> Self {
        let home = Arc::new(Collector::home(config.clone()));
        Self {
            config,
            home,
            roles,
            members: Members::default(),
            stored: Stored::default(),
            price_list: PriceList::default(),
            sts: OnceLock::new(),
            others: Mutex::default(),
        }
    }

    /// Returns the collector of `account` (`None` for the home account) for `principal`; `None` if this deployment has
    /// no role in the account.
    pub fn collector(&self, account: Option<&str>, principal: &str) -> Option<Arc<Collector>> {
        let Some(account) = account else { return Some(Arc::clone(&self.home)) };
        if !self.roles.includes(account) {
            return None;
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.to_owned(), principal.to_owned());
        if let Some(collector) = others.collectors.get(&key) {
            return Some(Arc::clone(collector));
        }
        if others.collectors.len() >= KEPT_CALLERS {
            others.collectors.clear();
        }
        let common = Arc::clone(others.common.entry(account.to_owned()).or_default());
        let role = self.role_among(&mut others, account, principal);
        let collector = Arc::new(Collector::new(config_of_role(&self.config, &role), common, Some(role)));
        others.collectors.insert(key, Arc::clone(&collector));
        Some(collector)
    }

    /// Returns the reader role of another account, for sessions of `principal`.
    pub(crate) fn role(&self, account: &str, principal: &str) -> Arc<AssumedRole> {
        self.role_among(&mut self.others.lock().unwrap_or_else(PoisonError::into_inner), account, principal)
    }

    fn role_among(&self, others: &mut Others, id: &str, principal: &str) -> Arc<AssumedRole> {
        let key = (id.to_owned(), principal.to_owned());
        if let Some(role) = others.roles.get(&key) {
            return Arc::clone(role);
        }
        if others.roles.len() >= KEPT_ROLES {
            others.roles.clear();
        }
        let of_home = &self.home.clients;
        let account = Account { id: id.to_owned(), partition: of_home.partition().to_owned() };
        let sts = self.sts.get_or_init(|| Endpoints {
            regional: of_home.of::<Sts>(of_home.home_region()),
            global: sts::global(of_home),
        });
        let role = Arc::new(self.roles.of(account, principal, sts.clone()));
        others.roles.insert(key, Arc::clone(&role));
        role
    }
}
