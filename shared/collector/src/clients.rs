//! The one place that builds clients.
//!
//! Each (service, region) has one client, built when it is first needed and kept for the life of the process: a client
//! holds its endpoint, its retry budget and its connections. All share one HTTP client, so the root certificates are
//! read once and not once a client.
//!
//! Retries are the SDK's standard ones (exponential with jitter, three attempts). The time limits of a call leave room
//! for a second attempt inside the answer's deadline; a pooled connection that died while Lambda froze the process
//! costs one attempt at most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::cut_xml::RefuseCutXml;
use crate::pace::Pace;
use crate::requests::CountRequests;

/// Where the list of regions and the buckets are asked when the environment names no region.
const DEFAULT_REGION: &str = "us-east-1";

/// A TCP and TLS handshake takes under a second to the farthest region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The slowest page that AWS answers in practice takes a few seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// A call with its retries: far below the answer's deadline, so that a failing region is told and not waited for.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts of a call, the first included.
const ATTEMPTS: u32 = 3;

/// The clients of one account.
#[derive(Debug)]
pub(crate) struct Clients {
    config: SdkConfig,
    home_region: String,
    cloudwatch: ByRegion<aws_sdk_cloudwatch::Client>,
    cost_explorer: ByRegion<aws_sdk_costexplorer::Client>,
    ec2: ByRegion<aws_sdk_ec2::Client>,
    lambda: ByRegion<aws_sdk_lambda::Client>,
    rds: ByRegion<aws_sdk_rds::Client>,
    s3: ByRegion<aws_sdk_s3::Client>,
    sts: ByRegion<aws_sdk_sts::Client>,
    tagging: ByRegion<aws_sdk_resourcegroupstagging::Client>,
    metric_data_pace: ByRegion<Arc<Pace>>,
}

/// Writes the accessor of a service's client: from the cache, or built from the shared configuration.
macro_rules! client {
    ($service:ident, $sdk:ident) => {
        pub(crate) fn $service(&self, region: &str) -> $sdk::Client {
            self.$service.get(region, || {
                let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
                let config = $sdk::config::Builder::from(&config).interceptor(CountRequests).interceptor(RefuseCutXml);
                $sdk::Client::from_conf(config.build())
            })
        }
    };
}

impl Clients {
    /// Clients with the credentials, region and endpoint of the environment.
    pub(crate) async fn from_env() -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        Self::from_config(loader.load().await)
    }

    /// Clients that share everything in `config` but the region.
    pub(crate) fn from_config(config: SdkConfig) -> Self {
        let home_region = config.region().map_or(DEFAULT_REGION, Region::as_ref).to_owned();
        Self {
            config,
            home_region,
            cloudwatch: ByRegion::default(),
            cost_explorer: ByRegion::default(),
            ec2: ByRegion::default(),
            lambda: ByRegion::default(),
            rds: ByRegion::default(),
            s3: ByRegion::default(),
            sts: ByRegion::default(),
            tagging: ByRegion::default(),
            metric_data_pace: ByRegion::default(),
        }
    }

    /// The region where questions about the account as a whole are asked.
    pub(crate) fn home_region(&self) -> &str {
        &self.home_region
    }

    /// The turns of GetMetricData in a region.
    pub(crate) fn metric_data_pace(&self, region: &str) -> Arc<Pace> {
        self.metric_data_pace.get(region, Arc::default)
    }

    client!(cloudwatch, aws_sdk_cloudwatch);
    client!(cost_explorer, aws_sdk_costexplorer);
    client!(ec2, aws_sdk_ec2);
    client!(lambda, aws_sdk_lambda);
    client!(rds, aws_sdk_rds);
    client!(s3, aws_sdk_s3);
    client!(sts, aws_sdk_sts);
    client!(tagging, aws_sdk_resourcegroupstagging);
}

/// One service's clients, each built once. Clones of an SDK client share everything.
#[derive(Debug)]
struct ByRegion<C>(Mutex<HashMap<String, C>>);

impl<C> Default for ByRegion<C> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<C: Clone> ByRegion<C> {
    fn get(&self, region: &str, build: impl FnOnce() -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.to_owned()).or_insert_with(build).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_client_is_built_once_a_region() {
        let clients = ByRegion::default();
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
