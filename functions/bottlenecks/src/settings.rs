//! The settings of a deployment, which the template sets as variables.

/// What the operator chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether tags of resources suppress findings.
    pub tag_exceptions: bool,
}

impl Settings {
    /// Reads the environment: tags count if `TAG_EXCEPTIONS` is `on`.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from(|name| std::env::var(name).ok())
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self { tag_exceptions: variable("TAG_EXCEPTIONS").as_deref() == Some("on") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_count_only_if_they_are_on() {
        for (value, expected) in [(Some("on"), true), (Some("off"), false), (Some(""), false), (None, false)] {
            let settings = Settings::from(|name| {
                assert_eq!(name, "TAG_EXCEPTIONS");
                value.map(str::to_owned)
            });
            assert_eq!(settings.tag_exceptions, expected, "{value:?}");
        }
    }
}
