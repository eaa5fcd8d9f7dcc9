//! The accounts of the organisation, as Organizations lists them for the home account, kept for an hour.
//!
//! The list is the home account's own knowledge, so it is the same for every caller; who may see which of it is decided
//! where it is used. A list with a part missing is not kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use crate::accounts::collector::Collector;
use crate::call::fault::Fault;
use crate::model::coverage::{GLOBAL, Gap};
use crate::services::organizations::{self, LIST_ACCOUNTS};

/// How long the list is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The name of each account by its id; `None` for one without a name.
pub(crate) type Names = BTreeMap<String, Option<String>>;

/// The list of the organisation's accounts.
#[derive(Debug, Default)]
pub(crate) struct Members(Mutex<Option<(Timestamp, Arc<Names>)>>);

impl Members {
    /// Returns the accounts of the organisation to which the home account belongs, and why some or all are missing.
    pub(crate) async fn of(&self, home: &Collector, deadline: Instant) -> (Arc<Names>, Option<Gap>) {
        // The lock is held during the request, so concurrent calls wait for its result.
        let listed = async {
            let mut kept = self.0.lock().await;
            let now = Timestamp::now();
            let is_fresh =
                |listed_at: Timestamp| (SignedDuration::ZERO..KEPT_FOR).contains(&now.duration_since(listed_at));
            if let Some((_, names)) = kept.as_ref().filter(|(listed_at, _)| is_fresh(*listed_at)) {
                return (Arc::clone(names), None);
            }
            let inquiry = home.inquiry(home.clients.home_region(), None, deadline);
            let listing = organizations::list_accounts(&inquiry).await;
            let names: Arc<Names> =
                Arc::new(listing.found.into_iter().map(|member| (member.id, member.name)).collect());
            if listing.fault.is_none() {
                *kept = Some((now, Arc::clone(&names)));
            }
            (names, listing.fault)
        };
        let late = || (Arc::default(), Some(Fault::past_deadline(&LIST_ACCOUNTS)));
        let (names, fault) = timeout_at(deadline.into(), listed).await.unwrap_or_else(|_elapsed| late());
        (names, fault.map(|fault| home.gap(fault, GLOBAL, &[])))
    }
}
