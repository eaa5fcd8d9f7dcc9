//! Parses the query string strictly.
//!
//! An unknown, repeated, empty or malformed parameter is rejected with its name and what is allowed: if a typing error
//! were ignored, the caller would get a response to a different request. Rejecting repetition also keeps the stage
//! cache correct, whose key has one value per parameter.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::error::ApiError;
use crate::escapes;
use crate::parameter::{ALL, Parameter, REGIONS, Values, names, with_all};
use crate::tags::TagFilter;

/// The parameters of one call; each is known and occurs at most once.
#[derive(Debug, Default)]
pub struct Query {
    /// What the route takes.
    parameters: &'static [Parameter],
    values: BTreeMap<String, String>,
    /// The account that the call is about; `None` for the home account.
    account: Option<String>,
}

impl Query {
    /// Reads `pairs` (names and values as decoded by the gateway), in which only `parameters` may occur.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        parameters: &'static [Parameter],
    ) -> Result<Self, ApiError> {
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            if !parameters.iter().any(|parameter| parameter.name == name) {
                let message = match parameters {
                    [] => "unknown parameter; this route has none".to_owned(),
                    _ => format!("unknown parameter; allowed: {}", names(parameters).join(", ")),
                };
                return Err(ApiError::invalid(name, message));
            }
            if value.is_empty() {
                return Err(ApiError::invalid(
                    name,
                    "must not be empty; pass a value, or leave the parameter out if it is optional",
                ));
            }
            if values.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(ApiError::invalid(
                    name,
                    "given more than once; send it once, and several values of a list separated by commas",
                ));
            }
        }
        Ok(Self { parameters, values, account: None })
    }

    /// Returns the same parameters for a call about `account`.
    #[must_use]
    pub fn about(self, account: Option<&str>) -> Self {
        Self { account: account.map(str::to_owned), ..self }
    }

    /// The account that the call is about; `None` for the home account.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Returns the value of `name`, if it was given.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Returns the comma-separated values of `name`, in the caller's order.
    pub fn items(&self, name: &str) -> Result<Option<Vec<&str>>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let items: Vec<_> = text.split(',').map(str::trim).collect();
        if items.contains(&"") {
            return Err(ApiError::empty_item(name));
        }
        Ok(Some(items))
    }

    /// Returns the comma-separated values of `name`, each once, in the caller's order.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>, ApiError> {
        let Some(items) = self.items(name)? else { return Ok(None) };
        let mut distinct = Vec::new();
        for item in items {
            if !distinct.contains(&item) {
                distinct.push(item);
            }
        }
        Ok(Some(distinct))
    }

    /// Returns the comma-separated names in `name`, each once, in the caller's order. A backslash makes the next comma a
    /// part of a name.
    pub fn names(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.text(name).map(|text| escapes::values(name, text)).transpose()
    }

    /// Returns the comma-separated values of `name`, each of which must be among those of its definition, as `named` has
    /// them. If the definition lets [`ALL`] stand for every one of them, they are returned in its order.
    pub fn choices<T>(&self, name: &str, named: impl Fn(&str) -> Option<T>) -> Result<Option<Vec<T>>, ApiError> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        if let Some(Values::SomeOfOrAll(choices)) = self.defined(name)
            && items.contains(&ALL)
        {
            let [_] = *items else {
                let message = format!("`{ALL}` stands for every value; send it alone, or leave it out");
                return Err(ApiError::invalid(name, message));
            };
            return Ok(Some(choices().into_iter().filter_map(named).collect()));
        }
        items.into_iter().map(|item| self.chosen(name, item, &named)).collect::<Result<_, _>>().map(Some)
    }

    /// Returns the single value of `name`, which must be among those of its definition, as `named` has it.
    pub fn choice<T>(&self, name: &str, named: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        self.text(name).map(|text| self.chosen(name, text, named)).transpose()
    }

    fn chosen<T>(&self, name: &str, value: &str, named: impl Fn(&str) -> Option<T>) -> Result<T, ApiError> {
        let choices = match self.defined(name) {
            Some(Values::OneOf(choices) | Values::SomeOf(choices)) => choices(),
            Some(Values::SomeOfOrAll(choices)) => with_all(choices()),
            _ => Vec::new(),
        };
        let known = choices.contains(&value).then(|| named(value)).flatten();
        known.ok_or_else(|| ApiError::not_allowed(name, value, &choices.join(", ")))
    }

    /// Returns the value of `name`, which is true or false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(ApiError::not_allowed(name, text, "true, false")),
        }
    }

    fn defined(&self, name: &str) -> Option<&Values> {
        self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| &parameter.values)
    }

    /// Returns the single region in `name`, if it looks like a region's name; only AWS knows whether it exists.
    pub fn region(&self, name: &str) -> Result<Option<String>, ApiError> {
        match self.text(name) {
            Some(text) if !looks_like_a_region(text) => {
                Err(ApiError::not_allowed(name, text, "the name of one AWS region such as eu-west-1"))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Returns the `regions`, if they look like regions' names; only AWS knows whether they exist.
    pub fn regions(&self) -> Result<Option<Vec<String>>, ApiError> {
        let Some(regions) = self.list(REGIONS)? else { return Ok(None) };
        match regions.iter().find(|region| !looks_like_a_region(region)) {
            Some(region) => {
                let allowed = "names of AWS regions such as eu-west-1, separated by commas";
                Err(ApiError::not_allowed(REGIONS, region, allowed))
            }
            None => Ok(Some(regions.into_iter().map(str::to_owned).collect())),
        }
    }

    /// Returns the conditions on tags in `name`.
    pub fn tags(&self, name: &str) -> Result<TagFilter, ApiError> {
        self.text(name).map_or_else(|| Ok(TagFilter::default()), |text| TagFilter::read(name, text))
    }

    /// Returns the whole number in `name`, which must be within the range of its definition.
    pub fn number<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let defined = match self.defined(name) {
            Some(Values::Number(range)) => range.clone(),
            _ => u64::MIN..=u64::MAX,
        };
        self.number_within(name, &defined)
    }

    /// Returns the whole number in `name`, which must be within `range`, a part of that of its definition.
    pub fn number_within<T: TryFrom<u64>>(
        &self,
        name: &str,
        range: &RangeInclusive<u64>,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        // Only one way to write a number is accepted: no sign, no leading zero.
        let read = text.parse().ok().filter(|number: &u64| range.contains(number) && number.to_string() == text);
        let number = read.and_then(|number| T::try_from(number).ok());
        let allowed = || format!("a whole number from {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| ApiError::not_allowed(name, text, &allowed()))
    }
}

/// Returns whether a name consists of two or more lower-case words and a number, joined by hyphens: `eu-west-1`,
/// `us-gov-east-1`.
fn looks_like_a_region(name: &str) -> bool {
    let mut parts = name.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<_> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 32 && is_number && words.len() >= 2 && words.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ECHOED_CHARS;
    use crate::parameter::any_text;

    const ALLOWED: &[Parameter] =
        &[any_text("regions"), Parameter { values: Values::Number(1..=10), ..any_text("limit") }];
    const CHOICES: &[Parameter] = &[
        Parameter { values: Values::SomeOf(|| vec!["x", "y", "z"]), ..any_text("some") },
        Parameter { values: Values::OneOf(|| vec!["x", "y"]), ..any_text("one") },
        Parameter { values: Values::SomeOfOrAll(|| vec!["x", "y"]), ..any_text("some_or_all") },
        any_text("flag"),
    ];

    fn refused(result: Result<impl std::fmt::Debug, ApiError>) -> (String, String) {
        match result.unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => (parameter, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_unknown_parameter_is_named_with_what_is_allowed() {
        let (parameter, message) = refused(Query::parse([("region", "a")], ALLOWED));
        assert_eq!((parameter.as_str(), message.as_str()), ("region", "unknown parameter; allowed: regions, limit"));
        assert_eq!(refused(Query::parse([("limit", "1")], &[])).1, "unknown parameter; this route has none");
    }

    #[test]
    fn a_repeated_parameter_is_rejected_even_with_the_same_value() {
        let (parameter, message) = refused(Query::parse([("regions", "a"), ("regions", "a")], ALLOWED));
        assert_eq!(parameter, "regions");
        assert!(message.contains("more than once"), "{message}");
    }

    #[test]
    fn an_empty_value_or_item_is_rejected() {
        assert!(refused(Query::parse([("regions", "")], ALLOWED)).1.contains("empty"));
        let query = Query::parse([("regions", "a,,b")], ALLOWED).unwrap();
        assert!(refused(query.list("regions")).1.contains("empty item"));
    }

    #[test]
    fn a_list_keeps_order_and_drops_repetition() {
        let query = Query::parse([("regions", "b, a,b")], ALLOWED).unwrap();
        assert_eq!(query.list("regions").unwrap(), Some(vec!["b", "a"]));
        assert_eq!(query.items("regions").unwrap(), Some(vec!["b", "a", "b"]));
        assert_eq!(query.list("limit").unwrap(), None);
    }

    #[test]
    fn a_choice_outside_the_list_names_the_list() {
        let first = |name: &str| name.chars().next();
        let query = Query::parse([("some", "x,y")], CHOICES).unwrap();
        assert_eq!(query.choices("some", first).unwrap(), Some(vec!['x', 'y']));
        let query = Query::parse([("some", "x,w")], CHOICES).unwrap();
        assert_eq!(refused(query.choices("some", first)).1, "`w` is not allowed; allowed: x, y, z");
    }

    #[test]
    fn all_stands_alone_for_every_choice() {
        let first = |name: &str| name.chars().next();
        let chosen = |text| Query::parse([("some_or_all", text)], CHOICES).unwrap().choices("some_or_all", first);
        assert_eq!(chosen("y").unwrap(), Some(vec!['y']));
        assert_eq!(chosen("all").unwrap(), Some(vec!['x', 'y']));
        assert_eq!(chosen("all,all").unwrap(), Some(vec!['x', 'y']));
        for mixed in ["all,x", "y,all"] {
            assert_eq!(refused(chosen(mixed)).1, "`all` stands for every value; send it alone, or leave it out");
        }
        assert_eq!(refused(chosen("w")).1, "`w` is not allowed; allowed: x, y, all");
        let query = Query::parse([("some", "all")], CHOICES).unwrap();
        assert_eq!(refused(query.choices("some", first)).1, "`all` is not allowed; allowed: x, y, z");
    }

    #[test]
    fn one_choice_is_one_of_the_list() {
        let length = |name: &str| Some(name.len());
        assert_eq!(Query::parse([("one", "y")], CHOICES).unwrap().choice("one", length).unwrap(), Some(1));
        assert_eq!(Query::parse([], CHOICES).unwrap().choice("one", length).unwrap(), None);
        let query = Query::parse([("one", "x,y")], CHOICES).unwrap();
        assert_eq!(refused(query.choice("one", length)).1, "`x,y` is not allowed; allowed: x, y");
    }

    #[test]
    fn a_flag_is_true_or_false() {
        let flag = |text| Query::parse([("flag", text)], CHOICES).unwrap().flag("flag");
        assert_eq!((flag("true").unwrap(), flag("false").unwrap()), (Some(true), Some(false)));
        assert_eq!(Query::parse([], CHOICES).unwrap().flag("flag").unwrap(), None);
        assert_eq!(refused(flag("TRUE")).1, "`TRUE` is not allowed; allowed: true, false");
    }

    #[test]
    fn regions_are_one_or_a_list() {
        let one = Query::parse([("regions", "eu-west-1")], ALLOWED).unwrap();
        assert_eq!(one.region("regions").unwrap().as_deref(), Some("eu-west-1"));
        let none = Query::parse([], ALLOWED).unwrap();
        assert_eq!((none.region("regions").unwrap(), none.regions().unwrap()), (None, None));
        let two = Query::parse([("regions", "us-east-1,eu-west-1")], ALLOWED).unwrap();
        assert_eq!(two.regions().unwrap(), Some(vec!["us-east-1".to_owned(), "eu-west-1".to_owned()]));
        assert_eq!(
            refused(two.region("regions")).1,
            "`us-east-1,eu-west-1` is not allowed; allowed: the name of one AWS region such as eu-west-1"
        );
        let wrong = Query::parse([("regions", "us-east-1,mars")], ALLOWED).unwrap();
        assert_eq!(
            refused(wrong.regions()).1,
            "`mars` is not allowed; allowed: names of AWS regions such as eu-west-1, separated by commas"
        );
    }

    #[test]
    fn the_account_is_separate_from_the_parameters() {
        let query = Query::parse([("limit", "1")], ALLOWED).unwrap();
        assert_eq!(query.account(), None);
        let query = query.about(Some("210987654321"));
        assert_eq!((query.account(), query.text("limit")), (Some("210987654321"), Some("1")));
        assert_eq!(query.about(None).account(), None);
    }

    #[test]
    fn a_number_is_inside_its_range() {
        for (text, expected) in [
            ("1", Some(1_u8)),
            ("10", Some(10)),
            ("0", None),
            ("11", None),
            ("-1", None),
            ("1.5", None),
            ("+1", None),
            ("01", None),
        ] {
            let query = Query::parse([("limit", text)], ALLOWED).unwrap();
            match expected {
                Some(number) => assert_eq!(query.number("limit").unwrap(), Some(number)),
                None => assert_eq!(
                    refused(query.number::<u8>("limit")).1,
                    format!("`{text}` is not allowed; allowed: a whole number from 1 to 10")
                ),
            }
        }
    }

    #[test]
    fn names_of_regions_are_recognised() {
        for name in ["us-east-1", "us-gov-west-1", "ap-southeast-10", "mx-central-1"] {
            assert!(looks_like_a_region(name), "{name}");
        }
        for name in
            ["", "1", "-1", "us-1", "us-east", "us--east-1", "US-EAST-1", "us-east-1a", "us-east-١", "../../x-y-1"]
        {
            assert!(!looks_like_a_region(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_input_is_accepted_or_rejected_with_a_short_clean_message(name in "\\PC*|regions", value in ".*") {
            let query = Query::parse([(name.as_str(), value.as_str())], ALLOWED);
            let error = match query {
                Ok(query) => query.number::<u8>("regions").err(),
                Err(error) => Some(error),
            };
            if let Some(ApiError::InvalidParameter { parameter, message }) = error {
                prop_assert!(parameter.chars().count() <= ECHOED_CHARS + 1);
                prop_assert!(message.len() < 400);
                prop_assert!(!message.chars().any(char::is_control));
            }
        }
    }
}
