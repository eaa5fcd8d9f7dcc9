//! Organizations: the accounts of the organisation, and their names.
//!
//! AWS answers only the management account and delegated administrators. Any other account is denied, whatever its role
//! permits, and an account without an organisation has no list, which is not a failure.

use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::services::values::given;

/// Organizations, which has one endpoint for all regions of a partition.
pub(crate) struct Organizations;

impl Service for Organizations {
    const NAME: &'static str = "organizations";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_organizations);
}

/// Lists the accounts of the organisation.
pub(crate) const LIST_ACCOUNTS: Operation = Operation {
    service: Organizations::NAME,
    name: "ListAccounts",
    action: Some("organizations:ListAccounts"),
    price: Price::Free,
};

/// The most accounts that Organizations returns per page.
const ACCOUNTS_A_PAGE: i32 = 20;

/// The code for an account that belongs to no organisation.
const NO_ORGANIZATION: &str = "AWSOrganizationsNotInUseException";

/// An account of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// 12 digits.
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

/// Lists the accounts of the organisation, including those that are suspended; none if there is no organisation.
pub(crate) async fn list_accounts(inquiry: &Inquiry<'_>) -> Listing<Member> {
    let organizations = inquiry.client::<Organizations>();
    let ask = |page: Page| organizations.list_accounts().max_results(page.size).set_next_token(page.token).send();
    let limits = organizations.limits(&LIST_ACCOUNTS, inquiry.deadline).pages_of(ACCOUNTS_A_PAGE);
    let Listing { found, fault } = every_page(limits, ask, ListAccountsOutput::next_token, |page| {
        let member = |account: aws_sdk_organizations::types::Account| {
            Some(Member { id: given(account.id())?, name: given(account.name()) })
        };
        page.accounts.unwrap_or_default().into_iter().filter_map(member).collect()
    })
    .await;
    Listing { found, fault: fault.filter(|fault| fault.code != NO_ORGANIZATION) }
}
