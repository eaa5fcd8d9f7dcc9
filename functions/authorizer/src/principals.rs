//! Opaque tokens: who holds them, and what they allow.
//!
//! The secret is JSON:
//!
//! ```json
//! {"token": "…",
//!  "principals": [{"name": "dashboard", "token": "…", "scopes": ["costs:read"], "accounts": ["123456789012"],
//!                  "expires": "2027-01-01T00:00:00Z"}]}
//! ```
//!
//! `token` is the deployment's own token, which may do everything; its holder is called `admin`. Tokens in the secret's
//! previous version stay valid for principals that are still in the current version, with the permissions there: a
//! token is rotated without an interruption, and a removed principal loses access at once.
//!
//! A malformed principal is ignored and logged; the others are not affected.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::grant::{AllowedAccounts, Grant, Scope};
use crate::refused::Refused;

/// The name of the holder of the deployment's own token.
const ADMIN: &str = "admin";

/// The minimum length of a token: 32 generated characters have more than 128 bits of entropy.
const SHORTEST_TOKEN: usize = 32;

/// The secret's JSON.
#[derive(Deserialize)]
struct Document {
    token: Option<String>,
    #[serde(default)]
    principals: Vec<Value>,
}

/// One entry of `principals`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    token: String,
    scopes: Vec<String>,
    accounts: Vec<String>,
    expires: Option<Timestamp>,
}

/// The holder of one or more tokens.
struct Principal {
    grant: Grant,
    /// Digests of the tokens, so that all comparisons have the same length.
    digests: Vec<Digest>,
}

impl Principal {
    /// Returns whether one of its tokens has this digest.
    fn has(&self, digest: &Digest) -> bool {
        self.digests.iter().any(|own| own.as_ref() == digest.as_ref())
    }
}

/// All holders of tokens.
pub(crate) struct Principals(Vec<Principal>);

impl Principals {
    /// Reads the principals of the secret's current version, and their tokens in its previous one.
    ///
    /// # Errors
    /// If the current version is malformed.
    pub(crate) fn parse(current: &str, previous: Option<&str>) -> Result<Self, String> {
        let mut principals = principals(current)?;
        let earlier = previous.and_then(principals_or_none).unwrap_or_default();
        let held: Vec<_> =
            principals.iter().flat_map(|principal| &principal.digests).map(|d| d.as_ref().to_vec()).collect();
        for principal in &mut principals {
            let same = earlier.iter().filter(|other| other.grant.principal == principal.grant.principal);
            // A token in the current version belongs only to its current holder, whoever had it before.
            let free =
                same.flat_map(|other| &other.digests).filter(|digest| !held.iter().any(|h| h == digest.as_ref()));
            principal.digests.extend(free.copied());
        }
        Ok(Self(principals))
    }

    /// Returns what `token` allows at `now`.
    pub(crate) fn grant(&self, token: &str, now: Timestamp) -> Result<Grant, Refused> {
        let asked = digest(&SHA256, token.as_bytes());
        let is_asked = |other: &Digest| verify_slices_are_equal(asked.as_ref(), other.as_ref()).is_ok();
        // Compares all of them, even after a match, so the time reveals nothing.
        let mut found = None;
        for principal in &self.0 {
            for digest in &principal.digests {
                if is_asked(digest) {
                    found = Some(principal);
                }
            }
        }
        let Some(Principal { grant, .. }) = found else {
            return Err(Refused::token("no principal has this token"));
        };
        match grant.expires {
            Some(expires) if expires <= now => {
                Err(Refused::token(format!("the token of {} has expired", grant.principal)))
            }
            _ => Ok(grant.clone()),
        }
    }
}

fn principals_or_none(json: &str) -> Option<Vec<Principal>> {
    principals(json).inspect_err(|reason| tracing::error!(reason, "ignoring the previous version of the secret")).ok()
}

