//! How every client is set up: the environment's credentials and region, time limits and retries.
//!
//! Retries are the SDK's standard ones (exponential with jitter). The time limits of a call leave room for a second
//! attempt inside the answer's deadline; a pooled connection that died while Lambda froze the process costs one attempt
//! at most. Six attempts are for throttling, where the gate spaces out what follows; the SDK's own retry budget ends them
//! early where a service fails for everybody.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use sdk::NotSet;

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

/// The settings of the environment.
pub(crate) async fn from_env() -> Result<SdkConfig, NotSet> {
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
