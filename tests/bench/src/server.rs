//! Serves the simulated AWS on loopback, in plain text or with TLS.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::task::JoinHandle;

use crate::aws::Aws;

/// Where Debian and Amazon Linux keep their trusted certificates.
const SYSTEM_CERTIFICATES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

type Serving = JoinHandle<std::io::Result<()>>;

/// Starts serving and returns the URL. With a file for certificates, it serves TLS with a self-signed certificate,
/// which it writes to the file after the system's certificates, since a client of AWS has to read all of those, too.
pub(crate) fn start(
    aws: Arc<Aws>,
    port: u16,
    tls: Option<&str>,
) -> Result<(String, Serving), Box<dyn std::error::Error>> {
    let service = Router::new().fallback(answer).with_state(aws).into_make_service();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    // Without NoDelay, the end of a large response would wait for the client to acknowledge what was sent before.
    let server = axum_server::from_tcp(listener)?.acceptor(NoDelayAcceptor::new());
    let Some(file) = tls else {
        return Ok((format!("http://127.0.0.1:{port}"), tokio::spawn(server.serve(service))));
    };
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let mut certificates =
        SYSTEM_CERTIFICATES.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    certificates.push_str(&own.cert.pem());
    std::fs::write(file, certificates)?;
    let mut config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(
        vec![own.cert.der().clone()],
        rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der())?,
    )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = move |inner| RustlsAcceptor::new(RustlsConfig::from_config(Arc::new(config))).acceptor(inner);
    Ok((format!("https://localhost:{port}"), tokio::spawn(server.map(acceptor).serve(service))))
}

/// Responds like AWS; `GET /_asked` returns the requests so far and resets them.
async fn answer(State(aws): State<Arc<Aws>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if uri.path() == "/_asked" {
        return serde_json::json!(aws.take_asked()).to_string().into_response();
    }
    let (status, kind, body) = aws.answer(&uri, &headers, body).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if kind == "application/cbor" {
        response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}
