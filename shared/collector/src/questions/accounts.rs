//! Which accounts a caller may ask about, what they are called, and whether each lets the caller in.
//!
//! No account that the caller may not ask about is looked at: its role is not assumed, and it is not in the result. All
//! roles are checked side by side, and a check of the last hour is used again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures::future::join;
use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::accounts::Accounts;
use crate::accounts::reader_role::{WayIn, is_denial};
use crate::call::counting::metered;
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::reach::ListedAccount;
use crate::services::organizations::LIST_ACCOUNTS;

/// The operations that this calls in the home account. Roles are assumed with the permission that opens the accounts.
pub const OPERATIONS: &[&Operation] = &[&LIST_ACCOUNTS];

/// How many roles are checked at once. Each takes a connection, and Lambda allows about a thousand.
const CHECKED_AT_ONCE: usize = 128;

/// A caller's question.
#[derive(Debug, Clone)]
pub struct AccountsQuestion<'a> {
    /// The caller's name.
    pub principal: &'a str,
    /// The accounts that the caller may ask about; `None` for all of this deployment.
    pub allowed: Option<&'a [String]>,
    /// The home account.
    pub home: &'a str,
    /// When everything must be known; a check that takes longer has no result.
    pub deadline: Instant,
}

/// The result of a check, as a response reports it.
struct Checked {
    reachable: Option<bool>,
    at: Timestamp,
    gap: Option<Gap>,
}

impl Accounts {
    /// Returns the accounts that the caller may ask about: the home account first, then the others by id.
    pub async fn list(&self, question: &AccountsQuestion<'_>) -> (Vec<ListedAccount>, Coverage) {
        let deadline = question.deadline;
        let asked = async {
            let members = self.members.of(&self.home, deadline);
            let account = self.home.account(deadline);
            if let Some(ids) = self.known(question) {
                let (((names, gap), account), checks) = join(join(members, account), self.check(question, ids)).await;
                return (account, names, gap, checks);
            }
            // Only Organizations knows which accounts there are.
            let ((names, gap), account) = join(members, account).await;
            let is_other = |id: &&String| *id != question.home && self.roles.includes(id);
            let ids = names.keys().filter(is_other).cloned().collect();
            let checks = self.check(question, ids).await;
            (account, names, gap, checks)
        };
        let ((account, names, gap, checks), aws_requests) = metered(asked).await;
        // A role that STS refuses is what was asked; a check without a decision is missing.
        let undecided = checks.values().filter(|checked| checked.reachable.is_none()).filter_map(|c| c.gap.clone());
        let gaps = gap.into_iter().chain(undecided).collect();
        let name = |id: &str| names.get(id).cloned().flatten();
        let home = question.may(question.home).then(|| ListedAccount {
            id: question.home.to_owned(),
            name: name(question.home),
            home: true,
            reachable: Some(true),
            checked_at: None,
            gap: None,
        });
        let other = |(id, checked): (String, Checked)| ListedAccount {
            name: name(&id),
            id,
            home: false,
            reachable: checked.reachable,
            checked_at: Some(checked.at),
            gap: checked.gap,
        };
        let listed = home.into_iter().chain(checks.into_iter().map(other)).collect();
        (listed, Coverage::new(account, gaps, aws_requests))
    }

    /// Returns the other accounts that the caller may ask about; `None` if only Organizations knows them.
    fn known(&self, question: &AccountsQuestion<'_>) -> Option<BTreeSet<String>> {
        let ids = match (self.roles.listed(), question.allowed) {
            (Some(ids), _) => ids,
            (None, Some(allowed)) => allowed,
            (None, None) => return None,
        };
        let is_asked = |id: &&String| *id != question.home && question.may(id) && self.roles.includes(id);
        Some(ids.iter().filter(is_asked).cloned().collect())
    }

    /// Checks the way into each of these accounts.
    async fn check(&self, question: &AccountsQuestion<'_>, ids: BTreeSet<String>) -> BTreeMap<String, Checked> {
        let check = async |id: String| {
            let WayIn { checked_at, fault } = self.role(&id, question.principal).way_in(question.deadline).await;
            let reachable = match &fault {
                None => Some(true),
                Some(fault) => is_denial(fault).then_some(false),
            };
            let gap = fault.map(|fault| self.home.gap(fault, self.home.clients.home_region(), &[]));
            (id, Checked { reachable, at: checked_at, gap })
        };
        stream::iter(ids).map(check).buffer_unordered(CHECKED_AT_ONCE).collect().await
    }
}

impl AccountsQuestion<'_> {
    /// Returns whether the caller may ask about an account.
    fn may(&self, id: &str) -> bool {
        self.allowed.is_none_or(|allowed| allowed.iter().any(|other| other == id))
    }
}
