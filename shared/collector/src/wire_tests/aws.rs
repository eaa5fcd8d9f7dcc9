//! An AWS endpoint for tests: a real HTTP server that speaks the services' wire formats, with one function per test.
//!
//! It does what the emulator can't: pages of AWS's sizes, throttling, denials by an organisation, and responses that
//! are late, broken or endless. Like AWS, it reads the service and the region from the signature.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use ciborium::Value;
use tiny_http::{Header, Request, Response, Server};

use super::LONG;
use crate::Collector;

/// A request that the endpoint received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    /// The signing name: `ec2`, `rds`, `s3`, `lambda`, `elasticfilesystem`, `tagging`, `monitoring`, `ce`, `sts`, ….
    pub(super) service: String,
    format: Format,
    pub(super) region: String,
    pub(super) operation: String,
    /// The body and the URL, which contain tokens and page sizes.
    pub(super) parameters: String,
    /// The body, for binary formats.
    pub(super) body: Vec<u8>,
    /// The access key id of the credentials.
    pub(super) key: String,
}

/// The format that a service uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Xml,
    Json,
    Cbor,
}

/// How a service responds to a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// Responds with this body.
    Ok(String),
    /// Responds with this value as CBOR, CloudWatch's format.
    Cbor(Value),
    /// Responds with an AWS error of this status, code and message, in the service's own format.
    Error(u16, &'static str, &'static str),
    /// Responds as for an empty account, once this operation has been requested.
    EmptyAfter(&'static str),
    /// Never responds.
    Hang,
}

/// A running endpoint; it stops when dropped.
pub(super) struct Aws {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    requests: Arc<Mutex<Vec<Received>>>,
}

impl Aws {
    /// Starts an endpoint that responds with `reply`, or with an empty account if that returns `None`.
    pub(super) fn start(mut reply: impl FnMut(&Received) -> Option<Reply> + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (listener, seen) = (Arc::clone(&server), Arc::clone(&requests));
        let thread = std::thread::spawn(move || {
            let (mut hanging, mut waiting) = (Vec::new(), Vec::<(&str, Request, Received)>::new());
            for mut request in listener.incoming_requests() {
                let received = read(&mut request);
                seen.lock().unwrap().push(received.clone());
                for (_, request, received) in waiting.extract_if(.., |(until, ..)| *until == received.operation) {
                    respond(request, &received, empty(&received));
                }
                let was_requested = |operation| seen.lock().unwrap().iter().any(|seen| seen.operation == operation);
                match reply(&received).unwrap_or_else(|| empty(&received)) {
                    Reply::EmptyAfter(operation) if !was_requested(operation) => {
                        waiting.push((operation, request, received));
                    }
                    Reply::EmptyAfter(_) => respond(request, &received, empty(&received)),
                    Reply::Hang => hanging.push(request),
                    reply => respond(request, &received, reply),
                }
            }
        });
        Self { server, thread: Some(thread), requests }
    }

    /// Returns a collector that calls only this endpoint, and waits for it however busy the machine is.
    pub(super) fn collector(&self) -> Collector {
        self.collector_with(LONG)
    }

    /// Returns a collector whose calls take at most `patience`.
    pub(super) fn collector_with(&self, patience: Duration) -> Collector {
        collector(&self.server.server_addr().to_string(), patience)
    }

    /// Returns the configuration of clients of this endpoint.
    pub(super) fn config(&self) -> SdkConfig {
        config(&self.server.server_addr().to_string(), LONG)
    }

