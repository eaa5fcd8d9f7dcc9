//! JWTs of the operator's own issuer.
//!
//! A token must be signed with a key of the issuer and an asymmetric algorithm, be for the configured audience, and be
//! valid now; jsonwebtoken checks that. Its scopes and accounts come from claims whose names are settings. Unknown
//! scopes (`openid`) are ignored, and a token without accounts may access none.
//!
//! The issuer chooses its subjects, and could choose the name of a principal in the secret. The principal's name is
//! therefore `jwt=` plus the subject, which can't be the name of a principal in the secret: logs, sessions and anything
//! cached for a caller never mix the two.

mod keys;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use self::keys::Keys;
use crate::grant::{AllowedAccounts, Grant, Scope};
use crate::refused::{Failed, Refused};

/// The accepted algorithms: none with a shared secret, and not `none`.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// By how much the clocks of the issuer and the function may differ, in seconds.
const LEEWAY: i64 = 30;

/// The prefix of principals from JWTs; names in the secret can't contain `=`.
const PREFIX: &str = "jwt=";

/// The longest subject that OpenID Connect allows.
const LONGEST_SUBJECT: usize = 255;

/// An issuer, and what its tokens must contain.
#[derive(Debug)]
pub(crate) struct Oidc {
    issuer: String,
    audience: String,
    scope_claim: String,
    accounts_claim: String,
    keys: Keys,
}

impl Oidc {
    /// Reads the settings `OIDC_ISSUER`, `OIDC_AUDIENCE`, `OIDC_SCOPE_CLAIM` (default `scope`) and
    /// `OIDC_ACCOUNTS_CLAIM` (default `accounts`); `None` without an issuer.
    pub(crate) fn from_env(setting: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Failed> {
        let setting = |name| setting(name).filter(|value| !value.is_empty());
        let Some(issuer) = setting("OIDC_ISSUER") else { return Ok(None) };
        let loopback = ["http://127.0.0.1:", "http://localhost:"];
        if !issuer.starts_with("https://") && !loopback.iter().any(|start| issuer.starts_with(start)) {
            return Err(Failed("OIDC_ISSUER must be an https URL".to_owned()));
        }
        let audience = setting("OIDC_AUDIENCE");
        let audience = audience.ok_or_else(|| Failed("OIDC_AUDIENCE is required with OIDC_ISSUER".to_owned()))?;
        Ok(Some(Self {
            keys: Keys::new(&issuer),
            issuer,
            audience,
            scope_claim: setting("OIDC_SCOPE_CLAIM").unwrap_or_else(|| "scope".to_owned()),
            accounts_claim: setting("OIDC_ACCOUNTS_CLAIM").unwrap_or_else(|| "accounts".to_owned()),
        }))
    }

    /// Returns what `token` allows at `now`.
    pub(crate) async fn grant(&self, token: &str, now: Timestamp) -> Result<Grant, Refused> {
        let header = decode_header(token).map_err(|error| Refused::token(format!("invalid JWT header: {error}")))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refused::token(format!("the algorithm {:?} is not accepted", header.alg)));
        }
        let kid = header.kid.ok_or_else(|| Refused::token("the header of the JWT has no key id (kid)"))?;
        let key = self.keys.find(&kid, header.alg, now).await?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY.unsigned_abs();
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = decode::<Map<String, Value>>(token, &key, &validation)
            .map_err(|error| Refused::token(format!("the JWT is not valid: {error}")))?
            .claims;
        self.grant_of(&claims)
    }

    /// Returns what verified claims allow.
    fn grant_of(&self, claims: &Map<String, Value>) -> Result<Grant, Refused> {
        let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| is_plain(subject));
        let subject = subject.ok_or_else(|| Refused::token("the JWT has no subject, or one that is not printable"))?;
        let known = words(claims.get(&self.scope_claim)).filter_map(Scope::of);
        let scopes: BTreeSet<_> = known.flatten().copied().collect();
        let accounts = AllowedAccounts::of(words(claims.get(&self.accounts_claim)))
            .map_err(|account| Refused::token(format!("the JWT has an invalid account: {account}")))?;
        let expires = claims.get("exp").and_then(Value::as_f64).and_then(end);
        let expires = expires.ok_or_else(|| Refused::token("the JWT has no valid expiry"))?;
        Ok(Grant { principal: format!("{PREFIX}{subject}"), scopes, accounts, expires: Some(expires) })
    }
}

/// Returns when a token with the expiry `exp`, in seconds since 1970, is no longer accepted.
fn end(exp: f64) -> Option<Timestamp> {
    let since_epoch = SignedDuration::try_from_secs_f64(exp).ok()?.checked_add(SignedDuration::from_secs(LEEWAY))?;
    Timestamp::from_duration(since_epoch).ok()
}

/// Returns whether a subject is printable and short, since the gateway logs it without escaping.
fn is_plain(subject: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    (1..=LONGEST_SUBJECT).contains(&subject.len()) && subject.bytes().all(is_plain)
}

/// Returns whether a token has the three parts of a JWT.
pub(crate) fn looks_like_a_jwt(token: &str) -> bool {
    token.starts_with("eyJ") && token.split('.').count() == 3
}

/// Returns the words of a claim: a list, or a string separated by spaces or commas.
fn words(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    let (text, list) = match claim {
        Some(Value::String(text)) => (text.as_str(), &[][..]),
        Some(Value::Array(list)) => ("", list.as_slice()),
        _ => ("", &[][..]),
    };
    let of_text = text.split([' ', ',']).filter(|word| !word.is_empty());
    of_text.chain(list.iter().filter_map(Value::as_str))
}

#[cfg(test)]
mod tests;
