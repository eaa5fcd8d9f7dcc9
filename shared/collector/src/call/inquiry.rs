//! What a request to one region of one account needs.

use std::time::Instant;

use crate::call::clients::{Clients, Gated, Service};
use crate::model::account::Account;

/// The clients of an account in one region, the account, and the deadline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inquiry<'a> {
    clients: &'a Clients,
    /// The region of the requests.
    pub(crate) region: &'a str,
    /// The account, if STS returned it; ARNs that AWS does not return are built from it.
    pub(crate) account: Option<&'a Account>,
    /// When every call ends.
    pub(crate) deadline: Instant,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(clients: &'a Clients, region: &'a str, account: Option<&'a Account>, deadline: Instant) -> Self {
        Self { clients, region, account, deadline }
    }

    /// Returns a service's client in this region.
    pub(crate) fn client<S: Service>(&self) -> Gated<S> {
        self.clients.of(self.region)
    }
}
