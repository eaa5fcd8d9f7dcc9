//! Entity tags: a browser that has a text already gets a 304 without it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lambda_http::http::{HeaderMap, header};

/// Returns the tag of a text. It is weak, since the gateway compresses the text for some callers and not for others.
///
/// It is the same in every process of one build. That is enough: another build may have another page.
pub(crate) fn of(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("W/\"{:016x}\"", hasher.finish())
}

/// Returns whether the caller already has the text with this tag.
pub(crate) fn is_among(tag: &str, headers: &HeaderMap) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_that_of_its_text() {
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
        assert_eq!((of("a").len(), of("a").get(..3)), (20, Some("W/\"")));
    }

    #[test]
    fn a_tag_is_compared_weakly_with_each_of_a_list() {
        let known = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            is_among("W/\"1\"", &headers)
        };
        for same in ["W/\"1\"", "\"1\"", "\"0\", W/\"1\"", "*"] {
            assert!(known(same), "{same}");
        }
        for other in ["W/\"2\"", "1", "", "\"11\""] {
            assert!(!known(other), "{other}");
        }
        assert!(!is_among("W/\"1\"", &HeaderMap::new()));
    }
}
