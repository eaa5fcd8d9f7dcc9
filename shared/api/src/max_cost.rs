//! The most that one response may cost: the parameter `max_cost_usd`.
//!
//! What AWS bills for a response depends on what the account has, so the caller can't know it. A route that knows the
//! price before AWS bills it refuses a higher one, and says what it would be.

use std::fmt::Display;

use crate::error::ApiError;
use crate::parameter::{Parameter, Values, Without};
use crate::query::Query;

/// The name of the parameter.
const MAX_COST: &str = "max_cost_usd";

/// The highest value, in US dollars.
const MOST: u64 = 100;
const DECIMALS: u32 = 4;
const MICRO_USD: u64 = 1_000_000;

/// The value as documents describe it.
pub const ALLOWED_COST: &str = "US dollars, above 0 and up to 100, with up to 4 decimals, such as 0.25";

/// Returns the parameter, of which `allowed` says what it refuses.
#[must_use]
pub const fn max_cost(allowed: fn() -> String, without: fn() -> String) -> Parameter {
    Parameter { name: MAX_COST, values: Values::Dollars, allowed, without: Without::Means(without) }
}

impl Query {
    /// Returns the value of `max_cost_usd` in millionths of a US dollar.
    pub fn max_cost(&self) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.text(MAX_COST) else { return Ok(None) };
        micro_usd(text).map(Some).ok_or_else(|| ApiError::not_allowed(MAX_COST, text, ALLOWED_COST))
    }
}

impl ApiError {
    /// The response would cost `micro_usd`, more than `most`. `counted` says for what, and `narrow` what would make it
    /// cheaper.
    #[must_use]
    pub fn too_expensive(micro_usd: u64, most: u64, counted: &impl Display, narrow: &str) -> Self {
        let price = dollars(micro_usd);
        let more = if micro_usd <= MOST.saturating_mul(MICRO_USD) {
            format!(", or send {MAX_COST}={price} or more")
        } else {
            String::new()
        };
        let message = format!(
            "AWS would bill ${price} for this, which is above ${}: {counted}; {narrow}{more}. Nothing has been billed",
            dollars(most)
        );
        Self::invalid(MAX_COST, message)
    }
}

/// Reads an amount in the one way to write it: digits, and up to four decimals after a point.
fn micro_usd(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole, 3) || !digits(decimals, DECIMALS as usize) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(MICRO_USD)?;
    let micro_usd = whole.checked_add(format!("{decimals:0<6}").parse().ok()?)?;
    (1..=MOST.checked_mul(MICRO_USD)?).contains(&micro_usd).then_some(micro_usd)
}

/// Formats an amount with four decimals, rounded up, so that a limit of this amount allows it.
fn dollars(micro_usd: u64) -> String {
    let ten_thousandths = micro_usd.div_ceil(100);
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_last_decimal() {
        for (text, expected) in [
            ("0.5", Some(500_000)),
            ("0.50", Some(500_000)),
            ("0.0001", Some(100)),
            ("1", Some(1_000_000)),
            ("12.3456", Some(12_345_600)),
            ("100", Some(100_000_000)),
            ("100.0000", Some(100_000_000)),
            ("100.0001", None),
            ("101", None),
            ("1000", None),
            ("0", None),
            ("0.0000", None),
            ("0.00001", None),
            ("00.5", None),
            ("01", None),
            (".5", None),
            ("5.", None),
            ("1.2.3", None),
            ("-1", None),
            ("+1", None),
            ("1e1", None),
            ("0,5", None),
            ("$1", None),
            (" 1", None),
            ("١", None),
            ("NaN", None),
        ] {
            assert_eq!(micro_usd(text), expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_amount_is_refused_by_name() {
        const PARAMETERS: &[Parameter] = &[max_cost(String::new, String::new)];
        let query = Query::parse([(MAX_COST, "free")], PARAMETERS).unwrap();
        assert_eq!(
            query.max_cost().unwrap_err().to_string(),
            "max_cost_usd: `free` is not allowed; allowed: US dollars, above 0 and up to 100, with up to 4 decimals, \
             such as 0.25"
        );
        assert_eq!(Query::default().max_cost().unwrap(), None);
    }

    #[test]
    fn a_price_that_is_too_high_is_refused_with_the_amount_that_would_allow_it() {
        let refused = |price| ApiError::too_expensive(price, 500_000, &"50001 metrics", "send fewer types").to_string();
        assert_eq!(
            refused(500_010),
            "max_cost_usd: AWS would bill $0.5001 for this, which is above $0.5000: 50001 metrics; send fewer types, or \
             send max_cost_usd=0.5001 or more. Nothing has been billed"
        );
        assert_eq!(
            refused(100_000_010),
            "max_cost_usd: AWS would bill $100.0001 for this, which is above $0.5000: 50001 metrics; send fewer types. \
             Nothing has been billed"
        );
    }
}
