//! What AWS itself recommends, from Cost Optimization Hub.
//!
//! It is asked beside a survey and never holds one up: once the survey is done, the Hub has a few seconds more. Its
//! answers are refreshed daily and kept for an hour, so further pages of a response don't ask again. An account that is
//! not enrolled is an answer and not a failure. Nothing is ever enrolled.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::select;
use tokio::time::sleep;

use crate::accounts::collector::Collector;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::model::coverage::Gap;
use crate::model::operation::Operation;
use crate::model::recommendation::{Enrolled, Preferences, Recommendations};
use crate::questions::survey::Done;
use crate::services::cost_optimization_hub::{
    self as hub, GET_PREFERENCES, LIST_ENROLLMENT_STATUSES, LIST_RECOMMENDATIONS,
};

/// The operations that this calls, in the account that is asked about.
pub const OPERATIONS: &[&Operation] = &[&GET_PREFERENCES, &LIST_ENROLLMENT_STATUSES, &LIST_RECOMMENDATIONS];

/// How long the Hub is waited for when the survey beside it is done.
const WAITED: Duration = Duration::from_secs(3);

/// Why another partition has no recommendations.
const OTHER_PARTITION: &str = "Cost Optimization Hub is not asked in this partition";
/// Why nothing can be asked for.
const NO_ACCOUNT: &str = "STS did not return the account, without which a payer's list would have its members' too";

impl Collector {
    /// Returns what AWS recommends for this account, and what of that is missing, until `deadline` or for a few seconds
    /// after the survey is `done`.
    ///
    /// Its requests are counted where it runs, beside a [survey](Self::survey_and).
    pub async fn recommendations(&self, done: Done, deadline: Instant) -> (Recommendations, Vec<Gap>) {
        let unsupported = |why| (Recommendations { unsupported: Some(why), ..Recommendations::default() }, Vec::new());
        if self.clients.partition() != hub::PARTITION {
            return unsupported(OTHER_PARTITION);
        }
        // Without the account, the survey has the gap.
        let Ok(account) = self.account(deadline).await else { return unsupported(NO_ACCOUNT) };
        let inquiry = self.inquiry(hub::REGION, None, deadline);
        let gap = |fault| self.gap(fault, hub::REGION, &[]);
        let mut late = pin!(async {
            done.wait().await;
            sleep(WAITED).await;
        });
        let enrolled = select! {
            biased;
            enrolled = self.enrolled(&inquiry, &account.id) => enrolled,
            () = &mut late => Err(Fault::past_deadline(&LIST_RECOMMENDATIONS)),
        };
        let mut found = match enrolled {
            Ok(enrolled) => Recommendations { enrolled: Some(enrolled), ..Recommendations::default() },
            Err(fault) => return (Recommendations::default(), vec![gap(fault)]),
        };
        // Without figures, there is nothing that preferences could be about.
        if found.all().is_empty() {
            return (found, Vec::new());
        }
        let preferences = select! {
            biased;
            preferences = self.common.preferences.get(&(), hub::preferences(&inquiry)) => preferences,
            () = &mut late => Err(Fault::past_deadline(&GET_PREFERENCES)),
        };
        match preferences {
            Ok(preferences) => {
                found.preferences = Preferences::clone(&preferences);
                (found, Vec::new())
            }
            Err(fault) => (found, vec![gap(fault)]),
        }
    }

    async fn enrolled(&self, inquiry: &Inquiry<'_>, account: &str) -> Result<Arc<Enrolled>, Fault> {
        let ask = async {
            if hub::is_enrolled(inquiry, account).await? {
                hub::recommendations(inquiry, account).await
            } else {
                Ok(Enrolled::No)
            }
        };
        self.common.recommendations.get(&(), ask).await
    }
}
