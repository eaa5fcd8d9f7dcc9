//! The authorizer as the gateway calls it, with a simulated Secrets Manager on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_types::retry::RetryConfig;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tiny_http::{Header, Response as Reply, Server};

use super::*;
use crate::principals::Principals;

const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/resources";
const TOKEN: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const OLD: &str = "old-0123456789abcdefghijklmnopqrstuvwxyzABC";

/// Secrets Manager with one secret: its current and previous version, or an error for both.
struct SecretsManager {
    versions: Arc<Mutex<[Option<String>; 2]>>,
    fails: Arc<Mutex<bool>>,
    asked: Arc<AtomicUsize>,
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl SecretsManager {
    fn start(current: Option<&Value>, previous: Option<&Value>) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let versions = Arc::new(Mutex::new([current.map(Value::to_string), previous.map(Value::to_string)]));
        let (fails, asked) = (Arc::new(Mutex::new(false)), Arc::new(AtomicUsize::new(0)));
        let (listener, served, failing, count) =
            (Arc::clone(&server), Arc::clone(&versions), Arc::clone(&fails), Arc::clone(&asked));
        let thread = std::thread::spawn(move || {
            for mut request in listener.incoming_requests() {
                count.fetch_add(1, Ordering::SeqCst);
                let question: Value = serde_json::from_reader(request.as_reader()).unwrap();
                let which = usize::from(question["VersionStage"] == "AWSPREVIOUS");
                let text = served.lock().unwrap()[which].clone();
                let (status, body) = match text {
                    _ if *failing.lock().unwrap() => (400, json!({"__type": "AccessDeniedException", "message": "no"})),
                    Some(text) => (200, json!({"SecretString": text})),
                    None => (400, json!({"__type": "ResourceNotFoundException", "message": "no such version"})),
                };
                let kind = Header::from_bytes("Content-Type", "application/x-amz-json-1.1").unwrap();
                let reply = Reply::from_string(body.to_string()).with_status_code(status).with_header(kind);
                let _ = request.respond(reply);
            }
        });
        Self { versions, fails, asked, server, thread: Some(thread) }
    }

    fn authorizer(&self) -> Authorizer {
        asking(&self.server.server_addr().to_string())
    }
}

/// Returns an authorizer whose Secrets Manager is at `address`.
fn asking(address: &str) -> Authorizer {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        // An idle connection would occupy one of the server's few threads.
        .http_client(aws_smithy_http_client::Builder::new().pool_max_idle_per_host(0).build_http())
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
        .retry_config(RetryConfig::disabled())
        .build();
    Authorizer { secret: Secret::new(&config, "tokens".to_owned()), oidc: None }
}

impl Drop for SecretsManager {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn now() -> Timestamp {
    "2026-11-20T10:37:12Z".parse().unwrap()
}

async fn effect(authorizer: &Authorizer, header: &str, now: Timestamp) -> Result<String, Failed> {
    let request = Request { authorization_token: header.to_owned(), method_arn: ARN.to_owned() };
    let json = serde_json::to_value(authorizer.answer(&request, now).await?).unwrap();
    Ok(json["policyDocument"]["Statement"][0]["Effect"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_known_token_is_allowed_and_anything_else_is_denied() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let authorizer = secrets.authorizer();
    for header in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN} ")] {
        assert_eq!(effect(&authorizer, &header, now()).await.unwrap(), "Allow", "{header}");
    }
    for header in [
        String::new(),
        TOKEN.to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {TOKEN}"),
        format!("Bearer {TOKEN}x"),
        format!("Bearer {TOKEN} x"),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
        format!("Bearer {}", "ü".repeat(40)),
    ] {
        assert_eq!(effect(&authorizer, &header, now()).await.unwrap(), "Deny", "{header}");
    }
}

#[tokio::test]
async fn the_secret_is_read_once_and_cached_for_two_minutes() {
    let secrets = SecretsManager::start(Some(&json!({"token": OLD})), None);
    let authorizer = secrets.authorizer();
    let after = |seconds| now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    let (old, new) = (format!("Bearer {OLD}"), format!("Bearer {TOKEN}"));
    for _ in 0..5 {
        assert_eq!(effect(&authorizer, &old, now()).await.unwrap(), "Allow");
    }
    // One request per version.
    assert_eq!(secrets.asked.load(Ordering::SeqCst), 2);
    // After a rotation both tokens are valid; after another one the first no longer is.
    *secrets.versions.lock().unwrap() =
        [json!({"token": TOKEN}).to_string(), json!({"token": OLD}).to_string()].map(Some);
    assert_eq!(effect(&authorizer, &new, after(119)).await.unwrap(), "Deny");
    assert_eq!(effect(&authorizer, &new, after(120)).await.unwrap(), "Allow");
    assert_eq!(effect(&authorizer, &old, after(120)).await.unwrap(), "Allow");
    *secrets.versions.lock().unwrap() =
        [json!({"token": TOKEN}).to_string(), json!({"token": TOKEN}).to_string()].map(Some);
    assert_eq!(effect(&authorizer, &old, after(240)).await.unwrap(), "Deny");
    assert_eq!(effect(&authorizer, &new, after(240)).await.unwrap(), "Allow");
}

#[tokio::test]
async fn jwts_go_to_the_issuer_and_other_tokens_to_the_secret() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let oidc = Oidc::from_env(|name| match name {
        "OIDC_ISSUER" => Some(format!("http://{nobody}")),
        "OIDC_AUDIENCE" => Some("stratoscope".to_owned()),
        _ => None,
    });
    let authorizer = Authorizer { oidc: oidc.unwrap(), ..secrets.authorizer() };
    assert_eq!(effect(&authorizer, &format!("Bearer {TOKEN}"), now()).await.unwrap(), "Allow");
    let header = BASE64_URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "kid": "k"}).to_string());
    let failed = effect(&authorizer, &format!("Bearer {header}.e30.c2ln"), now()).await.unwrap_err();
    assert_eq!(failed.to_string(), "the issuer's keys are unavailable");
}