    /// Returns all requests that were received, in order.
    pub(super) fn all_received(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the requests of `operation` that were received, in order.
    pub(super) fn received(&self, operation: &str) -> Vec<Received> {
        self.requests.lock().unwrap().iter().filter(|request| request.operation == operation).cloned().collect()
    }
}

/// Returns a collector whose home region is `us-east-1`, with AWS at `address`.
pub(super) fn collector(address: &str, patience: Duration) -> Collector {
    Collector::home(config(address, patience))
}

/// Returns a collector with the same configuration and another home region.
pub(super) fn at_home_in(region: &'static str, config: &SdkConfig) -> Collector {
    Collector::home(config.to_builder().region(Region::new(region)).build())
}

fn config(address: &str, patience: Duration) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_timeout(patience).build();
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        // The server has few threads, each of which serves a connection until it closes; idle ones would block others.
        .http_client(aws_smithy_http_client::Builder::new().pool_max_idle_per_host(0).build_http())
        .sleep_impl(aws_smithy_async::rt::sleep::default_async_sleep().unwrap())
        .timeout_config(timeouts)
        .retry_config(retries)
        .build()
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn read(request: &mut Request) -> Received {
    let header = |name: &'static str| {
        let found = request.headers().iter().find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str().to_owned()).unwrap_or_default()
    };
    let (authorization, target) = (header("Authorization"), header("X-Amz-Target"));
    let url = request.url().to_owned();
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body).unwrap();
    let parameters = String::from_utf8_lossy(&body).into_owned() + &url;
    let scope: Vec<_> = authorization.split('/').collect();
    let action = parameters.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned);
    let last = |text: &str, separator| text.rsplit(separator).next().unwrap().to_owned();
    let (format, operation) = match scope[3] {
        "eks" if url.starts_with("/clusters/") => (Format::Json, "DescribeCluster".to_owned()),
        "eks" => (Format::Json, "ListClusters".to_owned()),
        "elasticfilesystem" => (Format::Json, "DescribeFileSystems".to_owned()),
        "es" if url.ends_with("/domain-info") => (Format::Json, "DescribeDomains".to_owned()),
        "es" => (Format::Json, "ListDomainNames".to_owned()),
        "lambda" => (Format::Json, "ListFunctions".to_owned()),
        "resource-explorer-2" => (Format::Json, last(&url, '/')),
        "s3" => (Format::Xml, "ListBuckets".to_owned()),
        "monitoring" => (Format::Cbor, last(&url, '/')),
        _ if !target.is_empty() => (Format::Json, last(&target, '.')),
        _ => (Format::Xml, action.unwrap()),
    };
    let key = last(scope[0], '=');
    Received { service: scope[3].to_owned(), format, region: scope[2].to_owned(), operation, parameters, body, key }
}

fn answer(request: Request, received: &Received, status: u16, code: Option<&str>, body: Vec<u8>) {
    let kind = match received.format {
        Format::Json => "application/json",
        Format::Cbor => "application/cbor",
        Format::Xml => "text/xml",
    };
    let mut response = Response::from_data(body)
        .with_status_code(status)
        .with_header(Header::from_bytes("Content-Type", kind).unwrap());
    if received.format == Format::Cbor {
        response.add_header(Header::from_bytes("smithy-protocol", "rpc-v2-cbor").unwrap());
    }
    if let Some(code) = code.filter(|_| received.format == Format::Json) {
        response.add_header(Header::from_bytes("X-Amzn-ErrorType", code).unwrap());
    }
    // In some tests, the client gives up before the response.
    let _ = request.respond(response);
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn error_body(received: &Received, code: &str, message: &str) -> Vec<u8> {
    let text = match received.service.as_str() {
        _ if received.format == Format::Cbor => {
            return encoded(&map([("__type", code.into()), ("message", message.into())]));
        }
        _ if received.format == Format::Json => format!(r#"{{"message": "{message}"}}"#),
        "ec2" => {
            format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
            )
        }
        "s3" => format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
        _ => format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"),
    };
    text.into_bytes()
}

/// Returns a CBOR map.
pub(super) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// Responds at once, if this is a reply to do so.
fn respond(request: Request, received: &Received, reply: Reply) {
    match reply {
        Reply::Ok(body) => answer(request, received, 200, None, body.into_bytes()),
        Reply::Cbor(value) => answer(request, received, 200, None, encoded(&value)),
        Reply::Error(status, code, message) => {
            answer(request, received, status, Some(code), error_body(received, code, message));
        }
        Reply::EmptyAfter(_) | Reply::Hang => {}
    }
}

/// Returns the response of an account without resources, whose regions are `eu-west-1` and `us-east-1`; `me-south-1` is
/// not enabled.
fn empty(received: &Received) -> Reply {
    if received.format == Format::Cbor {
        return Reply::Cbor(map([("MetricDataResults", Value::Array(vec![]))]));
    }
    Reply::Ok(match received.operation.as_str() {
        "GetCallerIdentity" => wrapped(
            received,
            "<Account>123456789012</Account><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><UserId>u</UserId>",
        ),
        "DescribeRegions" => {
            let region = |name: &str, status: &str| {
                format!("<item><regionName>{name}</regionName><optInStatus>{status}</optInStatus></item>")
            };
            let regions = [
                region("us-east-1", "opt-in-not-required"),
                region("me-south-1", "not-opted-in"),
                region("eu-west-1", "opted-in"),
            ];
            wrapped(received, &format!("<regionInfo>{}</regionInfo>", regions.concat()))
        }
        "GetResources" => r#"{"ResourceTagMappingList": [], "PaginationToken": ""}"#.to_owned(),
        "ListBuckets" => "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>".to_owned(),
        _ if received.format == Format::Json => "{}".to_owned(),
        _ => wrapped(received, ""),
    })
}

/// Wraps `content` in the operation's response element, in EC2's or the query services' format.
pub(super) fn wrapped(received: &Received, content: &str) -> String {
    let operation = &received.operation;
    match received.service.as_str() {
        "ec2" => format!("<{operation}Response>{content}</{operation}Response>"),
        _ => format!("<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"),
    }
}
