//! What the operator stored for this deployment: the parameters of the home account under one path, kept for a minute.
//!
//! They are read with the function's own credentials, also for calls about other accounts. A list with a part missing
//! is not used, since nobody could tell which of the operator's decisions count, and it is read again the next time.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use crate::accounts::collector::Collector;
use crate::call::fault::Fault;
use crate::model::coverage::Gap;
use crate::model::parameter::StoredParameter;
use crate::services::ssm::{self, GET_PARAMETERS_BY_PATH};

/// How long the parameters are kept, which is as long as the stage cache keeps a response.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(1);

/// The parameters, with the time at which they were read.
type Kept = Option<(Timestamp, Arc<Vec<StoredParameter>>)>;

/// The parameters under a path.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// `None` outside of a stack.
    path: Option<String>,
    kept: Mutex<Kept>,
}

impl Stored {
    /// Creates what is stored for a stack; nothing, if it has no name.
    pub(crate) fn of(stack: &str) -> Self {
        Self { path: (!stack.is_empty()).then(|| format!("/{stack}/exceptions")), kept: Mutex::default() }
    }

    /// Returns the parameters; none of them, and why, if any is missing.
    pub(crate) async fn read(&self, home: &Collector, deadline: Instant) -> (Arc<Vec<StoredParameter>>, Option<Gap>) {
        let Some(path) = &self.path else { return (Arc::default(), None) };
        let region = home.clients.home_region();
        // The lock is held during the request, so concurrent calls wait for its result.
        let read = async {
            let mut kept = self.kept.lock().await;
            let now = Timestamp::now();
            if let Some((_, parameters)) = kept.as_ref().filter(|(read_at, _)| is_fresh(*read_at, now)) {
                return Ok(Arc::clone(parameters));
            }
            let listing = ssm::parameters_under(&home.inquiry(region, None, deadline), path).await;
            if let Some(fault) = listing.fault {
                return Err(fault);
            }
            let parameters = Arc::new(listing.found);
            *kept = Some((now, Arc::clone(&parameters)));
            Ok(parameters)
        };
        let late = |_elapsed| Err(Fault::past_deadline(&GET_PARAMETERS_BY_PATH));
        match timeout_at(deadline.into(), read).await.unwrap_or_else(late) {
            Ok(parameters) => (parameters, None),
            Err(fault) => (Arc::default(), Some(home.gap(fault, region, &[]))),
        }
    }
}

fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..KEPT_FOR).contains(&now.duration_since(read_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_kept_for_a_minute() {
        let read_at: Timestamp = "2026-11-20T10:37:12Z".parse().unwrap();
        for (now, fresh) in [
            ("2026-11-20T10:37:12Z", true),
            ("2026-11-20T10:38:11Z", true),
            ("2026-11-20T10:38:12Z", false),
            // A clock that was set back.
            ("2026-11-20T10:37:11Z", false),
        ] {
            assert_eq!(is_fresh(read_at, now.parse().unwrap()), fresh, "{now}");
        }
    }
}