#[tokio::test]
async fn debug_output_shows_only_the_secrets_id() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let authorizer = secrets.authorizer();
    assert_eq!(effect(&authorizer, &format!("Bearer {TOKEN}"), now()).await.unwrap(), "Allow");
    assert_eq!(format!("{:?}", authorizer.secret), "Secret { id: \"tokens\", .. }");
}

#[tokio::test]
async fn a_missing_connection_is_reported() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failed = effect(&asking(&nobody.to_string()), &format!("Bearer {TOKEN}"), now()).await.unwrap_err().to_string();
    assert!(failed.starts_with("the secret can't be read: Connection refused"), "{failed}");
}

#[tokio::test]
async fn a_secret_that_cant_be_read_lets_nobody_in() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let authorizer = secrets.authorizer();
    let header = format!("Bearer {TOKEN}");
    assert_eq!(effect(&authorizer, &header, now()).await.unwrap(), "Allow");
    *secrets.fails.lock().unwrap() = true;
    let later = now().checked_add(SignedDuration::from_mins(2)).unwrap();
    let failed = effect(&authorizer, &header, later).await.unwrap_err().to_string();
    assert!(failed.starts_with("the secret can't be read") && !failed.contains(TOKEN), "{failed}");
    *secrets.fails.lock().unwrap() = false;
    assert_eq!(effect(&authorizer, &header, later).await.unwrap(), "Allow");
    let empty = SecretsManager::start(None, None);
    assert!(effect(&empty.authorizer(), &header, now()).await.is_err());
}

#[tokio::test]
async fn an_event_that_is_not_the_gateways_is_an_error() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let request = Request { authorization_token: format!("Bearer {TOKEN}"), method_arn: "arn:aws:s3:::b".to_owned() };
    assert!(secrets.authorizer().answer(&request, now()).await.is_err());
    let request: Request = serde_json::from_str("{}").unwrap();
    assert!(secrets.authorizer().answer(&request, now()).await.is_err());
}

#[test]
fn whatever_a_header_says_is_denied_and_never_an_error() {
    let secrets = SecretsManager::start(Some(&json!({"token": TOKEN})), None);
    let authorizer = secrets.authorizer();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest::proptest!(|(header in hostile::like(&hostile::tokens()))| {
        let denied = runtime.block_on(effect(&authorizer, &header, now())).unwrap();
        proptest::prop_assert_eq!(denied, "Deny");
    });
}

proptest::proptest! {
    #[test]
    fn any_method_arn_is_parsed_or_rejected(arn in hostile::like(&[ARN.to_owned()])) {
        if let Some(parsed) = MethodArn::parse(&arn) {
            proptest::prop_assert!(arn.starts_with(&parsed.stage) && !parsed.stage.contains(['*', '?']));
        }
    }

    #[test]
    fn any_secret_is_read_or_an_error_without_its_content(text in hostile::like(&hostile::parameters())) {
        let principals = json!({"token": text, "principals": [{"name": text, "token": TOKEN, "scopes": [text], "accounts": [text]}]});
        for document in [text.clone(), principals.to_string()] {
            if let Err(reason) = Principals::parse(&document, Some(&text)) {
                proptest::prop_assert!(reason.starts_with("the secret is malformed in line "), "{}", reason);
            }
        }
    }
}
