//! What all clients of the AWS SDK have in common.
//!
//! Credentials and region come from the environment and nowhere else, since that is where Lambda puts them. The SDK would
//! look into profiles and ask the metadata of a machine too; a function has neither, and starts sooner without.
//!
//! The root certificates are read once a process, when something is first asked of AWS, for all clients. Left to
//! itself, the SDK checks each of its clients by building another connector with all root certificates, which costs a cold
//! start about a tenth of a millisecond a client and two before the first.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};

/// The settings of the environment, to which the caller adds its own.
#[must_use]
pub fn config() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .region(EnvironmentVariableRegionProvider::new())
        .http_client(https())
}

/// A client over TLS by AWS-LC; its clones share all connections.
fn https() -> SharedHttpClient {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    // A plain function has nothing to check, so that only the connectors that are used are built.
    http_client_fn(move |settings, components| https.http_connector(settings, components))
}
