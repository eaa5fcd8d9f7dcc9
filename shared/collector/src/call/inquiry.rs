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
    /// The regions that are wanted, for a list of all of them.
    pub(crate) regions: &'a [String],
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(clients: &'a Clients, region: &'a str, account: Option<&'a Account>, deadline: Instant) -> Self {
        Self { clients, region, account, deadline, regions: &[] }
    }

    /// Returns the same inquiry, about all these regions.
    pub(crate) fn about(self, regions: &'a [String]) -> Self {
        Self { regions, ..self }
    }

    /// Returns a service's client in this region.
    pub(crate) fn client<S: Service>(&self) -> Gated<S> {
        self.client_in(self.region)
    }

    /// Returns a service's client in another region.
    pub(crate) fn client_in<S: Service>(&self, region: &str) -> Gated<S> {
        self.clients.of(region)
    }
}
