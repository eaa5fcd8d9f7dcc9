//! The secret with the opaque tokens, read from Secrets Manager and cached for two minutes.
//!
//! The gateway also caches responses by token, so a change of the secret takes effect after both times. If the secret
//! can't be read, its earlier content is not used any longer: nobody is let in with a token that may have been revoked.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::principals::Principals;
use crate::refused::Failed;

/// How long the content of the secret is cached.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(2);

/// The gateway waits at most 29 s, and the caller with it: there is time for one attempt of this length and one retry.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

/// The current version, and the previous one.
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// The secret, and its content when it was last read.
pub(crate) struct Secret {
    client: Client,
    id: String,
    kept: Mutex<Option<(Timestamp, Arc<Principals>)>>,
}

impl Secret {
    pub(crate) fn new(config: &SdkConfig, id: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(ATTEMPT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = Builder::from(config).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), id, kept: Mutex::new(None) }
    }

    /// Returns the principals, which are at most two minutes old.
    pub(crate) async fn principals(&self, now: Timestamp) -> Result<Arc<Principals>, Failed> {
        // Held while reading, so concurrent callers wait for the same read.
        let mut kept = self.kept.lock().await;
        if let Some((read_at, principals)) = kept.as_ref()
            && now.duration_since(*read_at) < KEPT_FOR
        {
            return Ok(Arc::clone(principals));
        }
        let (current, previous) = tokio::join!(self.version(CURRENT), self.version(PREVIOUS));
        let current = current?.ok_or_else(|| Failed("the secret has no current version".to_owned()))?;
        let principals = Arc::new(Principals::parse(&current, previous?.as_deref()).map_err(Failed)?);
        *kept = Some((now, Arc::clone(&principals)));
        Ok(principals)
    }

    /// Returns the content of a version; `None` if there is no such version.
    async fn version(&self, stage: &str) -> Result<Option<String>, Failed> {
        match self.client.get_secret_value().secret_id(&self.id).version_stage(stage).send().await {
            Ok(answer) => Ok(answer.secret_string),
            Err(error)
                if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(Failed(format!("the secret can't be read: {}", reason(&error)))),
        }
    }
}

/// Returns AWS's code and message, or why there is no response. Never more, since the SDK's other details of an error
/// include the body of the response.
fn reason(error: &SdkError<GetSecretValueError>) -> String {
    if matches!(error, SdkError::DispatchFailure(_)) {
        return sdk::root_cause(error);
    }
    let (code, message) = (error.code(), error.message().unwrap_or_default());
    code.map_or_else(|| error.to_string(), |code| format!("{code}: {message}"))
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}
