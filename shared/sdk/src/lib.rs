//! The settings that all AWS SDK clients share.
//!
//! Settings come only from the environment, where Lambda puts them. By default, the SDK would also read profiles and
//! call the instance metadata service; a function has neither, and starts faster without trying. The variables that
//! Lambda always sets are therefore checked at the start, and a missing one is reported by name.
//!
//! The root certificates are read once per process for all clients, at the first request to AWS. By default, the SDK
//! validates each client by building another connector with all root certificates, which costs a cold start about a
//! tenth of a millisecond per client, plus two milliseconds before the first.

use std::error::Error;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};

/// The variables that a function needs, which Lambda sets.
const NEEDED: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// A variable that is missing from the environment, or empty.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not set")]
pub struct NotSet(&'static str);

/// Returns the settings from the environment, to which the caller adds its own.
///
/// # Errors
/// If the environment lacks the region or the credentials.
pub fn config() -> Result<ConfigLoader, NotSet> {
    all_set(|name| std::env::var(name).ok())?;
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .region(EnvironmentVariableRegionProvider::new())
        .profile_files(EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build())
        .http_client(https());
    Ok(loader)
}

fn all_set(variable: impl Fn(&str) -> Option<String>) -> Result<(), NotSet> {
    let lacking = NEEDED.into_iter().find(|name| variable(name).is_none_or(|value| value.is_empty()));
    lacking.map_or(Ok(()), |name| Err(NotSet(name)))
}

/// Returns an HTTP client with TLS by AWS-LC; its clones share all connections.
fn https() -> SharedHttpClient {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    // A plain function has nothing to validate, so only the connectors that are used are built.
    http_client_fn(move |settings, components| https.http_connector(settings, components))
}

/// Returns the innermost cause of an error, since the outer ones contain no details.
#[must_use]
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        let with = |lacking: &str, value: Option<&str>| {
            all_set(|name| if name == lacking { value.map(str::to_owned) } else { Some("x".to_owned()) })
        };
        for name in NEEDED {
            assert_eq!(with(name, None).unwrap_err().to_string(), format!("{name} is not set"));
            assert_eq!(with(name, Some("")).unwrap_err().to_string(), format!("{name} is not set"));
            assert!(with(name, Some("x")).is_ok());
        }
    }
}
