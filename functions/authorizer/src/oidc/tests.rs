//! Tokens of a test issuer, whose keys are served on loopback: which are accepted, and attacks, which are not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, encode};
use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

use super::words as words_of;
use super::*;

/// An issuer that serves its configuration and keys; it stops when dropped.
struct Issuer {
    address: String,
    /// Its configuration, which locates its keys.
    configuration: Arc<Mutex<Value>>,
    keys: Arc<Mutex<Vec<Value>>>,
    /// How often the keys were fetched.
    fetched: Arc<AtomicUsize>,
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl Issuer {
    fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let address = format!("http://{}", server.server_addr());
        let (keys, fetched) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let configuration = json!({"issuer": address, "jwks_uri": format!("{address}/keys")});
        let configuration = Arc::new(Mutex::new(configuration));
        let (listener, served, count, configured) =
            (Arc::clone(&server), Arc::clone(&keys), Arc::clone(&fetched), Arc::clone(&configuration));
        let thread = std::thread::spawn(move || {
            for request in listener.incoming_requests() {
                let keys = || json!({"keys": *served.lock().unwrap()}).to_string();
                let of_length = |bytes: usize| keys() + &" ".repeat(bytes - keys().len());
                let reply = match request.url() {
                    "/keys" => {
                        count.fetch_add(1, Ordering::SeqCst);
                        Response::from_string(keys())
                    }
                    "/moved" => Response::from_string("")
                        .with_status_code(302)
                        .with_header(Header::from_bytes("Location", "/keys").unwrap()),
                    "/largest" => Response::from_string(of_length(200_000)),
                    "/larger" => Response::from_string(of_length(200_001)),
                    _ => Response::from_string(configured.lock().unwrap().to_string()),
                };
                let _ = request.respond(reply);
            }
        });
        Self { address, configuration, keys, fetched, server, thread: Some(thread) }
    }

    /// Returns the authorizer's settings for this issuer.
    fn oidc(&self) -> Oidc {
        let setting = |name: &str| match name {
            "OIDC_ISSUER" => Some(self.address.clone()),
            "OIDC_AUDIENCE" => Some("stratoscope".to_owned()),
            _ => None,
        };
        Oidc::from_env(setting).unwrap().unwrap()
    }

    /// Publishes a key under an id.
    fn publish(&self, kid: &str, key: &EncodingKey, algorithm: Algorithm) {
        self.publish_jwk(kid, serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap());
    }

    fn publish_jwk(&self, kid: &str, mut jwk: Value) {
        jwk["kid"] = kid.into();
        self.keys.lock().unwrap().push(jwk);
    }

