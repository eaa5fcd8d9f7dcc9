//! The one place that builds clients.
//!
//! Each (account, service, region) has one client, built when it is first needed and kept for the life of the process: a
//! client holds its endpoint and its retry budget. All share one HTTP client ([`sdk`]). With its client each service has
//! the gate that its requests pass.
//!
//! Retries are the SDK's standard ones (exponential with jitter). The time limits of a call leave room for a second
//! attempt inside the answer's deadline; a pooled connection that died while Lambda froze the process costs one attempt
//! at most. Six attempts are for throttling, where the gate spaces out what follows; the SDK's own retry budget ends them
//! early where a service fails for everybody.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_config::identity::IdentityCache;
use aws_config::{Region, SdkConfig};
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use sdk::NotSet;

use crate::Common;
use crate::assume::{AssumedRole, RoleCredentials};
use crate::cut_body::{RefuseCutBody, RetryCutBody};
use crate::gate::{Gate, Rate, TellGate};
use crate::listing::Limits;
use crate::requests::CountRequests;

/// The endpoint of STS that belongs to no region; the commercial partition alone has one.
const GLOBAL_STS: &str = "https://sts.amazonaws.com";

/// The region of the global endpoint of STS, and of a configuration without one.
const DEFAULT_REGION: &str = "us-east-1";

/// A TCP and TLS handshake takes under a second to the farthest region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The slowest page that AWS answers in practice takes a few seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// A call with its retries: far below the answer's deadline, so that a failing region is told and not waited for.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts of a call, the first included.
const ATTEMPTS: u32 = 6;
/// What the first wait between two attempts is at most.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// A service's client in one region, and the gate that its requests pass.
#[derive(Debug, Clone)]
pub(crate) struct Gated<C> {
    client: C,
    gate: Arc<Gate>,
}

impl<C> Gated<C> {
    /// The limits of a listing that ends at `deadline`.
    pub(crate) fn until(&self, deadline: Instant) -> Limits {
        Limits { gate: Arc::clone(&self.gate), deadline, cost: Duration::ZERO }
    }
}

impl<C> Deref for Gated<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.client
    }
}

/// The clients of one account.
#[derive(Debug)]
pub(crate) struct Clients {
    config: SdkConfig,
    common: Arc<Common>,
    home_region: String,
    cloudwatch: Kept<String, Gated<aws_sdk_cloudwatch::Client>>,
    cost_explorer: Kept<String, Gated<aws_sdk_costexplorer::Client>>,
    ec2: Kept<String, Gated<aws_sdk_ec2::Client>>,
    lambda: Kept<String, Gated<aws_sdk_lambda::Client>>,
    rds: Kept<String, Gated<aws_sdk_rds::Client>>,
    s3: Kept<String, Gated<aws_sdk_s3::Client>>,
    sts: Kept<String, Gated<aws_sdk_sts::Client>>,
    tagging: Kept<String, Gated<aws_sdk_resourcegroupstagging::Client>>,
}

/// The settings of the environment.
pub(crate) async fn config_from_env() -> Result<SdkConfig, NotSet> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    Ok(sdk::config()?.timeout_config(timeouts).retry_config(retries()).load().await)
}

/// How a call that failed is tried again.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}

/// The same settings with the credentials of a role, which keeps them itself.
pub(crate) fn config_of_role(config: &SdkConfig, role: &Arc<AssumedRole>) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(RoleCredentials(Arc::clone(role)));
    config.to_builder().credentials_provider(provider).identity_cache(IdentityCache::no_cache()).build()
}

/// Builds a service's client in a region.
macro_rules! gated {
    ($sdk:ident, $config:expr, $gate:expr) => {{
        let gate: Arc<Gate> = $gate;
        let config = $sdk::config::Builder::from($config)
            .interceptor(CountRequests)
            .interceptor(RefuseCutBody)
            .retry_classifier(RetryCutBody)
            .interceptor(TellGate(Arc::clone(&gate)));
        Gated { client: $sdk::Client::from_conf(config.build()), gate }
    }};
}

