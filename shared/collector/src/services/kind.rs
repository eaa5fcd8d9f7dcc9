//! What a type of resource says of itself.
//!
//! Each type is one file that implements [`Kind`]; nothing else lists what it can do. Every part is required, so that one
//! that is forgotten does not compile: a type without states or metrics says so. The registry in
//! [`services`](crate::services) makes the rest of them.

use std::borrow::Borrow;

use crate::call::inquiry::Inquiry;
use crate::call::pages::Listing;
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::resource::Resource;

/// A type of resource: the values of one, and how AWS lists, measures and tags it.
pub(crate) trait Kind: Sized + 'static {
    /// The type in parameters and answers: `ec2`.
    const TYPE: &'static str;

    /// Every operation that [`list`](Kind::list) calls.
    const OPERATIONS: &'static [&'static Operation];

    /// Whether one list in the home region has all of them, or each region lists its own.
    const SCOPE: Scope;

    /// Every state that one can be in, from the SDK's model or listed with its source; empty where AWS lists no state.
    const STATES: &'static [&'static str];

    /// Where their tags come from.
    const TAGS: TagSource;

    /// What CloudWatch measures of them; `None` where it measures nothing.
    const CATALOG: Option<&'static Catalog>;

    /// How thousands of them are kept: boxed, unless they are as small as a box.
    type Stored: Borrow<Self>;

    /// The state of this one: one of [`STATES`](Kind::STATES), or a newer one of AWS's.
    fn state(&self) -> Option<&str>;

    /// Every one of the region, or of the account where the scope is global.
    async fn list(inquiry: &Inquiry<'_>) -> Listing<Resource<Self::Stored>>;
}

/// Where a type is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In each region.
    Regional,
    /// Once, in the home region, for all regions.
    Global,
}

/// Where the tags of a type come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagSource {
    /// They are listed with the resources.
    Listed,
    /// From the tagging API, by this filter (`lambda:function`).
    TaggingApi(&'static str),
}

/// What a kind says of itself, as values.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) operations: &'static [&'static Operation],
    pub(crate) scope: Scope,
    pub(crate) states: &'static [&'static str],
    pub(crate) tags: TagSource,
    pub(crate) catalog: Option<&'static Catalog>,
}

impl About {
    pub(crate) const fn of<K: Kind>() -> Self {
        Self {
            name: K::TYPE,
            operations: K::OPERATIONS,
            scope: K::SCOPE,
            states: K::STATES,
            tags: K::TAGS,
            catalog: K::CATALOG,
        }
    }
}
