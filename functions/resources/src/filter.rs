//! Decides which resources match.
//!
//! Values of one parameter are alternatives, and all parameters must match. Tags with the same key are alternatives
//! too, and all keys must match, as in AWS's own filters.

use std::collections::BTreeMap;

use collector::Resource;
use collector::Tags;

/// The conditions of one call; empty conditions match everything.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) states: Vec<String>,
    /// The wanted tags by key; one of each key's terms must match.
    tags: BTreeMap<String, Vec<String>>,
}

impl Filter {
    /// Creates a filter for any of `states` and for all keys of `tags`, each of which is a `Key` or a `Key:Value`.
    pub(crate) fn new(states: Vec<String>, tags: &[&str]) -> Self {
        let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for term in tags {
            by_key.entry(key_of(term).to_owned()).or_default().push((*term).to_owned());
        }
        Self { states, tags: by_key }
    }

    /// Returns whether `resource` meets every condition. A resource without a state or with unknown tags does not meet
    /// any condition on them.
    pub(crate) fn matches(&self, resource: &Resource) -> bool {
        let in_state = |state: &str| self.states.iter().any(|wanted| wanted == state);
        let has = |tags: &Tags, term: &String| tags.iter().any(|tag| is_tag(term, tag));
        (self.states.is_empty() || resource.state().is_some_and(in_state))
            && self
                .tags
                .values()
                .all(|terms| resource.tags.as_ref().is_some_and(|tags| terms.iter().any(|term| has(tags, term))))
    }
}

/// Returns the key of a term: the part before its first colon, or before its last one for AWS's own `aws:…:…` keys.
fn key_of(term: &str) -> &str {
    let split = if term.starts_with("aws:") { term.rsplit_once(':') } else { term.split_once(':') };
    split.map_or(term, |(key, _)| key)
}

/// Returns whether a term matches the tag, by its key or by its key and value. Both may contain colons.
fn is_tag(term: &str, (key, value): (&String, &String)) -> bool {
    term.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':') == Some(value))
}

#[cfg(test)]
mod tests {
    use collector::Detail;
    use collector::services::ec2::instance::Instance;
    use collector::services::s3::Bucket;

    use super::*;

    fn instance(state: &str, tags: &[(&str, &str)]) -> Resource {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let detail = Instance { state: Some(state.to_owned()), ..Instance::default() };
        Resource {
            id: "i-1".into(),
            region: Some("us-east-1".into()),
            name: None,
            arn: None,
            tags: Some(tags),
            detail: Detail::Ec2(Box::new(detail)),
        }
    }

    fn matches(states: &[&str], tags: &[&str], resource: &Resource) -> bool {
        Filter::new(states.iter().map(ToString::to_string).collect(), tags).matches(resource)
    }

    #[test]
    fn states_are_alternatives() {
        let stopped = instance("stopped", &[]);
        assert!(matches(&[], &[], &stopped));
        assert!(matches(&["running", "stopped"], &[], &stopped));
        assert!(!matches(&["running"], &[], &stopped));
    }

    #[test]
    fn tags_match_by_key_or_by_key_and_value() {
        let web = instance("running", &[("env", "prod"), ("team", "web")]);
        for (tags, expected) in [
            (vec!["env"], true),
            (vec!["env:prod"], true),
            (vec!["env:dev"], false),
            (vec!["en"], false),
            (vec!["env:prod", "env:dev"], true),
            (vec!["env:prod", "team:web"], true),
            (vec!["env:prod", "team:db"], false),
            (vec!["owner"], false),
        ] {
            assert_eq!(matches(&[], &tags, &web), expected, "{tags:?}");
        }
    }

    #[test]
    fn keys_and_values_may_contain_colons() {
        let stack =
            instance("running", &[("aws:cloudformation:stack-name", "shop"), ("role", "arn:aws:iam::1:role/x")]);
        assert!(matches(&[], &["aws:cloudformation:stack-name:shop"], &stack));
        assert!(matches(&[], &["aws:cloudformation:stack-name:shop", "aws:cloudformation:stack-name:bank"], &stack));
        assert!(matches(&[], &["role:arn:aws:iam::1:role/x"], &stack));
        assert!(!matches(&[], &["aws:cloudformation:stack-name:bank"], &stack));
    }

    #[test]
    fn a_resource_without_a_state_or_known_tags_meets_no_condition_on_them() {
        let mut bucket = instance("running", &[]);
        bucket.detail = Detail::S3(Bucket::default());
        bucket.tags = None;
        assert!(matches(&[], &[], &bucket));
        assert!(!matches(&["running"], &[], &bucket));
        assert!(!matches(&[], &["env"], &bucket));
    }
}
