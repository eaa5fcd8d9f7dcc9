//! Cost Explorer's record types, which its console calls charge types: what a line of the bill is.

/// The dimension's name.
pub(crate) const RECORD_TYPE: &str = "RECORD_TYPE";

/// The record types that can be excluded: the parameter's name and AWS's.
pub(crate) const EXCLUDABLE: [(&str, &str); 3] = [("credit", "Credit"), ("refund", "Refund"), ("tax", "Tax")];

/// AWS's names of the record types that reduce a bill.
pub(crate) const REDUCTIONS: [&str; 2] = ["Credit", "Refund"];

/// What kind of charge a record type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChargeType {
    Usage,
    Tax,
    Credit,
    Refund,
    Fee,
    Other,
}

impl ChargeType {
    /// Returns the kind of a record type by AWS's name, of which there are two forms: that of the cost and usage report
    /// (`DiscountedUsage`), and that of the console (`Reservation applied usage`).
    ///
    /// A Savings Plan's negation belongs to the usage that it takes off again. Discounts of AWS's programs are neither
    /// credits nor usage, so they are `Other`, like every name that is not known.
    pub(crate) fn of(record_type: &str) -> Self {
        let letters = record_type.chars().filter(char::is_ascii_alphanumeric);
        match letters.collect::<String>().to_ascii_lowercase().as_str() {
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
