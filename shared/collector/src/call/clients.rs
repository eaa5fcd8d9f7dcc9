//! The one place that builds clients.
//!
//! A service describes itself ([`Service`]); there is no list of services. Each service has one client per account and
//! region, which is built when it is first needed and kept for the life of the process, since a client holds its
//! endpoint and its retry budget. All clients share one HTTP client ([`sdk`]). Each has the gate that its requests
//! pass.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_config::{Region, SdkConfig};

use crate::call::gate::{Gate, Gates, Rate};
use crate::call::pages::Limits;
use crate::model::operation::Operation;

/// The region if the configuration has none.
const DEFAULT_REGION: &str = "us-east-1";

/// An AWS service: its name, its rate, and how its client is built.
pub(crate) trait Service: 'static {
    /// The client of the service's SDK; clones share everything.
    type Client: Clone + Send + Sync + 'static;

    /// The service's IAM prefix, by which gaps, counts and operations name it.
    const NAME: &'static str;

    /// The rate that AWS publishes per account and region.
    const RATE: Rate;

    /// Builds a client with the guards that every client has; [`guarded_client!`](crate::call::clients::guarded_client)
    /// implements it.
    fn build(config: &SdkConfig, gate: Arc<Gate>) -> Self::Client;
}

/// Implements `Client` and `build` of a [`Service`]: `guarded_client!(aws_sdk_rds)` is the client of that SDK, with the
/// interceptors and the classifier that guard every call. It is a macro, since each SDK has its own configuration type.
macro_rules! guarded_client {
    ($sdk:ident) => {
        type Client = $sdk::Client;

        fn build(config: &aws_config::SdkConfig, gate: std::sync::Arc<$crate::call::gate::Gate>) -> Self::Client {
            let config = $sdk::config::Builder::from(config)
                .interceptor($crate::call::counting::CountRequests(Self::NAME))
                .interceptor($crate::call::cut_body::RefuseCutBody)
                .retry_classifier($crate::call::cut_body::RetryCutBody)
                .interceptor($crate::call::patience::Heard(std::sync::Arc::clone(&gate)))
                .interceptor($crate::call::gate::TellGate(gate));
            $sdk::Client::from_conf(config.build())
        }
    };
}
pub(crate) use guarded_client;

/// A service's client in one region, and the gate that its requests pass.
pub(crate) struct Gated<S: Service> {
    client: S::Client,
    gate: Arc<Gate>,
}

impl<S: Service> Gated<S> {
    fn build(config: &SdkConfig, gate: Arc<Gate>) -> Self {
        Self { client: S::build(config, Arc::clone(&gate)), gate }
    }

    /// Returns the limits of a call of `operation`, including all its pages, that ends at `deadline`.
    pub(crate) fn limits(&self, operation: &'static Operation, deadline: Instant) -> Limits {
        let gate = Arc::clone(&self.gate);
        Limits { operation, gate, deadline, cost: Duration::ZERO, page_size: 0, reads: true }
    }
}

impl<S: Service> Clone for Gated<S> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), gate: Arc::clone(&self.gate) }
    }
}

impl<S: Service> Deref for Gated<S> {
    type Target = S::Client;

    fn deref(&self) -> &S::Client {
        &self.client
    }
}

/// The clients of one service by region; each is a [`Gated`] of that service.
type ByRegion = HashMap<String, Box<dyn Any + Send + Sync>>;

/// The clients of one account.
#[derive(Debug)]
pub(crate) struct Clients {
    config: SdkConfig,
    gates: Arc<Gates>,
    home_region: String,
    built: Mutex<HashMap<TypeId, ByRegion>>,
}

impl Clients {
    /// Creates clients that share everything in `config` except the region, and the gates of the account.
    pub(crate) fn new(config: SdkConfig, gates: Arc<Gates>) -> Self {
        let home_region = config.region().map_or(DEFAULT_REGION, Region::as_ref).to_owned();
        Self { config, gates, home_region, built: Mutex::default() }
    }

    /// Returns the region to which requests about the account as a whole go.
    pub(crate) fn home_region(&self) -> &str {
        &self.home_region
    }

    /// Returns the partition of the home region, the second part of every ARN.
    pub(crate) fn partition(&self) -> &'static str {
        match self.home_region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.home_region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Returns the client of a service in a region.
    pub(crate) fn of<S: Service>(&self, region: &str) -> Gated<S> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let by_region = built.entry(TypeId::of::<S>()).or_default();
        if let Some(client) = by_region.get(region).and_then(|client| client.downcast_ref::<Gated<S>>()) {
            return client.clone();
        }
        let client = Gated::<S>::build(&self.config_in(region), self.gates.of(S::NAME, region, S::RATE));
        by_region.insert(region.to_owned(), Box::new(client.clone()));
        client
    }

    /// Returns a client of a service at an endpoint that belongs to no region, which signs for `region`; `None` if the
    /// configuration already has an endpoint.
    pub(crate) fn at_endpoint<S: Service>(&self, endpoint: &str, region: &str) -> Option<Gated<S>> {
        self.config.endpoint_url().is_none().then(|| {
            let config = self.config_in(region).into_builder().endpoint_url(endpoint).build();
            Gated::build(&config, self.gates.of(S::NAME, endpoint, S::RATE))
        })
    }

    fn config_in(&self, region: &str) -> SdkConfig {
        self.config.to_builder().region(Region::new(region.to_owned())).build()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::BehaviorVersion;

    use super::*;

    static BUILT: AtomicUsize = AtomicUsize::new(0);

    struct Counted;

    impl Service for Counted {
        type Client = usize;
        const NAME: &'static str = "counted";
        const RATE: Rate = Rate::UNKNOWN;

        fn build(_config: &SdkConfig, _gate: Arc<Gate>) -> usize {
            BUILT.fetch_add(1, Ordering::Relaxed) + 1
        }
    }

    #[test]
    fn a_client_is_built_once_per_region() {
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let clients = Clients::new(config, Arc::default());
        let number = |region| *clients.of::<Counted>(region);
        assert_eq!((number("eu-west-1"), number("eu-west-1"), number("us-east-1")), (1, 1, 2));
    }
}