fn principals(json: &str) -> Result<Vec<Principal>, String> {
    // serde's own message would repeat parts of the secret.
    let document: Document =
        serde_json::from_str(json).map_err(|error| format!("the secret is malformed in line {}", error.line()))?;
    let admin = document.token.map(|token| {
        let accounts = vec!["*".to_owned()];
        Entry { name: ADMIN.to_owned(), token, scopes: vec!["*".to_owned()], accounts, expires: None }
    });
    let entries = document.principals.into_iter().enumerate().map(|(index, value)| {
        let who = value.get("name").and_then(Value::as_str).filter(|name| is_name(name)).map(str::to_owned);
        let who = who.unwrap_or_else(|| format!("number {}", index.saturating_add(1)));
        serde_json::from_value(value).map_err(|_| {
            format!(
                "principal {who} is malformed: it needs name, token, scopes and accounts (lists of strings), may have \
                 expires (such as 2027-01-01T00:00:00Z), and nothing else"
            )
        })
    });
    let mut principals: Vec<Principal> = Vec::new();
    for entry in admin.map(Ok).into_iter().chain(entries) {
        match entry.and_then(principal) {
            Ok(same) if principals.iter().any(|other| other.grant.principal == same.grant.principal) => {
                tracing::error!(principal = same.grant.principal, "ignoring a second principal with this name");
            }
            Ok(same) if principals.iter().any(|other| same.digests.iter().any(|digest| other.has(digest))) => {
                tracing::error!(principal = same.grant.principal, "ignoring a second principal with the same token");
            }
            Ok(principal) => principals.push(principal),
            Err(reason) => tracing::error!(reason, "ignoring a principal"),
        }
    }
    Ok(principals)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte))
}

