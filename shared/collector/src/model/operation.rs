//! An operation of AWS's API, and what everybody must know of it before it is called.
//!
//! Each operation is declared once, beside the code that calls it. Gaps name it, the count of requests prices it, and the
//! roles of template.yaml are held against its action, so that none of the three can be forgotten.

/// One operation of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The service by its IAM prefix (`ec2`, `tag`, `ce`).
    pub service: &'static str,
    /// The operation's name (`DescribeInstances`).
    pub name: &'static str,
    /// The IAM action that permits it, which may have another name than the operation; `None` where it needs no permission.
    pub action: Option<&'static str>,
    /// What AWS bills for it.
    pub price: Price,
}

/// What AWS bills for a request. It does not bill an error; a retry of one is counted all the same, so that no figure is
/// too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Nothing: most operations that describe, list or get.
    Free,
    /// So many millionths of a US dollar for each request, and with it for each page.
    MicroUsdARequest(u64),
    /// By what is in it; the code that calls it charges that.
    ByContent,
}
