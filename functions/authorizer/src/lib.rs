//! Decides who may call: takes a token and returns an IAM policy.
//!
//! The gateway calls this function before any other, and caches the response by token, by default for a minute. So the
//! policy covers everything that the token may call, on every route and account, not only the current call.
//!
//! Two kinds of token are accepted: opaque ones, which are stored in a secret (`principals.rs`), and JWTs of the
//! operator's own issuer, if one is configured (`oidc.rs`). Anything wrong with a token results in a Deny without a
//! reason; the reason is logged, the token never. An internal error (a secret or keys that can't be read) fails the
//! request: nobody is let in, and the gateway does not cache it.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod arn;
mod grant;
mod oidc;
mod policy;
mod principals;
mod refused;
mod secret;

use jiff::Timestamp;
use serde::Deserialize;

use crate::arn::MethodArn;
use crate::grant::Grant;
use crate::oidc::Oidc;
pub use crate::policy::Response;
pub use crate::refused::Failed;
use crate::refused::Refused;
use crate::secret::Secret;

/// The gateway's request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The whole `Authorization` header.
    #[serde(default)]
    authorization_token: String,
    /// The ARN of the called method.
    #[serde(default)]
    method_arn: String,
}

/// Checks tokens; created once per process and used by every invocation.
#[derive(Debug)]
pub struct Authorizer {
    secret: Secret,
    oidc: Option<Oidc>,
}

impl Authorizer {
    /// Creates an authorizer with the settings from the environment: `TOKENS_SECRET`, the secret's ARN, and, for JWTs,
    /// those in `oidc.rs`. Makes no calls.
    ///
    /// # Errors
    /// If a setting is missing or invalid.
    pub async fn from_env() -> Result<Self, Failed> {
        let oidc = Oidc::from_env(|name| std::env::var(name).ok())?;
        let id = std::env::var("TOKENS_SECRET").map_err(|_| Failed("TOKENS_SECRET is not set".to_owned()))?;
        let config = sdk::config().map_err(|not_set| Failed(not_set.to_string()))?.load().await;
        Ok(Self { secret: Secret::new(&config, id), oidc })
    }

    /// Returns the policy for a token.
    ///
    /// # Errors
    /// Only for an internal error. Anything wrong with the token results in a policy that denies everything.
    pub async fn answer(&self, request: &Request, now: Timestamp) -> Result<Response, Failed> {
        let Some(arn) = MethodArn::parse(&request.method_arn) else {
            return Err(Failed("the event has no API Gateway methodArn".to_owned()));
        };
        match self.grant(&request.authorization_token, now).await.and_then(|grant| {
            let allowed = policy::allow(&arn, &grant).map_err(Refused::Token)?;
            Ok((grant, allowed))
        }) {
            Ok((grant, allowed)) => {
                // The gateway checks the call against the policy, so the log has both the call and what is allowed.
                let (scopes, accounts) = (grant.scopes(), grant.accounts.listed());
                // JSON leaves U+0085 and U+2028 as they are, and some programs take them for the end of a line.
                let called = arn.called.escape_debug();
                tracing::info!(principal = grant.principal, %called, scopes, accounts, "known");
                Ok(allowed)
            }
            Err(Refused::Token(reason)) => {
                tracing::info!(reason, "denied");
                Ok(policy::deny(&arn))
            }
            Err(Refused::Ours(failed)) => {
                tracing::error!(error = %failed, "failed");
                Err(failed)
            }
        }
    }

    async fn grant(&self, header: &str, now: Timestamp) -> Result<Grant, Refused> {
        let token = bearer(header).ok_or_else(|| Refused::token("the header is not `Bearer <token>`"))?;
        match &self.oidc {
            Some(oidc) if oidc::looks_like_a_jwt(token) => oidc.grant(token, now).await,
            _ => self.secret.principals(now).await.map_err(Refused::Ours)?.grant(token, now),
        }
    }
}

/// Returns the token in a header `Bearer <token>`; the case of `Bearer` does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_matches(' '))
}

#[cfg(test)]
mod tests;
