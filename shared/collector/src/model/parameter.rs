//! A parameter that an operator stored.

/// A parameter of Parameter Store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredParameter {
    /// The whole name, with its path.
    pub name: String,
    /// The value; encrypted, if it is a SecureString.
    pub value: String,
    /// Whether the value is encrypted.
    pub is_encrypted: bool,
}
