//! What all clients of the AWS SDK have in common.
//!
//! Settings come from the environment and nowhere else, since that is where Lambda puts them. The SDK would look into
//! profiles and ask the metadata of a machine too; a function has neither, and starts sooner without. What Lambda always
//! sets is therefore checked at the start, where its lack can be told by name.
//!
//! The root certificates are read once a process, when something is first asked of AWS, for all clients. Left to
//! itself, the SDK checks each of its clients by building another connector with all root certificates, which costs a cold
//! start about a tenth of a millisecond a client and two before the first.

use std::error::Error;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};

/// What a function can't do without, and Lambda gives it.
const NEEDED: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// A variable that is not in the environment, or empty.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not set")]
pub struct NotSet(&'static str);

/// The settings of the environment, to which the caller adds its own.
///
/// # Errors
/// There is no region or there are no credentials in it.
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

/// A client over TLS by AWS-LC; its clones share all connections.
fn https() -> SharedHttpClient {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    // A plain function has nothing to check, so that only the connectors that are used are built.
    http_client_fn(move |settings, components| https.http_connector(settings, components))
}

/// The innermost reason of an error, where the outer ones only say that there is one.
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
    fn what_is_not_set_or_empty_is_named() {
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