    /// Returns valid claims, modified by `change`.
    fn claims(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut claims = json!({
            "iss": self.address, "aud": "stratoscope", "sub": "ops@example.com", "exp": at(600), "nbf": at(-10), "iat": at(-10),
            "scope": "openid costs:read metrics:read", "accounts": ["123456789012"],
        });
        change(&mut claims);
        claims
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Returns the time in so many seconds.
fn at(seconds: i64) -> i64 {
    Timestamp::now().as_second() + seconds
}

fn rsa() -> EncodingKey {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
    EncodingKey::from_rsa_der(&pkcs1(der.as_ref()))
}

/// Returns the RSA key inside a PKCS #8 document, whose header has 26 bytes for keys of 2,048 bits.
fn pkcs1(pkcs8: &[u8]) -> Vec<u8> {
    pkcs8[26..].to_vec()
}

fn ec() -> EncodingKey {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(document.as_ref())
}

fn ed() -> (EncodingKey, Value) {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    (EncodingKey::from_ed_der(document.as_ref()), json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": public}))
}

fn signed(key: &EncodingKey, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let header = jsonwebtoken::Header { kid: kid.map(str::to_owned), ..jsonwebtoken::Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}

async fn refused(oidc: &Oidc, token: &str) -> String {
    match oidc.grant(token, Timestamp::now()).await {
        Err(Refused::Token(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_of_each_algorithm_is_accepted_with_its_scopes_and_accounts() {
    let issuer = Issuer::start();
    let (ed, ed_public) = ed();
    let keys = [("r", rsa(), Algorithm::RS256), ("e", ec(), Algorithm::ES256), ("d", ed, Algorithm::EdDSA)];
    for (kid, key, algorithm) in &keys[..2] {
        issuer.publish(kid, key, *algorithm);
    }
    issuer.publish_jwk("d", ed_public);
    let oidc = issuer.oidc();
    let exp = at(600);
    for (kid, key, algorithm) in &keys {
        let token = signed(key, *algorithm, Some(kid), &issuer.claims(|claims| claims["exp"] = exp.into()));
        assert!(looks_like_a_jwt(&token));
        let grant = oidc.grant(&token, Timestamp::now()).await.unwrap();
        assert_eq!(grant.principal, "jwt=ops@example.com");
        // Accepted for half a minute longer, since the issuer's clock may differ by that much.
        assert_eq!(grant.expires.map(Timestamp::as_second), Some(exp + 30));
        assert_eq!(grant.scopes, [Scope::Metrics, Scope::Costs].into());
        assert_eq!(grant.accounts.listed(), "123456789012");
    }
    assert_eq!(issuer.fetched(), 1);
}

#[tokio::test]
async fn every_attack_is_rejected() {
    let issuer = Issuer::start();
    let (key, other) = (ec(), ec());
    issuer.publish("e", &key, Algorithm::ES256);
    let oidc = issuer.oidc();
    let es256 = |claims: Value| signed(&key, Algorithm::ES256, Some("e"), &claims);
    let wrong = |change: fn(&mut Value)| es256(issuer.claims(change));

    for (token, reason) in [
        (wrong(|claims| claims["iss"] = "https://attacker.example".into()), "InvalidIssuer"),
        (wrong(|claims| claims["aud"] = "another".into()), "InvalidAudience"),
        (wrong(|claims| claims["exp"] = at(-31).into()), "ExpiredSignature"),
        // Well beyond the half minute that is allowed, since time passes on a slow machine before the token is checked.
        (wrong(|claims| claims["nbf"] = at(90).into()), "ImmatureSignature"),
        (wrong(|claims| drop(claims.as_object_mut().unwrap().remove("exp"))), "exp"),
        (wrong(|claims| drop(claims.as_object_mut().unwrap().remove("aud"))), "aud"),
        (wrong(|claims| drop(claims.as_object_mut().unwrap().remove("iss"))), "iss"),
        (wrong(|claims| drop(claims.as_object_mut().unwrap().remove("sub"))), "sub"),
        (wrong(|claims| claims["accounts"] = json!(["everybody"])), "everybody"),
        (wrong(|claims| claims["sub"] = "".into()), "no subject"),
        (wrong(|claims| claims["sub"] = "a\",\"status\":\"200".into()), "no subject"),
        (wrong(|claims| claims["sub"] = "a\nb".into()), "no subject"),
        (wrong(|claims| claims["sub"] = "a".repeat(256).into()), "no subject"),
        (signed(&other, Algorithm::ES256, Some("e"), &issuer.claims(|_| {})), "InvalidSignature"),
        (signed(&key, Algorithm::ES256, Some("x"), &issuer.claims(|_| {})), "a key that the issuer does not have"),
        (signed(&key, Algorithm::ES256, None, &issuer.claims(|_| {})), "has no key id (kid)"),
        ("eyJ.e30.".to_owned(), "invalid JWT header"),
    ] {
        let said = refused(&oidc, &token).await;
        assert!(said.contains(reason), "{said} instead of {reason}");
    }
}

#[tokio::test]
async fn a_missing_signature_and_one_with_the_public_key_as_secret_are_rejected() {
    let issuer = Issuer::start();
    let key = rsa();
    issuer.publish("r", &key, Algorithm::RS256);
    let oidc = issuer.oidc();
    let claims = issuer.claims(|_| {});
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    for none in ["none", "None", "NONE"] {
        let header = json!({"alg": none, "typ": "JWT", "kid": "r"});
        let said = refused(&oidc, &format!("{}.{}.", part(&header), part(&claims))).await;
        assert!(said.starts_with("invalid JWT header"), "{said}");
    }
    let public = issuer.keys.lock().unwrap()[0]["n"].as_str().unwrap().to_owned();
    let secret = EncodingKey::from_secret(&BASE64_URL_SAFE_NO_PAD.decode(public).unwrap());
    let said = refused(&oidc, &signed(&secret, Algorithm::HS256, Some("r"), &claims)).await;
    assert_eq!(said, "the algorithm HS256 is not accepted");
    // A key that is published for one algorithm is not accepted for another.
    issuer.keys.lock().unwrap()[0]["alg"] = "RS512".into();
    let said = refused(&issuer.oidc(), &signed(&key, Algorithm::RS256, Some("r"), &claims)).await;
    assert!(said.contains("not for signatures"), "{said}");
}

#[tokio::test]
async fn a_flood_of_unknown_keys_fetches_only_once_a_minute() {
    let issuer = Issuer::start();
    let (key, new) = (ec(), ec());
    issuer.publish("e", &key, Algorithm::ES256);
    let oidc = issuer.oidc();
    let now = Timestamp::now();
    let after = |seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    let token = |kid: &str, key: &EncodingKey| signed(key, Algorithm::ES256, Some(kid), &issuer.claims(|_| {}));
    for n in 0..50 {
        assert!(oidc.grant(&token(&format!("x{n}"), &key), after(0)).await.is_err());
    }
    assert_eq!(issuer.fetched(), 1);
    // A key that the issuer adds is found by the first token that names it, a minute after the last fetch.
    issuer.publish("new", &new, Algorithm::ES256);
    assert!(oidc.grant(&token("new", &new), after(59)).await.is_err());
    assert!(oidc.grant(&token("new", &new), after(60)).await.is_ok());
    assert!(oidc.grant(&token("e", &key), after(60)).await.is_ok());
    assert_eq!(issuer.fetched(), 2);
}

#[tokio::test]
async fn keys_are_fetched_again_after_an_hour_and_stay_valid_for_a_day_without_the_issuer() {
    let issuer = Issuer::start();
    let (withdrawn, key) = (ec(), ec());
    issuer.publish("w", &withdrawn, Algorithm::ES256);
    let oidc = issuer.oidc();
    let now = Timestamp::now();
    let after = |seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    let old = signed(&withdrawn, Algorithm::ES256, Some("w"), &issuer.claims(|_| {}));
    let new = signed(&key, Algorithm::ES256, Some("e"), &issuer.claims(|_| {}));
    assert!(oidc.grant(&old, after(0)).await.is_ok());
    issuer.keys.lock().unwrap().clear();
    issuer.publish("e", &key, Algorithm::ES256);
    assert!(oidc.grant(&old, after(3_599)).await.is_ok());
    assert!(matches!(oidc.grant(&old, after(3_600)).await, Err(Refused::Token(_))));
    drop(issuer);
    assert!(oidc.grant(&new, after(3_600 + 86_399)).await.is_ok());
    assert!(matches!(oidc.grant(&new, after(3_600 + 86_400)).await, Err(Refused::Ours(_))));
}

#[tokio::test]
async fn an_issuer_that_does_not_respond_is_an_internal_error() {
    let issuer = Issuer::start();
    let key = ec();
    let token = signed(&key, Algorithm::ES256, Some("e"), &issuer.claims(|_| {}));
    let oidc = issuer.oidc();
    drop(issuer);
    assert!(matches!(oidc.grant(&token, Timestamp::now()).await, Err(Refused::Ours(_))));
}

#[test]
fn an_issuer_needs_https_and_an_audience() {
    let from = |issuer: &str, audience: &str| {
        let (issuer, audience) = (issuer.to_owned(), audience.to_owned());
        Oidc::from_env(move |name| match name {
            "OIDC_ISSUER" => Some(issuer.clone()),
            "OIDC_AUDIENCE" => Some(audience.clone()),
            _ => None,
        })
    };
    assert!(from("", "").unwrap().is_none());
    assert!(from("https://issuer.example", "a").unwrap().is_some());
    assert_eq!(
        from("https://issuer.example", "").unwrap_err().to_string(),
        "OIDC_AUDIENCE is required with OIDC_ISSUER"
    );
    assert!(from("http://issuer.example", "a").unwrap_err().to_string().contains("must be an https URL"));
}

#[test]
fn a_jwt_is_recognised_by_its_three_parts_and_its_start() {
    assert!(looks_like_a_jwt("eyJhbGciOiJFUzI1NiJ9.e30.c2ln"));
    for other in ["", "eyJhbGciOiJFUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9.e30", "eyJ.e30.c2ln.x", "a.b.c"] {
        assert!(!looks_like_a_jwt(other), "{other}");
    }
}

#[test]
fn scopes_and_accounts_come_as_a_list_or_as_words() {
    let words = |claim: Value| words_of(Some(&claim)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(json!("a b,c")), ["a", "b", "c"]);
    assert_eq!(words(json!(["a", "b c", 1])), ["a", "b c"]);
    assert_eq!(words(json!({"a": 1})), [""; 0]);
    assert_eq!(words_of(None).count(), 0);
}

#[tokio::test]
async fn keys_come_only_from_where_the_issuers_own_configuration_says() {
    let issuer = Issuer::start();
    let key = rsa();
    issuer.publish("k", &key, Algorithm::RS256);
    let token = signed(&key, Algorithm::RS256, Some("k"), &issuer.claims(|_| ()));
    let taken = async |change: fn(&mut Value, &str)| {
        let usual = issuer.configuration.lock().unwrap().clone();
        change(&mut issuer.configuration.lock().unwrap(), &issuer.address);
        let taken = issuer.oidc().grant(&token, Timestamp::now()).await;
        *issuer.configuration.lock().unwrap() = usual;
        match taken {
            Ok(_) => true,
            Err(Refused::Ours(_)) => false,
            Err(Refused::Token(reason)) => panic!("{reason}"),
        }
    };
    assert!(taken(|_, _| ()).await);
    assert!(!taken(|configuration, _| configuration["issuer"] = "https://another.example".into()).await);
    assert!(!taken(|configuration, address| configuration["jwks_uri"] = format!("{address}/moved").into()).await);
    assert!(taken(|configuration, address| configuration["jwks_uri"] = format!("{address}/largest").into()).await);
    assert!(!taken(|configuration, address| configuration["jwks_uri"] = format!("{address}/larger").into()).await);
    // An https issuer must not have its keys behind http; here it is the other way round.
    let elsewhere = |configuration: &mut Value, address: &str| {
        configuration["jwks_uri"] = address.replace("http:", "https:").into();
    };
    assert!(!taken(elsewhere).await);
}

#[tokio::test]
async fn an_encryption_key_verifies_nothing() {
    let issuer = Issuer::start();
    let key = rsa();
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
    jwk["use"] = "enc".into();
    issuer.publish_jwk("k", jwk);
    let token = signed(&key, Algorithm::RS256, Some("k"), &issuer.claims(|_| ()));
    assert!(refused(&issuer.oidc(), &token).await.contains("not for signatures"));
}
