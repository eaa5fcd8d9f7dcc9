//! An operation of AWS's API, with its permission and its price.
//!
//! Each operation is declared once, next to the code that calls it. Gaps name it, the count of requests uses its price,
//! and the roles in template.yaml are checked against its action, so none of the three can be forgotten.

/// One operation of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The service by its IAM prefix (`ec2`, `tag`, `ce`).
    pub service: &'static str,
    /// The operation's name (such as `DescribeInstances`).
    pub name: &'static str,
    /// The IAM action that permits it, whose name may differ from the operation's; `None` if it needs no permission.
    pub action: Option<&'static str>,
    /// What AWS bills for it.
    pub price: Price,
}

/// What AWS bills for a request. AWS does not bill errors, but they and their retries are counted anyway, so that no
/// estimate is too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Nothing: most operations that describe, list or get.
    Free,
    /// This many millionths of a US dollar for each request, and therefore for each page.
    MicroUsdARequest(u64),
    /// By its content; the code that calls it charges the amount.
    ByContent,
}
