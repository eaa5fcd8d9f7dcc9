//! Cost Explorer's record types, which its console calls charge types: what a line of the bill is.

use schemars::JsonSchema;
use serde::Serialize;

/// The dimension's name.
pub(crate) const RECORD_TYPE: &str = "RECORD_TYPE";

/// The record types that can be excluded: the parameter's name and AWS's.
pub(crate) const EXCLUDABLE: [(&str, &str); 3] = [("credit", "Credit"), ("refund", "Refund"), ("tax", "Tax")];

/// AWS's names of the record types that reduce a bill.
pub(crate) const REDUCTIONS: [&str; 2] = ["Credit", "Refund"];

/// What kind of charge a record type is, by the names of `by_charge_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChargeType {
    /// Usage, also what reservations and savings plans cover.
    Usage,
    /// Taxes.
    Tax,
    /// Credits.
    #[serde(rename = "credits")]
    Credit,
    /// Refunds.
    #[serde(rename = "refunds")]
    Refund,
    /// Fees, of reservations, savings plans and support for example.
    #[serde(rename = "fees")]
    Fee,
    /// Everything else, such as discounts.
    Other,
}

/// Returns whether a record type takes usage off again, whose quantity another one already has.
pub(crate) fn is_negation(record_type: &str) -> bool {
    letters(record_type) == "savingsplannegation"
}

/// Returns what both forms of a name have in common.
fn letters(record_type: &str) -> String {
    record_type.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

impl ChargeType {
    /// Returns the name that responses have for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Tax => "tax",
            Self::Credit => "credits",
            Self::Refund => "refunds",
            Self::Fee => "fees",
            Self::Other => "other",
        }
    }

    /// Returns the kind of a record type by AWS's name, of which there are two forms: that of the cost and usage report
    /// (`DiscountedUsage`), and that of the console (`Reservation applied usage`).
    ///
    /// A Savings Plan's negation belongs to the usage that it takes off again. Discounts of AWS's programs are neither
    /// credits nor usage, so they are `Other`, like every name that is not known.
    pub(crate) fn of(record_type: &str) -> Self {
        match letters(record_type).as_str() {
            "usage"
            | "discountedusage"
            | "reservationappliedusage"
            | "savingsplancoveredusage"
            | "savingsplannegation" => Self::Usage,
            "tax" => Self::Tax,
            "credit" => Self::Credit,
            "refund" => Self::Refund,
            "fee"
            | "upfrontreservationfee"
            | "rifee"
            | "recurringreservationfee"
            | "savingsplanrecurringfee"
            | "savingsplanupfrontfee"
            | "supportfee"
            | "otheroutofcyclecharges" => Self::Fee,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_name_are_known_and_unknown_ones_are_other() {
        for (names, kind) in [
            (
                &["Usage", "DiscountedUsage", "Reservation applied usage", "SavingsPlanCoveredUsage"][..],
                ChargeType::Usage,
            ),
            (&["Savings Plan Covered Usage", "SavingsPlanNegation", "Savings Plan Negation"], ChargeType::Usage),
            (&["Tax"], ChargeType::Tax),
            (&["Credit"], ChargeType::Credit),
            (&["Refund"], ChargeType::Refund),
            (&["Fee", "Upfront reservation fee", "RIFee", "Recurring reservation fee"], ChargeType::Fee),
            (&["SavingsPlanRecurringFee", "Savings Plan Upfront Fee", "Support fee"], ChargeType::Fee),
            (&["Other out-of-cycle charges"], ChargeType::Fee),
            (&["BundledDiscount", "Enterprise Discount Program Discount", "", "Rebate"], ChargeType::Other),
        ] {
            for name in names {
                assert_eq!(ChargeType::of(name), kind, "{name}");
            }
        }
    }
}
