//! The HTTP client of every AWS SDK client.
//!
//! The root certificates are read once a process, when something is first asked of AWS, for all clients. Left to
//! itself, the SDK checks each of its clients by building another connector with all root certificates, which costs a cold
//! start about a tenth of a millisecond a client and two before the first.

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient as _, SharedHttpClient, http_client_fn};

/// A client over TLS by AWS-LC; its clones share all connections.
#[must_use]
pub fn client() -> SharedHttpClient {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    // A plain function has nothing to check, so that only the connectors that are used are built.
    http_client_fn(move |settings, components| https.http_connector(settings, components))
}
