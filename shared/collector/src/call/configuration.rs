//! The configuration of every client: the environment's credentials and region, time limits and retries.
//!
//! Retries are the SDK's standard ones (exponential backoff with jitter), with its budget for each service and region.
//! There are six attempts because of throttling, after which the gate spaces out the requests; if a service fails for
//! everybody, the budget ends the attempts early. Neither an attempt nor its connection has a time limit: how long AWS
//! is waited for depends on the whole response ([`patience`](crate::call::patience)). The kernel repeats a lost packet.
//! The SDK's check for stalled streams is off: it would cut a slow response, and while hundreds of calls wait, its
//! timers take more CPU than the calls.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use sdk::NotSet;

/// The attempts of a call, including the first.
const ATTEMPTS: u32 = 6;
/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Returns the configuration from the environment.
pub(crate) async fn from_env() -> Result<SdkConfig, NotSet> {
    let timeouts = TimeoutConfig::builder().disable_connect_timeout().build();
    let unlimited = StalledStreamProtectionConfig::disabled();
    let config = sdk::config()?.timeout_config(timeouts).stalled_stream_protection(unlimited);
    Ok(config.retry_config(retries()).load().await)
}

/// Returns how a failed call is retried.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}
