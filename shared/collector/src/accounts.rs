//! The accounts that can be asked about: the home account, and others through a reader role in each.
//!
//! What is seen with one account's credentials never meets another's: each account has clients, an answer store and gates
//! of its own. Clients and credentials are one caller's besides, since the other account's log names who asked; what AWS
//! counts or bills by the account (gates, kept costs) is shared by all callers.

pub(crate) mod collector;
pub(crate) mod reader_role;
pub(crate) mod regions;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use sdk::NotSet;

use crate::accounts::collector::{Collector, Common};
use crate::accounts::reader_role::{ReaderRoles, config_of_role};
use crate::call::configuration;
use crate::model::account::Account;
use crate::services::sts::{self, Sts};

/// How many callers' clients are kept at most; those of one are 3 MB once all regions were asked.
const KEPT_CALLERS: usize = 16;

/// Gives a collector for each account; made once a process and used by every invocation.
#[derive(Debug)]
pub struct Accounts {
    config: SdkConfig,
    home: Arc<Collector>,
    roles: ReaderRoles,
    others: Mutex<Others>,
}

#[derive(Debug, Default)]
struct Others {
    /// By account.
    common: HashMap<String, Arc<Common>>,
    /// By account and principal.
    collectors: HashMap<(String, String), Arc<Collector>>,
}

impl Accounts {
    /// The accounts of the environment: home is that of its credentials (on Lambda, those of the function's role), the
    /// others are those of `OTHER_ACCOUNTS` (`organization` for any), through `READER_ROLE` and `READER_EXTERNAL_ID`. Makes no AWS call.
    ///
    /// # Errors
    /// The environment has no region or no credentials.
    pub async fn from_env() -> Result<Self, NotSet> {
        let roles = ReaderRoles::from_env(|name| std::env::var(name).ok());
        Ok(Self::new(configuration::from_env().await?, roles))
    }

    pub(crate) fn new(config: SdkConfig, roles: ReaderRoles) -> Self {
        let home = Arc::new(Collector::home(config.clone()));
        Self { config, home, roles, others: Mutex::default() }
    }

    /// The collector of `account`, `None` being the home account, for `principal`; `None` where this deployment has no
    /// role in it.
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
        let collector = Arc::new(self.other(account, principal, common));
        others.collectors.insert(key, Arc::clone(&collector));
        Some(collector)
    }

    fn other(&self, id: &str, principal: &str, common: Arc<Common>) -> Collector {
        let of_home = &self.home.clients;
        let account = Account { id: id.to_owned(), partition: of_home.partition().to_owned() };
        let (regional, global) = (of_home.of::<Sts>(of_home.home_region()), sts::global(of_home));
        let role = Arc::new(self.roles.of(account, principal, regional, global));
        Collector::new(config_of_role(&self.config, &role), common, Some(role))
    }
}
