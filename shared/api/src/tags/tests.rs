//! The grammar, and which tags match.

use proptest::prelude::*;

use super::*;
use crate::escapes::ESCAPED;

fn read(text: &str) -> TagFilter {
    TagFilter::read("tags", text).unwrap()
}

fn refused(text: &str) -> String {
    let ApiError::InvalidParameter { parameter, message } = TagFilter::read("tags", text).unwrap_err() else {
        panic!("{text}")
    };
    assert_eq!(parameter, "tags");
    message
}

fn matches(text: &str, tags: &[(&str, &str)]) -> bool {
    read(text).matches(|key| tags.iter().find(|(known, _)| *known == key).map(|(_, value)| *value))
}

/// Returns each key of a filter with what is wanted of it.
fn conditions(text: &str) -> Vec<(String, Vec<WantedTag>)> {
    read(text).iter().map(|(key, wanted)| (key.to_owned(), wanted.iter().cloned().collect())).collect()
}

fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| ESCAPED.contains(&c).then_some('\\').into_iter().chain([c])).collect()
}

#[test]
fn each_form_of_a_term_is_read() {
    let value = |value: &str| WantedTag::Value(value.to_owned());
    assert_eq!(
        conditions("team,env:prod,env:dev,owner:,!shop,!owner"),
        [
            ("env".to_owned(), vec![value("dev"), value("prod")]),
            ("owner".to_owned(), vec![WantedTag::Absent, value("")]),
            ("shop".to_owned(), vec![WantedTag::Absent]),
            ("team".to_owned(), vec![WantedTag::Present]),
        ]
    );
    assert!(TagFilter::default().is_empty() && !read("env").is_empty());
}

#[test]
fn terms_of_one_key_are_alternatives_and_every_key_must_match() {
    let web = [("env", "prod"), ("team", "web"), ("note", "")];
    for (text, expected) in [
        ("env", true),
        ("en", false),
        ("env:prod", true),
        ("env:dev", false),
        ("env:", false),
        ("env:prod,env:dev", true),
        ("env:prod,team:web", true),
        ("env:prod,team:db", false),
        ("owner", false),
        ("owner:", false),
        ("note", true),
        ("note:", true),
        ("!note", false),
        ("!owner", true),
        ("!owner,owner:x", true),
        ("!owner,!env", false),
        ("!team,team:web", true),
        ("!team,team:db", false),
        ("! owner , env:prod ", true),
    ] {
        assert_eq!(matches(text, &web), expected, "{text}");
    }
}

