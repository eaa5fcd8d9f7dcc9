//! Reads values that the SDKs give.

use jiff::Timestamp;

use crate::model::resource::Tags;

/// A text that AWS gave; its empty texts mean that there is none.
pub(crate) fn given(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A point in time of the SDKs; `None` outside the years that a timestamp can hold.
pub(crate) fn timestamp(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at?.as_nanos()).ok()
}

/// Tags of the keys and values that an SDK gives; a tag without a key is none.
pub(crate) fn tags(given: impl IntoIterator<Item = (Option<String>, Option<String>)>) -> Tags {
    given.into_iter().filter_map(|(key, value)| Some((key?, value.unwrap_or_default()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_of_aws_is_none() {
        assert_eq!((given(Some("x")), given(Some("")), given(None)), (Some("x".to_owned()), None, None));
    }

    #[test]
    fn a_tag_without_a_value_is_empty_and_one_without_a_key_is_none() {
        let read = tags([(Some("env".to_owned()), None), (None, Some("x".to_owned()))]);
        assert_eq!(read.iter().collect::<Vec<_>>(), [(&"env".to_owned(), &String::new())]);
    }
}
