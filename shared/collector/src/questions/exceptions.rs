//! The exceptions that the operator stored for this deployment, as they are stored.

use std::sync::Arc;
use std::time::Instant;

use crate::accounts::Accounts;
use crate::model::coverage::Gap;
use crate::model::operation::Operation;
use crate::model::parameter::StoredParameter;
use crate::services::ssm::GET_PARAMETERS_BY_PATH;

/// The operations that this calls, in the home account.
pub const OPERATIONS: &[&Operation] = &[&GET_PARAMETERS_BY_PATH];

impl Accounts {
    /// Returns the parameters under `/<stack>/exceptions`; none of them, and the gap, if any could not be read. Outside of a
    /// stack there are none.
    ///
    /// Its requests are counted where it runs, such as beside a [survey](crate::Collector::survey_and).
    pub async fn stored_exceptions(&self, deadline: Instant) -> (Arc<Vec<StoredParameter>>, Option<Gap>) {
        self.stored.read(&self.home, deadline).await
    }
}
