//! Patterns for ids and ARNs: `*` stands for any number of characters, also none, and `?` for one.

/// Returns whether the whole text is as the pattern says.
///
/// It takes at most as many steps as the product of both lengths: after a mismatch, only the last `*` takes one more
/// character.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry = None;
    loop {
        let (mut after, mut rest) = (pattern.clone(), text.clone());
        match (after.next(), rest.next()) {
            (Some('*'), _) => {
                retry = Some((after.clone(), text.clone()));
                pattern = after;
                continue;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                (pattern, text) = (after, rest);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after_star, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (pattern, text) = (after_star.clone(), from.clone());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Does the same in the plainest way.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], _) => text.is_empty(),
            (['*', rest @ ..], _) => (0..=text.len()).any(|taken| plainly(rest, &text[taken..])),
            (['?', rest @ ..], [_, others @ ..]) => plainly(rest, others),
            ([wanted, rest @ ..], [found, others @ ..]) => wanted == found && plainly(rest, others),
            _ => false,
        }
    }

    #[test]
    fn a_pattern_is_about_the_whole_text() {
        for (pattern, text, matched) in [
            ("vol-1", "vol-1", true),
            ("vol-1", "vol-12", false),
            ("vol-*", "vol-12", true),
            ("vol-*", "vol-", true),
            ("vol-?", "vol-", false),
            ("vol-?", "vol-é", true),
            ("*:volume/*", "arn:aws:ec2:us-east-1:123456789012:volume/vol-1", true),
            ("*", "", true),
            // Neither of these is a wildcard.
            ("vol-[1]", "vol-1", false),
            ("vol-.*", "vol-12", false),
            ("VOL-1", "vol-1", false),
        ] {
            assert_eq!(matches(pattern, text), matched, "{pattern} {text}");
        }
    }

    #[test]
    fn many_wildcards_take_no_more_steps_than_both_lengths_allow() {
        let (pattern, text) = ("*a".repeat(500) + "b", "a".repeat(2_000));
        assert!(!matches(&pattern, &text));
    }

    proptest! {
        #[test]
        fn it_does_what_the_plainest_way_does(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), plainly(&chars(&pattern), &chars(&text)));
        }
    }
}
