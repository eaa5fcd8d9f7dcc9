//! Who may call: a token in, an IAM policy out.
//!
//! The gateway asks this function before any other, and keeps the answer for some minutes by the token. So the answer
//! says everything that the token may call, on every route and account, and not only what is being called.
//!
//! Two kinds of token are taken: opaque ones, which stand in a secret (`principals.rs`), and JWTs of the operator's own
//! issuer, if one is configured (`oidc.rs`). Anything wrong with a token is a Deny that does not say why; the reason goes
//! to the log, the token never. A fault of ours (a secret or keys that can't be read) is an error, which lets nobody in
//! and which the gateway does not keep.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should"))]

mod arn;
mod grant;
mod oidc;
mod policy;
mod principals;
mod secret;

use jiff::Timestamp;
use serde::Deserialize;

use crate::arn::MethodArn;
use crate::grant::Grant;
use crate::oidc::Oidc;
pub use crate::policy::Response;
use crate::secret::Secret;

/// What the gateway sends.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The whole `Authorization` header.
    #[serde(default)]
    authorization_token: String,
    /// What is being called.
    #[serde(default)]
    method_arn: String,
}

/// A fault of ours: nobody is let in, and the gateway answers 500.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(pub(crate) String);

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The token is at fault: a Deny.
    #[error("{0}")]
    Token(String),
    /// We are.
    #[error("{0}")]
    Ours(Failed),
}

impl Refused {
    pub(crate) fn token(reason: impl Into<String>) -> Self {
        Self::Token(reason.into())
    }
}

/// Checks tokens; made once a process and used by every invocation.
#[derive(Debug)]
pub struct Authorizer {
    secret: Secret,
    oidc: Option<Oidc>,
}

impl Authorizer {
    /// An authorizer with the settings of the environment: `TOKENS_SECRET`, the secret's ARN, and, for JWTs, those of
    /// `oidc.rs`. Makes no call.
    ///
    /// # Errors
    /// A setting is missing or wrong.
    pub async fn from_env() -> Result<Self, Failed> {
        let oidc = Oidc::from_env(|name| std::env::var(name).ok())?;
        let id = std::env::var("TOKENS_SECRET").map_err(|_| Failed("TOKENS_SECRET is not set".to_owned()))?;
        let config = sdk::config().map_err(|not_set| Failed(not_set.to_string()))?.load().await;
        Ok(Self { secret: Secret::new(&config, id), oidc })
    }

    /// The policy of a token.
    ///
    /// # Errors
    /// A fault of ours. Whatever is wrong with the token is a policy that denies everything.
    pub async fn answer(&self, request: &Request, now: Timestamp) -> Result<Response, Failed> {
        let Some(arn) = MethodArn::parse(&request.method_arn) else {
            return Err(Failed("the event has no API Gateway methodArn".to_owned()));
        };
        match self.grant(&request.authorization_token, now).await.and_then(|grant| {
            let allowed = policy::allow(&arn, &grant).map_err(Refused::Token)?;
            Ok((grant, allowed))
        }) {
            Ok((grant, allowed)) => {
                // The gateway holds the call against the policy; what that says stands beside what is called.
                let (scopes, accounts) = (grant.scopes(), grant.accounts.listed());
                tracing::info!(principal = grant.principal, called = arn.called, scopes, accounts, "known");
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

/// The token of a header `Bearer <token>`; the word's case does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_matches(' '))
}

#[cfg(test)]
mod tests;
