//! Reads values that the SDKs return.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::model::resource::Tags;

/// Returns a string from AWS; an empty one counts as absent.
pub(crate) fn given(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Converts a time of the SDKs; returns `None` if it is outside the range of timestamps.
pub(crate) fn timestamp(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at?.as_nanos()).ok()
}

/// Collects tags from the keys and values that an SDK returns; a tag without a key is ignored.
pub(crate) fn tags(given: impl IntoIterator<Item = (Option<String>, Option<String>)>) -> Tags {
    given.into_iter().filter_map(|(key, value)| Some((key?, value.unwrap_or_default()))).collect()
}

/// The bytes of a GiB.
const BYTES_A_GIB: Decimal = Decimal::from_parts(1 << 30, 0, 0, false, 0);

/// Converts bytes to GiB, which AWS's prices call GB.
pub(crate) fn gib(bytes: i64) -> Decimal {
    Decimal::from(bytes).checked_div(BYTES_A_GIB).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_gib() {
        assert_eq!([3 << 29, 0, 1 << 40].map(|bytes| gib(bytes).normalize().to_string()), ["1.5", "0", "1024"]);
    }

    #[test]
    fn an_empty_string_counts_as_absent() {
        assert_eq!((given(Some("x")), given(Some("")), given(None)), (Some("x".to_owned()), None, None));
    }

    #[test]
    fn a_tag_without_a_value_is_empty_and_one_without_a_key_is_ignored() {
        let read = tags([(Some("env".to_owned()), None), (None, Some("x".to_owned()))]);
        assert_eq!(read.iter().collect::<Vec<_>>(), [(&"env".to_owned(), &String::new())]);
    }
}
