//! The configuration of every client: the environment's credentials and region, time limits and retries.
//!
//! Retries are the SDK's standard ones (exponential backoff with jitter), with its budget for each service and region.
//! There are six attempts because of throttling, after which the gate spaces out the requests; if a service fails for
//! everybody, the budget ends the attempts early. An attempt has no time limit but that of its connection: how long AWS
//! is waited for depends on the whole response ([`patience`](crate::call::patience)).

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use sdk::NotSet;

/// A TCP and TLS handshake takes under a second to the farthest region; a function that opens hundreds at once needs a
/// little longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The attempts of a call, including the first.
const ATTEMPTS: u32 = 6;
/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Returns the configuration from the environment.
pub(crate) async fn from_env() -> Result<SdkConfig, NotSet> {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build();
    Ok(sdk::config()?.timeout_config(timeouts).retry_config(retries()).load().await)
}

/// Returns how a failed call is retried.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}
