//! The keys of an issuer, fetched when a token names an unknown one, but at most once a minute.
//!
//! Without that limit, anyone could trigger requests to the issuer with made-up key ids. The keys are fetched again
//! after an hour, so that a key that the issuer has withdrawn is dropped. If the issuer does not respond, the keys stay
//! valid for a day at most.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::refused::{Failed, Refused};

/// The minimum time between two fetches.
const FETCH_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// After this time, keys are fetched again.
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(1);
/// After this time, keys are no longer used.
const VALID_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The timeout for each of an issuer's two documents, which are a few kilobytes from a cache.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The largest document that is read, in bytes.
const LARGEST_DOCUMENT: usize = 200_000;

/// An issuer's keys.
#[derive(Debug)]
pub(super) struct Keys {
    issuer: String,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    keys: Vec<Jwk>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

/// The part of an issuer's configuration that locates its keys.
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl Keys {
    pub(super) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), kept: Mutex::default() }
    }

    /// Returns the key with this id, for this algorithm.
    pub(super) async fn find(&self, kid: &str, algorithm: Algorithm, now: Timestamp) -> Result<DecodingKey, Refused> {
        let mut kept = self.kept.lock().await;
        let age = kept.fetched.map(|fetched| now.duration_since(fetched));
        let is_known = kept.keys.iter().any(|key| has_id(key, kid));
        let may_fetch = kept.tried.is_none_or(|tried| now.duration_since(tried) >= FETCH_EVERY);
        if may_fetch && (!is_known || age.is_none_or(|age| age >= FRESH_FOR)) {
            kept.tried = Some(now);
            match self.fetch().await {
                Ok(keys) => (kept.keys, kept.fetched) = (keys, Some(now)),
                Err(reason) => tracing::error!(reason, "the issuer's keys can't be fetched"),
            }
        }
        match kept.fetched {
            Some(fetched) if now.duration_since(fetched) < VALID_FOR => {}
            _ => return Err(Refused::Ours(Failed("the issuer's keys are unavailable".to_owned()))),
        }
        let key = kept.keys.iter().find(|key| has_id(key, kid));
        let key = key.ok_or_else(|| Refused::token("the JWT names a key that the issuer does not have"))?;
        if !is_for(key, algorithm) {
            return Err(Refused::token("the JWT's key is not for signatures with its algorithm"));
        }
        DecodingKey::from_jwk(key).map_err(|error| Refused::token(format!("the JWT's key can't be used: {error}")))
    }

    async fn fetch(&self) -> Result<Vec<Jwk>, String> {
        // Built for each fetch, about once an hour: a cold start without a JWT reads no root certificates for it.
        let http = Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.build().map_err(|error| format!("can't build an HTTP client: {error}"))?;
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let configuration: Configuration = document(&http, &address).await?;
        if configuration.issuer != self.issuer {
            return Err("the configuration is for another issuer".to_owned());
        }
        let (keys, issuer) = (Url::parse(&configuration.jwks_uri), Url::parse(&self.issuer));
        if keys.map_err(|error| error.to_string())?.scheme() != issuer.map_err(|error| error.to_string())?.scheme() {
            return Err("jwks_uri does not have the issuer's URL scheme".to_owned());
        }
        Ok(document::<JwkSet>(&http, &configuration.jwks_uri).await?.keys)
    }
}

/// Fetches a document of an issuer.
async fn document<T: DeserializeOwned>(http: &Client, address: &str) -> Result<T, String> {
    let failed = |error: reqwest::Error| format!("{address}: {error}");
    let mut response = http.get(address).send().await.map_err(failed)?.error_for_status().map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_DOCUMENT {
            return Err(format!("{address}: more than {LARGEST_DOCUMENT} bytes"));
        }
    }
    serde_json::from_slice(&body).map_err(|error| format!("{address}: {error}"))
}

fn has_id(key: &Jwk, kid: &str) -> bool {
    key.common.key_id.as_deref() == Some(kid)
}

/// Returns whether a key may verify signatures with `algorithm`, as far as the key states its purpose.
fn is_for(key: &Jwk, algorithm: Algorithm) -> bool {
    let to_sign = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm.map(|named| named.to_string());
    to_sign && named.is_none_or(|named| named == format!("{algorithm:?}"))
}
