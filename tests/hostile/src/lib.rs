//! Hostile values for the tests of everything that reads what a caller sends.
//!
//! `corpus/` has hand-picked values, one JSON string per line; proptest derives more from them: cut, joined, repeated,
//! or mixed with other text. Each value must be accepted, or rejected with a short, clean message that names the
//! parameter.

#![allow(clippy::panic, clippy::expect_used, reason = "this is a part of tests, which fail by panicking")]

use api::{ApiError, Parameter, names};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The maximum length of an error message, in characters; the longest message contains a list of regions.
const LONGEST_MESSAGE: usize = 1_000;

/// Returns the values in `corpus/parameters.txt`.
#[must_use]
pub fn parameters() -> Vec<String> {
    lines(include_str!("../corpus/parameters.txt"))
}

/// Returns the values in `corpus/tokens.txt`: whole `Authorization` headers.
#[must_use]
pub fn tokens() -> Vec<String> {
    lines(include_str!("../corpus/tokens.txt"))
}

fn lines(corpus: &str) -> Vec<String> {
    corpus.lines().map(|line| serde_json::from_str(line).expect("each line of the corpus is a JSON string")).collect()
}

/// A value of `corpus`, unchanged or modified, or any string.
pub fn like(corpus: &[String]) -> impl Strategy<Value = String> + use<> {
    let known = || proptest::sample::select(corpus.to_vec());
    prop_oneof![
        3 => known(),
        1 => (known(), any::<proptest::sample::Index>()).prop_map(|(text, at)| {
            let kept = at.index(text.chars().count().saturating_add(1));
            text.chars().take(kept).collect()
        }),
        1 => (known(), "[,:$ -]{0,2}", known()).prop_map(|(one, between, other)| one + &between + &other),
        1 => (known(), 2_usize..40).prop_map(|(text, times)| text.repeat(times)),
        1 => (known(), "\\PC").prop_map(|(text, more)| more.clone() + &text + &more),
        1 => ".*",
    ]
}

/// Tries every value of the corpus for every parameter, and many calls that combine them, some with names not among
/// `parameters`.
///
/// # Panics
/// If a call is rejected without a short, clean message that names a parameter of the call or a known one.
pub fn try_all<T>(parameters: &[Parameter], read: impl Fn(&[(&str, &str)]) -> Result<T, ApiError>) {
    let known = &*names(parameters);
    let values = self::parameters();
    for value in &values {
        for name in known.iter().copied().chain([value.as_str()]) {
            check(&[(name, value)], known, &read);
        }
    }
    let name = prop_oneof![9 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => like(&values)];
    let calls = proptest::collection::vec((name, like(&values)), 0..6);
    let tried = TestRunner::default().run(&calls, |call| {
        let call: Vec<_> = call.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        check(&call, known, &read);
        Ok(())
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
}

fn check<T>(call: &[(&str, &str)], known: &[&str], read: &impl Fn(&[(&str, &str)]) -> Result<T, ApiError>) {
    let Err(refused) = read(call) else { return };
    let ApiError::InvalidParameter { parameter, message } = &refused else { panic!("{call:?}: {refused:?}") };
    assert_eq!(refused.status(), 400);
    // Only part of a long or unprintable name is shown.
    let sent = call.iter().any(|(name, _)| shown(name) == shown(parameter));
    assert!(sent || known.contains(&parameter.as_str()), "{call:?}: {parameter}");
    assert!(message.chars().count() <= LONGEST_MESSAGE, "{call:?}: {message}");
    assert!(!message.chars().chain(parameter.chars()).any(char::is_control), "{call:?}: {message:?}");
}

/// Returns the printable ASCII characters at the beginning of a name.
fn shown(name: &str) -> String {
    name.chars().take(64).filter(char::is_ascii_graphic).collect()
}
