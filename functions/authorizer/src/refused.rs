//! Why there is no policy for a token: the token is at fault, or we are.

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
