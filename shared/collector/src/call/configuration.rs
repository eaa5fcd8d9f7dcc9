//! The configuration of every client: the environment's credentials and region, time limits and retries.
//!
//! Retries are the SDK's standard ones (exponential backoff with jitter). The time limits of a call leave room for a
//! second attempt before the response's deadline; a pooled connection that died while Lambda froze the process costs at
//! most one attempt. There are six attempts because of throttling, after which the gate spaces out the requests; if a
//! service fails for everybody, the SDK's retry budget ends the attempts early.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use sdk::NotSet;

/// A TCP and TLS handshake takes under a second to the farthest region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// In practice, AWS's slowest pages take a few seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// The limit of a call with its retries. It is far below the response's deadline, so that a failing region is reported
/// instead of delaying the response.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// The attempts of a call, including the first.
const ATTEMPTS: u32 = 6;
/// The longest pause before the second attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Returns the configuration from the environment.
pub(crate) async fn from_env() -> Result<SdkConfig, NotSet> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    Ok(sdk::config()?.timeout_config(timeouts).retry_config(retries()).load().await)
}

/// Returns how a failed call is retried.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}
