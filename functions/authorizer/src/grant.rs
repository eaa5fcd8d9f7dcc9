//! What a token allows: routes, accounts, and for how long.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// One thing that a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Resources,
    Metrics,
    Costs,
    Bottlenecks,
    /// Bypassing the stage cache, on the routes of the other scopes.
    Refresh,
}

impl Scope {
    /// Every scope; the routes come first.
    pub(crate) const ALL: [Self; 5] = [Self::Resources, Self::Metrics, Self::Costs, Self::Bottlenecks, Self::Refresh];

    /// How many routes there are.
    pub(crate) const ROUTES: usize = 4;

    /// The name of the scope in a secret or a claim.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Resources => "resources:read",
            Self::Metrics => "metrics:read",
            Self::Costs => "costs:read",
            Self::Bottlenecks => "bottlenecks:read",
            Self::Refresh => "cache:refresh",
        }
    }

    /// The last part of the route that it opens, if it opens one.
    pub(crate) fn route(self) -> Option<&'static str> {
        self.name().strip_suffix(":read")
    }

    /// Returns the scopes that a name stands for, all of them for `*`; `None` for an unknown name.
    pub(crate) fn of(name: &str) -> Option<&'static [Self]> {
        match name {
            "*" => Some(&Self::ALL),
            _ => Self::ALL.iter().find(|scope| scope.name() == name).map(std::slice::from_ref),
        }
    }
}

/// The accounts that a token may access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AllowedAccounts {
    /// Every account that this deployment can reach.
    All,
    /// Only these account ids.
    Only(BTreeSet<String>),
}

impl AllowedAccounts {
    /// Reads account ids of 12 digits, or `*`.
    ///
    /// # Errors
    /// The first name that is neither.
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let (mut all, mut ids) = (false, BTreeSet::new());
        for name in names {
            match name {
                "*" => all = true,
                id if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                    ids.insert(id.to_owned());
                }
                other => return Err(other),
            }
        }
        Ok(if all { Self::All } else { Self::Only(ids) })
    }

    /// Returns the format that the functions read: `*`, or comma-separated ids.
    pub(crate) fn listed(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Only(ids) => ids.iter().map(String::as_str).collect::<Vec<_>>().join(","),
        }
    }
}

/// What one principal may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The principal's name, for the log and the functions.
    pub(crate) principal: String,
    pub(crate) scopes: BTreeSet<Scope>,
    pub(crate) accounts: AllowedAccounts,
    /// When the token expires, if it does.
    pub(crate) expires: Option<Timestamp>,
}

impl Grant {
    /// Returns the names of the scopes, separated by commas.
    pub(crate) fn scopes(&self) -> String {
        self.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_route_or_the_cache_refresh_or_all() {
        assert_eq!(Scope::of("costs:read"), Some(&[Scope::Costs][..]));
        assert_eq!(Scope::of("cache:refresh"), Some(&[Scope::Refresh][..]));
        assert_eq!(Scope::of("*"), Some(&Scope::ALL[..]));
        for other in ["costs", "costs:write", "costs:read:x", ":read", "openid", "", "Costs:read", "cache:read"] {
            assert_eq!(Scope::of(other), None, "{other}");
        }
        let routes: Vec<_> = Scope::ALL.into_iter().filter_map(Scope::route).collect();
        assert_eq!(routes, ["resources", "metrics", "costs", "bottlenecks"]);
        assert_eq!(routes.len(), Scope::ROUTES);
    }

    #[test]
    fn the_log_names_the_scopes() {
        let scopes = [Scope::Refresh, Scope::Costs, Scope::Metrics].into();
        let grant = Grant { principal: "ci".to_owned(), scopes, accounts: AllowedAccounts::All, expires: None };
        assert_eq!(grant.scopes(), "metrics:read,costs:read,cache:refresh");
    }

    #[test]
    fn accounts_are_ids_or_all() {
        assert_eq!(AllowedAccounts::of(["123456789012", "*"]), Ok(AllowedAccounts::All));
        assert_eq!(
            AllowedAccounts::of(["210987654321", "123456789012"]).map(|a| a.listed()),
            Ok("123456789012,210987654321".to_owned())
        );
        assert_eq!(AllowedAccounts::of([]), Ok(AllowedAccounts::Only(BTreeSet::new())));
        for other in ["12345678901", "1234567890123", "12345678901a", "", "**"] {
            assert_eq!(AllowedAccounts::of([other]), Err(other));
        }
    }
}
