//! What one region of one account is asked with.

use std::time::Instant;

use crate::call::clients::{Clients, Gated, Service};
use crate::model::account::Account;

/// The clients of an account in one region, whose account it is, and until when there is time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inquiry<'a> {
    clients: &'a Clients,
    /// The region to ask.
    pub(crate) region: &'a str,
    /// The account, where STS said which it is: ARNs that AWS does not give are built from it.
    pub(crate) account: Option<&'a Account>,
    /// When every call ends.
    pub(crate) deadline: Instant,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(clients: &'a Clients, region: &'a str, account: Option<&'a Account>, deadline: Instant) -> Self {
        Self { clients, region, account, deadline }
    }

    /// A service's client in this region.
    pub(crate) fn client<S: Service>(&self) -> Gated<S> {
        self.clients.of(self.region)
    }
}