#[test]
fn a_backslash_makes_the_next_character_a_part_of_the_key_or_value() {
    assert!(matches(r"list:a\,b", &[("list", "a,b")]));
    assert!(matches(r"a\:b:c", &[("a:b", "c")]));
    assert!(!matches(r"a\:b:c", &[("a", "b:c")]));
    assert!(matches(r"\!x", &[("!x", "")]));
    assert!(!matches(r"!\!x", &[("!x", "")]));
    assert!(matches(r"path:C\:\\tmp", &[("path", r"C:\tmp")]));
    assert!(matches(r"name:a\ ", &[("name", "a ")]));
    assert!(!matches("name:a ", &[("name", "a ")]));
    assert!(matches("key!:wow!", &[("key!", "wow!")]));
    for (text, pair) in [(r"a\x", r"`\x`"), (r"env\n:b", r"`\n`"), (r"a\", r"`\`"), (r"a\\\", r"`\`")] {
        let message = refused(text);
        assert!(message.starts_with(&format!("{pair} is not allowed; allowed: a backslash before `,`")), "{message}");
    }
}

#[test]
fn a_colon_after_the_first_belongs_to_the_value() {
    assert_eq!(
        conditions("role:arn:aws:iam::1:role/x"),
        [("role".to_owned(), vec![WantedTag::Value("arn:aws:iam::1:role/x".to_owned())])]
    );
    assert!(matches("role:arn:aws:iam::1:role/x", &[("role", "arn:aws:iam::1:role/x")]));
    // A key that has colons itself is found without escapes.
    assert!(matches("eks:cluster-name:shop", &[("eks:cluster-name", "shop")]));
    assert!(matches("eks:cluster-name", &[("eks:cluster-name", "shop")]));
    assert!(!matches("eks:cluster-name:bank", &[("eks:cluster-name", "shop")]));
}

#[test]
fn the_keys_of_aws_have_their_own_colons() {
    let key = |text| conditions(text).first().unwrap().0.clone();
    for (text, expected) in [
        ("aws:cloudformation:stack-name", "aws:cloudformation:stack-name"),
        ("aws:cloudformation:stack-name:shop", "aws:cloudformation:stack-name"),
        ("aws:cloudformation:stack-id:arn:aws:x", "aws:cloudformation:stack-id"),
        ("aws:createdBy", "aws:createdBy"),
        ("aws:createdBy:IAMUser:AIDA:joe", "aws:createdBy"),
        ("!aws:cloudformation:stack-name", "aws:cloudformation:stack-name"),
        ("!aws:createdBy", "aws:createdBy"),
        (r"!eks\:cluster-name", "eks:cluster-name"),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
    let stack = [("aws:cloudformation:stack-name", "shop")];
    assert!(matches("aws:cloudformation:stack-name", &stack));
    assert!(matches("aws:cloudformation:stack-name:shop,aws:cloudformation:stack-name:bank", &stack));
    assert!(matches("!aws:cloudformation:stack-name,aws:cloudformation:stack-name:shop", &stack));
    assert!(!matches("aws:cloudformation:stack-name:bank", &stack));
    assert!(!matches("!aws:cloudformation:stack-name", &stack));
}

#[test]
fn a_key_without_a_value_follows_the_exclamation_mark() {
    let sent = "`!` takes a key without a value; send `!owner` for what does not have the tag";
    for text in ["!owner:x", "!owner:"] {
        let message = refused(text);
        assert!(message.starts_with(&format!("`{text}` is not allowed: {sent}")), "{message}");
    }
    assert!(refused("!aws:cloudformation:stack-name:x").contains("send `!aws:cloudformation:stack-name` for"));
    for text in ["!", "!!owner", "! "] {
        assert!(refused(text).contains("is not allowed; allowed: Key, Key:Value, Key: (an empty value) or !Key"));
    }
}

#[test]
fn an_impossible_tag_is_refused() {
    for text in [":prod", ":", "env\u{0}:x", "a:\u{7f}", "\u{fffd}", "!\u{0}"] {
        assert!(refused(text).contains("printable characters"), "{text:?}");
    }
    for text in ["env,,team", "env,", ",", " ", "env, ,team"] {
        assert!(refused(text).contains("empty item"), "{text:?}");
    }
}

#[test]
fn the_longest_key_and_value_of_aws_are_accepted() {
    let (key, value) = ("ü".repeat(128), "v".repeat(256));
    for text in [key.clone(), format!("!{key}"), format!("{key}:{value}"), format!("a:b:{value}")] {
        assert!(TagFilter::read("tags", &text).is_ok(), "{text}");
    }
    for text in [
        format!("{key}k"),
        format!("!{key}k"),
        format!("{key}k:v"),
        format!("{key}:{value}v"),
        format!("k:{value}v"),
        ":".repeat(4_000),
    ] {
        assert!(refused(&text).starts_with('`'), "{text}");
    }
}

#[test]
fn the_order_and_repetition_of_terms_make_no_difference() {
    assert_eq!(read("env:prod,env:dev,team,team"), read("team,env:dev,env:prod"));
    assert_ne!(read("env:prod"), read("env:dev"));
    assert_ne!(read("env"), read("!env"));
    assert_ne!(read("env"), read("env:"));
}

proptest! {
    #[test]
    fn any_key_and_value_can_be_asked_for(key in "\\PC{1,20}", value in "\\PC{0,20}", more in "[,:!\\\\ a]{1,8}") {
        for key in [key.as_str(), more.as_str()] {
            for value in [value.as_str(), more.as_str()] {
                prop_assume!(is_possible(key, Some(value)));
                let term = format!("{}:{}", escaped(key), escaped(value));
                let expected = vec![(key.to_owned(), vec![WantedTag::Value(value.to_owned())])];
                prop_assert_eq!(conditions(&term), expected, "{}", term);
                prop_assert!(matches(&term, &[(key, value)]));
                prop_assert_eq!(conditions(&escaped(key)), vec![(key.to_owned(), vec![WantedTag::Present])]);
                let absent = format!("!{}", escaped(key));
                prop_assert_eq!(conditions(&absent), vec![(key.to_owned(), vec![WantedTag::Absent])]);
                prop_assert!(!matches(&absent, &[(key, value)]));
            }
        }
    }

    /// Where the key ends is left to the tags of the resource.
    #[test]
    fn a_term_without_escapes_matches_every_key_that_it_begins_with(
        term in "(aws:)?[ab:]{1,8}", key in "(aws:)?[ab:]{1,4}", value in "[ab:]{0,4}"
    ) {
        let rest = term.strip_prefix(&key);
        let expected = rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':') == Some(&value));
        if let Ok(filter) = TagFilter::read("tags", &term) {
            prop_assert_eq!(filter.matches(|asked| (asked == key).then_some(value.as_str())), expected);
        } else {
            prop_assert!(term.starts_with(':'));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_short_clean_message(text in ".*", dense in "[,:!\\\\ ak]{0,40}") {
        for text in [text, dense] {
            if let Err(ApiError::InvalidParameter { message, .. }) = TagFilter::read("tags", &text) {
                prop_assert!(message.len() < 600, "{}", message);
                prop_assert!(!message.chars().any(char::is_control));
            }
        }
    }
}

#[test]
fn colons_that_may_belong_to_the_key_or_the_value_are_ambiguous() {
    for (terms, key) in [
        ("env:prod,owner,!shop", None),
        ("env:prod,eks:cluster-name:shop", Some("eks")),
        (r"eks\:cluster-name:shop,role:arn\:aws\:iam", None),
        ("aws:cloudformation:stack-name:shop,aws:cloudformation:stack-name", None),
    ] {
        assert_eq!(read(terms).ambiguous(), key, "{terms}");
    }
}
