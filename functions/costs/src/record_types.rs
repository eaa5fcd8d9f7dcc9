//! Cost Explorer's record types, which its console calls charge types: what a line of the bill is.

/// The dimension's name.
pub(crate) const RECORD_TYPE: &str = "RECORD_TYPE";

/// The record types that can be excluded: the parameter's name and AWS's.
pub(crate) const EXCLUDABLE: [(&str, &str); 3] = [("credit", "Credit"), ("refund", "Refund"), ("tax", "Tax")];

/// AWS's names of the record types that reduce a bill.
pub(crate) const REDUCTIONS: [&str; 2] = ["Credit", "Refund"];
