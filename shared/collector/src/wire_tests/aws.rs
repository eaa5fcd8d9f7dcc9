//! An AWS endpoint for tests: a real HTTP server that answers the wire formats of the services, one function a test.
//!
//! It stands beside the emulator for what that can't do: pages at AWS's sizes, throttling, denials by an organisation,
//! answers that are late, broken or endless. Service and region are read from the signature, as AWS reads them.

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

/// A request as the services see it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The signing name: `ec2`, `rds`, `s3`, `lambda`, `tagging`, `monitoring`, `ce`, `sts`.
    pub(super) service: String,
    format: Format,
    pub(super) region: String,
    pub(super) operation: String,
    /// Query string and body: where tokens and page sizes are.
    pub(super) parameters: String,
    /// The body, for formats that are no text.
    pub(super) body: Vec<u8>,
    /// The access key id of the credentials.
    pub(super) key: String,
}

/// The format that a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Xml,
    Json,
    Cbor,
}

/// What a service does with a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// Answers with this body.
    Ok(String),
    /// Answers with this value as CBOR, CloudWatch's format.
    Cbor(Value),
    /// Answers with AWS's error of this status, code and message, in the service's own format.
    Error(u16, &'static str, &'static str),
    /// Never answers.
    Hang,
}

/// A running endpoint; it ends when dropped.
pub(super) struct Aws {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Aws {
    /// Starts an endpoint that answers by `reply`, and with an empty account where that gives `None`.
    pub(super) fn start(mut reply: impl FnMut(&Asked) -> Option<Reply> + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (listener, seen) = (Arc::clone(&server), Arc::clone(&asked));
        let thread = std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for mut request in listener.incoming_requests() {
                let ask = read(&mut request);
                seen.lock().unwrap().push(ask.clone());
                match reply(&ask).unwrap_or_else(|| empty(&ask)) {
                    Reply::Ok(body) => answer(request, &ask, 200, None, body.into_bytes()),
                    Reply::Cbor(value) => answer(request, &ask, 200, None, encoded(&value)),
                    Reply::Error(status, code, message) => {
                        answer(request, &ask, status, Some(code), error_body(&ask, code, message));
                    }
                    Reply::Hang => hanging.push(request),
                }
            }
        });
        Self { server, thread: Some(thread), asked }
    }

    /// A collector that talks to this endpoint only, and waits for it however busy the machine is.
    pub(super) fn collector(&self) -> Collector {
        self.collector_with(LONG)
    }

    /// A collector that gives an answer no more than `patience`.
    pub(super) fn collector_with(&self, patience: Duration) -> Collector {
        collector(&self.server.server_addr().to_string(), patience)
    }

    /// The settings with which clients talk to this endpoint.
    pub(super) fn config(&self) -> SdkConfig {
        config(&self.server.server_addr().to_string(), LONG)
    }

    /// Everything that was asked, in order.
    pub(super) fn all_asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked of `operation`, in order.
    pub(super) fn asked(&self, operation: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.operation == operation).cloned().collect()
    }
}

/// A collector whose home is `us-east-1`, with AWS at `address`.
pub(super) fn collector(address: &str, patience: Duration) -> Collector {
    Collector::home(config(address, patience))
}

/// The same configuration with another home.
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
        // The server has few threads and one belongs to a connection until it closes: an idle one would keep others out.
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

fn read(request: &mut Request) -> Asked {
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
        "lambda" => (Format::Json, "ListFunctions".to_owned()),
        "s3" => (Format::Xml, "ListBuckets".to_owned()),
        "monitoring" => (Format::Cbor, last(&url, '/')),
        _ if !target.is_empty() => (Format::Json, last(&target, '.')),
        _ => (Format::Xml, action.unwrap()),
    };
    let key = last(scope[0], '=');
    Asked { service: scope[3].to_owned(), format, region: scope[2].to_owned(), operation, parameters, body, key }
}

fn answer(request: Request, ask: &Asked, status: u16, code: Option<&str>, body: Vec<u8>) {
    let kind = match ask.format {
        Format::Json => "application/json",
        Format::Cbor => "application/cbor",
        Format::Xml => "text/xml",
    };
    let mut response = Response::from_data(body)
        .with_status_code(status)
        .with_header(Header::from_bytes("Content-Type", kind).unwrap());
    if ask.format == Format::Cbor {
        response.add_header(Header::from_bytes("smithy-protocol", "rpc-v2-cbor").unwrap());
    }
    if let Some(code) = code.filter(|_| ask.format == Format::Json) {
        response.add_header(Header::from_bytes("X-Amzn-ErrorType", code).unwrap());
    }
    // A client that gave up waiting is what some tests are about.
    let _ = request.respond(response);
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn error_body(ask: &Asked, code: &str, message: &str) -> Vec<u8> {
    let text = match ask.service.as_str() {
        _ if ask.format == Format::Cbor => {
            return encoded(&map([("__type", code.into()), ("message", message.into())]));
        }
        _ if ask.format == Format::Json => format!(r#"{{"message": "{message}"}}"#),
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

/// A CBOR map.
pub(super) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// What an account without resources answers; its regions are `eu-west-1` and `us-east-1`, and `me-south-1` is off.
fn empty(ask: &Asked) -> Reply {
    if ask.format == Format::Cbor {
        return Reply::Cbor(map([("MetricDataResults", Value::Array(vec![]))]));
    }
    Reply::Ok(match ask.operation.as_str() {
        "GetCallerIdentity" => wrapped(
            ask,
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
            wrapped(ask, &format!("<regionInfo>{}</regionInfo>", regions.concat()))
        }
        "GetResources" => r#"{"ResourceTagMappingList": [], "PaginationToken": ""}"#.to_owned(),
        "ListBuckets" => "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>".to_owned(),
        _ if ask.format == Format::Json => "{}".to_owned(),
        _ => wrapped(ask, ""),
    })
}

/// `content` in the element that the operation's answer has in EC2's or the query services' format.
pub(super) fn wrapped(ask: &Asked, content: &str) -> String {
    let operation = &ask.operation;
    match ask.service.as_str() {
        "ec2" => format!("<{operation}Response>{content}</{operation}Response>"),
        _ => format!("<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"),
    }
}
