//! Opaque tokens: who holds one, and what it allows.
//!
//! The secret is JSON:
//!
//! ```json
//! {"token": "…",
//!  "principals": [{"name": "dashboard", "token": "…", "scopes": ["costs:read"], "accounts": ["123456789012"],
//!                  "expires": "2027-01-01T00:00:00Z"}]}
//! ```
//!
//! `token` is the deployment's own, which may do everything; its holder is called `admin`. The secret's previous version
//! lends its tokens to the principals that still stand in the current one, with what they are allowed there: a token is
//! exchanged without a gap, and a principal that is taken out is out at once.
//!
//! A principal that is written wrongly is left out and told in the log; the others go on.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::Refused;
use crate::grant::{Accounts, Grant, Scope};

/// Who holds the deployment's own token.
const ADMIN: &str = "admin";

/// The shortest token that is taken: 32 characters of a generator have more than 128 bits.
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

/// One who holds a token.
struct Principal {
    grant: Grant,
    /// Of the tokens, so that all comparisons are of one length.
    digests: Vec<Digest>,
}

impl Principal {
    /// Whether one of its tokens has this digest.
    fn has(&self, digest: &Digest) -> bool {
        self.digests.iter().any(|own| own.as_ref() == digest.as_ref())
    }
}

/// All who hold a token.
pub(crate) struct Principals(Vec<Principal>);

impl Principals {
    /// The principals of the secret's current version, with the tokens of its previous one.
    ///
    /// # Errors
    /// The current version is not the JSON that it should be.
    pub(crate) fn parse(current: &str, previous: Option<&str>) -> Result<Self, String> {
        let mut principals = principals(current)?;
        let earlier = previous.and_then(principals_or_none).unwrap_or_default();
        let held: Vec<_> =
            principals.iter().flat_map(|principal| &principal.digests).map(|d| d.as_ref().to_vec()).collect();
        for principal in &mut principals {
            let same = earlier.iter().filter(|other| other.grant.principal == principal.grant.principal);
            // A token that somebody holds now is theirs alone, whoever held it before.
            let free =
                same.flat_map(|other| &other.digests).filter(|digest| !held.iter().any(|h| h == digest.as_ref()));
            principal.digests.extend(free.copied());
        }
        Ok(Self(principals))
    }

    /// What `token` allows at `now`.
    pub(crate) fn grant(&self, token: &str, now: Timestamp) -> Result<Grant, Refused> {
        let asked = digest(&SHA256, token.as_bytes());
        let is_asked = |other: &Digest| verify_slices_are_equal(asked.as_ref(), other.as_ref()).is_ok();
        // All are compared, also after the right one is found: the time tells nothing.
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
    // serde's own words would repeat what stands there.
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
    let accounts = Accounts::of(accounts.iter().map(String::as_str))
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

    /// A token of its own for each letter.
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
    fn each_token_is_its_principals() {
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
            ("admin", Scope::ALL.len(), Accounts::All)
        );
        let grant = principals.grant(&token("d"), now()).unwrap();
        assert_eq!((grant.scopes, grant.accounts.listed()), ([Scope::Costs].into(), "123456789012".to_owned()));
    }

    #[test]
    fn a_token_ends_when_it_expires() {
        let expiring = |expires: &str| {
            let mut entry = entry("ci", &token("c"));
            entry["expires"] = expires.into();
            who(&Principals::parse(&document(None, &[entry]), None).unwrap(), &token("c"))
        };
        assert_eq!(expiring("2026-11-20T10:37:13Z").as_deref(), Some("ci"));
        assert_eq!(expiring("2026-11-20T10:37:12Z"), None);
    }

    #[test]
    fn a_rotated_token_stays_valid_with_what_its_principal_may_do_now() {
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
    fn a_token_that_was_handed_on_is_its_present_holders() {
        let before = document(None, &[entry("dashboard", &token("d")), entry("ci", &token("c"))]);
        for order in [["ci", "dashboard"], ["dashboard", "ci"]] {
            let entries = order.map(|name| entry(name, &token(if name == "ci" { "d" } else { "n" })));
            let principals = Principals::parse(&document(None, &entries), Some(&before)).unwrap();
            assert_eq!(who(&principals, &token("d")).as_deref(), Some("ci"));
        }
    }

    #[test]
    fn a_principal_that_is_taken_out_is_out_although_the_previous_version_has_it() {
        let before = document(Some(&token("a")), &[entry("ci", &token("c"))]);
        let principals = Principals::parse(&document(None, &[]), Some(&before)).unwrap();
        assert_eq!((who(&principals, &token("a")), who(&principals, &token("c"))), (None, None));
    }

    #[test]
    fn what_is_written_wrongly_is_left_out_and_the_rest_stays() {
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
            // The name of a JWT's principal.
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
    fn a_token_has_32_characters_at_least() {
        for (length, taken) in [(31, false), (32, true)] {
            let token = "t".repeat(length);
            let principals = Principals::parse(&document(Some(&token), &[]), None).unwrap();
            assert_eq!(who(&principals, &token).is_some(), taken, "{length}");
        }
    }

    #[test]
    fn a_second_principal_of_a_name_is_left_out() {
        let json = document(
            Some(&token("a")),
            &[entry("admin", &token("b")), entry("ci", &token("c")), entry("ci", &token("d"))],
        );
        let principals = Principals::parse(&json, None).unwrap();
        assert_eq!((who(&principals, &token("b")), who(&principals, &token("d"))), (None, None));
        assert_eq!(who(&principals, &token("c")).as_deref(), Some("ci"));
    }

    #[test]
    fn a_second_principal_with_a_token_is_left_out() {
        let json = document(None, &[entry("first", &token("t")), entry("second", &token("t"))]);
        assert_eq!(who(&Principals::parse(&json, None).unwrap(), &token("t")).as_deref(), Some("first"));
    }

    #[test]
    fn a_secret_that_is_no_json_says_so_without_its_content() {
        let refused = Principals::parse("{\"token\": hunter2", None).err().unwrap();
        assert_eq!(refused, "the secret is malformed in line 1");
        // A previous version that is none does not lock anybody out.
        let principals = Principals::parse(&document(Some(&token("a")), &[]), Some("x")).unwrap();
        assert_eq!(who(&principals, &token("a")).as_deref(), Some("admin"));
    }
}
