//! The settings of a deployment, which the template sets as variables.

/// What the operator chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether the operator's list of exceptions is read. Outside of a deployment, there is none.
    pub(crate) lists_exceptions: bool,
    /// Whether tags of resources suppress findings.
    pub(crate) tag_exceptions: bool,
}

impl Settings {
    /// Reads the environment: `TAG_EXCEPTIONS` is `on` or `off` in a deployment.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from(|name| std::env::var(name).ok())
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Self {
        let tags = variable("TAG_EXCEPTIONS").filter(|value| !value.is_empty());
        Self { lists_exceptions: tags.is_some(), tag_exceptions: tags.as_deref() == Some("on") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_count_only_if_they_are_on_and_the_list_in_each_deployment() {
        for (value, lists_exceptions, tag_exceptions) in
            [(Some("on"), true, true), (Some("off"), true, false), (Some(""), false, false), (None, false, false)]
        {
            let settings = Settings::from(|name| {
                assert_eq!(name, "TAG_EXCEPTIONS");
                value.map(str::to_owned)
            });
            assert_eq!(settings, Settings { lists_exceptions, tag_exceptions }, "{value:?}");
        }
    }
}