fn principal(Entry { name, token, scopes, accounts, expires }: Entry) -> Result<Principal, String> {
    if !is_name(&name) {
        return Err("a principal's name has characters other than letters, digits and -_.@".to_owned());
    }
    if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "the token of {name} has fewer than {SHORTEST_TOKEN} characters, or characters that a header can't contain"
        ));
    }
    let mut allowed = BTreeSet::new();
    for scope in &scopes {
        let known = Scope::of(scope).ok_or_else(|| format!("{name} has an unknown scope: {scope}"))?;
        allowed.extend(known.iter().copied());
    }
    let accounts = AllowedAccounts::of(accounts.iter().map(String::as_str))
        .map_err(|account| format!("{name} has an invalid account: {account}"))?;
    let digests = vec![digest(&SHA256, token.as_bytes())];
    Ok(Principal { grant: Grant { principal: name, scopes: allowed, accounts, expires }, digests })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:37:12Z".parse().unwrap()
    }

    /// Returns a different token for each letter.
    fn token(letter: &str) -> String {
        letter.repeat(40)
    }

    fn entry(name: &str, token: &str) -> Value {
        serde_json::json!({"name": name, "token": token, "scopes": ["costs:read"], "accounts": ["123456789012"]})
    }

    fn document(admin: Option<&str>, entries: &[Value]) -> String {
        serde_json::json!({"token": admin, "principals": entries}).to_string()
    }

    fn who(principals: &Principals, token: &str) -> Option<String> {
        principals.grant(token, now()).ok().map(|grant| grant.principal)
    }

    #[test]
    fn each_token_belongs_to_its_principal() {
        let json = document(Some(&token("a")), &[entry("dashboard", &token("d")), entry("ci", &token("c"))]);
        let principals = Principals::parse(&json, None).unwrap();
        assert_eq!(who(&principals, &token("d")).as_deref(), Some("dashboard"));
        assert_eq!(who(&principals, &token("c")).as_deref(), Some("ci"));
        for other in ["", "d", &token("x"), &"d".repeat(39), &"d".repeat(41)] {
            assert_eq!(who(&principals, other), None, "{other}");
        }
        let grant = principals.grant(&token("a"), now()).unwrap();
        assert_eq!(
            (grant.principal.as_str(), grant.scopes.len(), grant.accounts),
            ("admin", Scope::ALL.len(), AllowedAccounts::All)
        );
        let grant = principals.grant(&token("d"), now()).unwrap();
        assert_eq!((grant.scopes, grant.accounts.listed()), ([Scope::Costs].into(), "123456789012".to_owned()));
    }

    #[test]
    fn a_token_is_valid_until_it_expires() {
        let expiring = |expires: &str| {
            let mut entry = entry("ci", &token("c"));
            entry["expires"] = expires.into();
            who(&Principals::parse(&document(None, &[entry]), None).unwrap(), &token("c"))
        };
        assert_eq!(expiring("2026-11-20T10:37:13Z").as_deref(), Some("ci"));
        assert_eq!(expiring("2026-11-20T10:37:12Z"), None);
    }

    #[test]
    fn a_rotated_token_stays_valid_with_its_principals_current_permissions() {
        let before = document(Some(&token("a")), &[entry("ci", &token("c"))]);
        let mut changed = entry("ci", &token("n"));
        changed["scopes"] = serde_json::json!(["metrics:read"]);
        let principals = Principals::parse(&document(Some(&token("b")), &[changed]), Some(&before)).unwrap();
        for (letter, name) in [("a", "admin"), ("b", "admin"), ("c", "ci"), ("n", "ci")] {
            assert_eq!(who(&principals, &token(letter)).as_deref(), Some(name));
        }
        assert_eq!(principals.grant(&token("c"), now()).unwrap().scopes, [Scope::Metrics].into());
    }

    #[test]
    fn a_token_that_moved_to_another_principal_belongs_to_that_one() {
        let before = document(None, &[entry("dashboard", &token("d")), entry("ci", &token("c"))]);
        for order in [["ci", "dashboard"], ["dashboard", "ci"]] {
            let entries = order.map(|name| entry(name, &token(if name == "ci" { "d" } else { "n" })));
            let principals = Principals::parse(&document(None, &entries), Some(&before)).unwrap();
            assert_eq!(who(&principals, &token("d")).as_deref(), Some("ci"));
        }
    }

    #[test]
    fn a_removed_principal_has_no_access_although_the_previous_version_has_it() {
        let before = document(Some(&token("a")), &[entry("ci", &token("c"))]);
        let principals = Principals::parse(&document(None, &[]), Some(&before)).unwrap();
        assert_eq!((who(&principals, &token("a")), who(&principals, &token("c"))), (None, None));
    }

    #[test]
    fn a_malformed_principal_is_ignored_and_the_others_stay() {
        let wrong = |change: fn(&mut Value)| {
            let mut entry = entry("wrong", &token("w"));
            change(&mut entry);
            entry
        };
        for wrong in [
            wrong(|entry| entry["token"] = "short".into()),
            wrong(|entry| entry["token"] = "a token with spaces, which no header can carry".into()),
            wrong(|entry| entry["scopes"] = serde_json::json!(["costs"])),
            wrong(|entry| entry["accounts"] = serde_json::json!(["me"])),
            wrong(|entry| entry["expires"] = "soon".into()),
            wrong(|entry| entry["expiry"] = "2027-01-01T00:00:00Z".into()),
            wrong(|entry| entry["name"] = "a\nb".into()),
            // A name that only a JWT's principal has.
            wrong(|entry| entry["name"] = "jwt=ops".into()),
            wrong(|entry| *entry = Value::Null),
        ] {
            let json = document(None, &[wrong.clone(), entry("right", &token("r"))]);
            let principals = Principals::parse(&json, None).unwrap();
            assert_eq!(principals.0.len(), 1, "{wrong}");
            assert_eq!(who(&principals, &token("r")).as_deref(), Some("right"));
        }
    }

    #[test]
    fn a_token_has_at_least_32_characters() {
        for (length, taken) in [(31, false), (32, true)] {
            let token = "t".repeat(length);
            let principals = Principals::parse(&document(Some(&token), &[]), None).unwrap();
            assert_eq!(who(&principals, &token).is_some(), taken, "{length}");
        }
    }

    #[test]
    fn a_second_principal_with_the_same_name_is_ignored() {
        let json = document(
            Some(&token("a")),
            &[entry("admin", &token("b")), entry("ci", &token("c")), entry("ci", &token("d"))],
        );
        let principals = Principals::parse(&json, None).unwrap();
        assert_eq!((who(&principals, &token("b")), who(&principals, &token("d"))), (None, None));
        assert_eq!(who(&principals, &token("c")).as_deref(), Some("ci"));
    }

    #[test]
    fn a_second_principal_with_the_same_token_is_ignored() {
        let json = document(None, &[entry("first", &token("t")), entry("second", &token("t"))]);
        assert_eq!(who(&Principals::parse(&json, None).unwrap(), &token("t")).as_deref(), Some("first"));
    }

    #[test]
    fn a_secret_that_is_not_json_is_reported_without_its_content() {
        let refused = Principals::parse("{\"token\": hunter2", None).err().unwrap();
        assert_eq!(refused, "the secret is malformed in line 1");
        // A malformed previous version does not lock anybody out.
        let principals = Principals::parse(&document(Some(&token("a")), &[]), Some("x")).unwrap();
        assert_eq!(who(&principals, &token("a")).as_deref(), Some("admin"));
    }
}