/// Writes the accessor of a service's client: from the cache, or built from the shared configuration.
macro_rules! client {
    ($service:ident, $sdk:ident, $rate:expr) => {
        pub(crate) fn $service(&self, region: &str) -> Gated<$sdk::Client> {
            self.$service
                .get(region, || gated!($sdk, &self.config_in(region), self.gate(stringify!($service), region, $rate)))
        }
    };
}

impl Clients {
    /// Clients that share everything in `config` but the region, and the gates of `common`.
    pub(crate) fn new(config: SdkConfig, common: Arc<Common>) -> Self {
        let home_region = config.region().map_or(DEFAULT_REGION, Region::as_ref).to_owned();
        Self {
            config,
            common,
            home_region,
            cloudwatch: Kept::default(),
            cost_explorer: Kept::default(),
            ec2: Kept::default(),
            lambda: Kept::default(),
            rds: Kept::default(),
            s3: Kept::default(),
            sts: Kept::default(),
            tagging: Kept::default(),
        }
    }

    /// The region where questions about the account as a whole are asked.
    pub(crate) fn home_region(&self) -> &str {
        &self.home_region
    }

    /// The partition of the home region: the second part of every ARN.
    pub(crate) fn partition(&self) -> &'static str {
        match self.home_region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.home_region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    // The rates that AWS publishes for an account and region.
    client!(cloudwatch, aws_sdk_cloudwatch, Rate::a_second(50, 0));
    client!(cost_explorer, aws_sdk_costexplorer, Rate::a_second(5, 4));
    client!(ec2, aws_sdk_ec2, Rate::a_second(100, 20));
    client!(lambda, aws_sdk_lambda, Rate::UNKNOWN);
    client!(rds, aws_sdk_rds, Rate::UNKNOWN);
    client!(s3, aws_sdk_s3, Rate::UNKNOWN);
    client!(sts, aws_sdk_sts, Rate::UNKNOWN);
    client!(tagging, aws_sdk_resourcegroupstagging, Rate::UNKNOWN);

    /// STS at its global endpoint; none where an endpoint is given or the partition has none.
    pub(crate) fn global_sts(&self) -> Option<Gated<aws_sdk_sts::Client>> {
        let has_one = self.config.endpoint_url().is_none() && self.partition() == "aws";
        has_one.then(|| {
            let config = self.config_in(DEFAULT_REGION).into_builder().endpoint_url(GLOBAL_STS).build();
            gated!(aws_sdk_sts, &config, self.gate("sts", "global", Rate::UNKNOWN))
        })
    }

    fn config_in(&self, region: &str) -> SdkConfig {
        self.config.to_builder().region(Region::new(region.to_owned())).build()
    }

    fn gate(&self, service: &'static str, region: &str, rate: Rate) -> Arc<Gate> {
        let key = (service, region.to_owned());
        self.common.gates.get(&key, || Arc::new(Gate::new(rate)))
    }
}

/// What is built once for each key; clones share everything.
#[derive(Debug)]
pub(crate) struct Kept<K, V>(Mutex<HashMap<K, V>>);

/// The gates of an account, by service and region.
pub(crate) type Gates = Kept<(&'static str, String), Arc<Gate>>;

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn get<Q>(&self, key: &Q, build: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = kept.get(key) {
            return value.clone();
        }
        let value = build();
        kept.insert(key.to_owned(), value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_client_is_built_once_a_region() {
        let clients: Kept<String, i32> = Kept::default();
        let count = Cell::new(0);
        let build = || {
            count.set(count.get() + 1);
            count.get()
        };
        assert_eq!(
            (clients.get("eu-west-1", build), clients.get("eu-west-1", build), clients.get("us-east-1", build)),
            (1, 1, 2)
        );
    }
}
