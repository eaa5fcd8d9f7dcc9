//! What a token allows: routes and accounts.

use std::collections::BTreeSet;

/// A route, as a scope names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Resources,
    Metrics,
    Costs,
    Bottlenecks,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Resources, Self::Metrics, Self::Costs, Self::Bottlenecks];

    /// The route's last part.
    pub(crate) fn route(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::Metrics => "metrics",
            Self::Costs => "costs",
            Self::Bottlenecks => "bottlenecks",
        }
    }

    /// The scopes of `resources:read`, … or of `*`; `None` for other names.
    pub(crate) fn of(name: &str) -> Option<&'static [Self]> {
        let (route, _) = name.split_once(":read").filter(|(_, rest)| rest.is_empty()).unzip();
        match name {
            "*" => Some(&Self::ALL),
            _ => Self::ALL.iter().find(|scope| Some(scope.route()) == route).map(std::slice::from_ref),
        }
    }
}

/// The accounts that a token may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Accounts {
    /// Every account that this deployment can reach.
    All,
    /// These, by id.
    Only(BTreeSet<String>),
}

impl Accounts {
    /// Accounts by ids of 12 digits or `*`.
    ///
    /// # Errors
    /// The first that is neither.
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

    /// As the functions read it: `*`, or ids with commas between.
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
    /// Who it is, for the log and the functions.
    pub(crate) principal: String,
    pub(crate) scopes: BTreeSet<Scope>,
    pub(crate) accounts: Accounts,
}

impl Grant {
    /// The routes of the scopes, with commas between.
    pub(crate) fn routes(&self) -> String {
        self.scopes.iter().map(|scope| scope.route()).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_route_to_read_or_all_of_them() {
        assert_eq!(Scope::of("costs:read"), Some(&[Scope::Costs][..]));
        assert_eq!(Scope::of("*"), Some(&Scope::ALL[..]));
        for other in ["costs", "costs:write", "costs:read:x", ":read", "openid", "", "Costs:read"] {
            assert_eq!(Scope::of(other), None, "{other}");
        }
    }

    #[test]
    fn accounts_are_ids_or_all() {
        assert_eq!(Accounts::of(["123456789012", "*"]), Ok(Accounts::All));
        assert_eq!(
            Accounts::of(["210987654321", "123456789012"]).map(|a| a.listed()),
            Ok("123456789012,210987654321".to_owned())
        );
        assert_eq!(Accounts::of([]), Ok(Accounts::Only(BTreeSet::new())));
        for other in ["12345678901", "1234567890123", "12345678901a", "", "**"] {
            assert_eq!(Accounts::of([other]), Err(other));
        }
    }
}
