//! Why there is no policy for a token: it is not valid, or it can't be checked.

/// An internal error: nobody is let in, and the gateway responds with a 500.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(pub(crate) String);

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The token is not valid: a Deny.
    #[error("{0}")]
    Token(String),
    /// The token can't be checked: an internal error.
    #[error("{0}")]
    Ours(Failed),
}

impl Refused {
    pub(crate) fn token(reason: impl Into<String>) -> Self {
        Self::Token(reason.into())
    }
}
