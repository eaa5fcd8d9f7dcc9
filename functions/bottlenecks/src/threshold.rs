//! The thresholds of rules, which a caller can change for one request.
//!
//! A rule declares each number that an operator would tune, with its default and its range, and asks its case for the
//! value. So what a caller can change, what the documents list and what a response reports are always the same numbers.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use schemars::JsonSchema;
use serde::Serialize;

/// A number that a rule compares with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    /// Its name within the rule; `{name}` in the rule's finding stands for the value.
    pub(crate) name: &'static str,
    /// The value unless the caller changes it; the rule's `source` says where it comes from.
    pub(crate) default: f64,
    /// The allowed values, both included.
    pub(crate) range: (f64, f64),
    /// How many decimals a value may have.
    pub(crate) decimals: usize,
    /// The unit, named like those of metrics.
    pub(crate) unit: &'static str,
    /// The parameter that sets it as well, together with the same threshold of other rules.
    pub(crate) parameter: Option<&'static str>,
    /// The threshold of the same rule that it must be below.
    pub(crate) below: Option<&'static str>,
}

impl Threshold {
    /// Creates a threshold whose values are whole numbers from the first to the second of `range`.
    pub(crate) const fn new(name: &'static str, default: f64, unit: &'static str, range: (f64, f64)) -> Self {
        Self { name, default, range, decimals: 0, unit, parameter: None, below: None }
    }

    /// Creates a threshold in percent, from 1 to 100.
    pub(crate) const fn percent(name: &'static str, default: f64) -> Self {
        Self::new(name, default, "Percent", (1.0, 100.0))
    }

    /// Returns the same threshold with up to `decimals` decimals, from `least`.
    pub(crate) const fn with_decimals(self, decimals: usize, least: f64) -> Self {
        Self { decimals, range: (least, self.range.1), ..self }
    }

    /// Returns the number that `text` is, if it is allowed. There is one way to write a number: no sign, no exponent, no
    /// leading or trailing zero.
    pub(crate) fn read(&self, text: &str) -> Option<f64> {
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let number = text.parse::<f64>().ok().filter(|number| number.to_string() == text && !text.starts_with('-'))?;
        let (least, most) = self.range;
        ((least..=most).contains(&number) && decimals <= self.decimals).then_some(number)
    }

    /// Returns the allowed values in words.
    pub(crate) fn allowed(&self) -> String {
        let (least, most) = self.range;
        match self.decimals {
            0 => format!("a whole number from {least} to {most}"),
            1 => format!("a number from {least} to {most} with at most 1 decimal"),
            several => format!("a number from {least} to {most} with at most {several} decimals"),
        }
    }
}

/// The thresholds of one request: those that differ from the defaults, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Thresholds(BTreeMap<(&'static str, &'static str), f64>);

impl Hash for Thresholds {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (name, value) in &self.0 {
            (name, value.to_bits()).hash(state);
        }
    }
}

impl Thresholds {
    /// Sets a threshold of the rule with this name.
    pub(crate) fn set(&mut self, rule: &'static str, threshold: &Threshold, value: f64) {
        if value.to_bits() != threshold.default.to_bits() {
            self.0.insert((rule, threshold.name), value);
        }
    }

    /// Returns the value of a threshold of the rule with this name.
    pub(crate) fn value(&self, rule: &'static str, threshold: &Threshold) -> f64 {
        self.0.get(&(rule, threshold.name)).copied().unwrap_or(threshold.default)
    }

    /// Returns a threshold of the rule with this name, as a response reports it.
    pub(crate) fn used(&self, rule: &'static str, threshold: &Threshold) -> Used {
        Used { value: self.value(rule, threshold), default: threshold.default, unit: threshold.unit }
    }

    /// Returns whether the caller changed a threshold of the rule with this name.
    pub(crate) fn has_changed(&self, rule: &'static str, threshold: &Threshold) -> bool {
        self.0.contains_key(&(rule, threshold.name))
    }
}

/// A threshold in a response.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Threshold")]
pub(crate) struct Used {
    /// The value of this request.
    pub(crate) value: f64,
    /// The value unless a request changes it.
    default: f64,
    /// The unit of both, such as `Percent`.
    unit: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_one_way_and_within_its_range() {
        let whole = Threshold::percent("cpu", 80.0);
        for (text, number) in [("1", 1.0), ("42", 42.0), ("100", 100.0)] {
            assert_eq!(whole.read(text), Some(number), "{text}");
        }
        for text in ["0", "101", "1.5", "1.0", "01", "+1", "-1", "1e1", " 1", "1 ", "", ".", "NaN", "inf", "٤٢", "0x1"]
        {
            assert_eq!(whole.read(text), None, "{text}");
        }
        let decimal = Threshold::new("latency", 20.0, "Milliseconds", (0.0, 100.0)).with_decimals(1, 0.0);
        for (text, number) in [("0", 0.0), ("0.1", 0.1), ("99.9", 99.9), ("100", 100.0)] {
            assert_eq!(decimal.read(text), Some(number), "{text}");
        }
        for text in ["-0", "-0.1", "0.0", "1.0", "0.25", ".5", "5.", "00.5", "100.1", "1,5"] {
            assert_eq!(decimal.read(text), None, "{text}");
        }
    }

    #[test]
    fn the_allowed_values_are_in_words() {
        let whole = Threshold::percent("cpu", 80.0);
        assert_eq!(whole.allowed(), "a whole number from 1 to 100");
        assert_eq!(whole.with_decimals(1, 0.5).allowed(), "a number from 0.5 to 100 with at most 1 decimal");
        assert_eq!(whole.with_decimals(2, 0.0).allowed(), "a number from 0 to 100 with at most 2 decimals");
    }
}
