//! Why nothing at all can be collected from an account.

use crate::model::coverage::{Gap, GapStatus};
use crate::model::series::Quote;

/// Why a call can't be served; its message is for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// AWS does not have these regions.
    #[error("AWS lists no such region for this account: {}; enabled: {}", unknown.join(", "), enabled.join(", "))]
    UnknownRegions {
        /// The names that are not regions.
        unknown: Vec<String>,
        /// The regions that are enabled for the account.
        enabled: Vec<String>,
    },
    /// The account's reader role can't be assumed.
    #[error("The reader role of account {account} can't be assumed: {}. {}", gap.code, what_to_check(gap))]
    Unreachable {
        /// The account.
        account: String,
        /// What STS returned.
        gap: Box<Gap>,
    },
    /// The measurements would cost more than the caller allows; none of them was requested.
    #[error("The measurements would cost more than allowed: {0}")]
    TooExpensive(Quote),
}

impl Refusal {
    /// Returns the gap, if AWS denied access to the account.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::UnknownRegions { .. } | Self::TooExpensive(_) => None,
            Self::Unreachable { gap, .. } => Some(gap),
        }
    }
}

fn what_to_check(gap: &Gap) -> &'static str {
    match gap.status {
        GapStatus::Denied => {
            "Check that a role with the name in ReaderRoleName exists, and that its trust policy allows the functions \
             of this account and stack sts:AssumeRole and sts:SetSourceIdentity with its external id. If OtherAccounts \
             is `organization`, the account must belong to OrganizationId."
        }
        GapStatus::DeniedByOrganization => "A policy of the organisation denies sts:AssumeRole.",
        _ => "STS failed. Try again; if it keeps failing, the gap has its message.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(status: GapStatus, code: &str) -> String {
        let gap = Gap {
            region: "us-east-1".to_owned(),
            service: "sts",
            operation: "AssumeRole",
            resource_types: vec![],
            status,
            code: code.to_owned(),
            message: String::new(),
        };
        Refusal::Unreachable { account: "210987654321".to_owned(), gap: Box::new(gap) }.to_string()
    }

    #[test]
    fn a_refusal_says_what_to_check() {
        let denied = unreachable(GapStatus::Denied, "AccessDenied");
        assert!(
            denied.starts_with("The reader role of account 210987654321 can't be assumed: AccessDenied. Check that")
        );
        assert!(
            unreachable(GapStatus::DeniedByOrganization, "AccessDenied")
                .ends_with("organisation denies sts:AssumeRole.")
        );
        assert!(
            unreachable(GapStatus::TimedOut, "DeadlineExceeded")
                .ends_with("STS failed. Try again; if it keeps failing, the gap has its message.")
        );
    }
}
