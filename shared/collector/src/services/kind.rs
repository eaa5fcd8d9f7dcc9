//! What a type of resource declares about itself.
//!
//! Each type is one file that implements [`Kind`]; nothing else lists its properties. Every part is required, so a
//! forgotten one does not compile, and a type without states or metrics says so. The registry in
//! [`services`](crate::services) derives everything else.

use std::borrow::{Borrow, Cow};

use crate::call::inquiry::Inquiry;
use crate::call::pages::Found;
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;

/// A type of resource: the fields of one resource, and how AWS lists, measures and tags it.
pub(crate) trait Kind: Sized + 'static {
    /// The name of the type in parameters and responses, such as `ec2`.
    const TYPE: &'static str;

    /// What it is for; the page groups the types by it.
    const GROUP: Group;

    /// Every operation that [`list`](Kind::list) calls.
    const OPERATIONS: &'static [&'static Operation];

    /// Whether a single list in the home region has all resources, or each region lists its own.
    const SCOPE: Scope;

    /// Every state that a resource can have, from the SDK's model or listed with its source; empty if AWS lists none.
    const STATES: &'static [&'static str];

    /// Where the tags come from.
    const TAGS: TagSource;

    /// Resource Explorer's names of what this type lists, which the type `other` therefore leaves out. Source: the user
    /// guide, "Resource types you can search for with Resource Explorer".
    const EXPLORER_TYPES: &'static [&'static str];

    /// What CloudWatch measures; `None` if it measures nothing.
    const CATALOG: Option<&'static Catalog>;

    /// Whether it is listed only where a request names it: what is slow to list, or rarely wanted.
    const ON_REQUEST: bool = false;

    /// How many calls follow each other. What has the most begins first, since its last call is what a response waits for.
    const CALLS_IN_A_ROW: usize = Self::OPERATIONS.len();

    /// How a resource is stored, since there may be thousands: boxed, unless it is as small as a box.
    type Stored: Borrow<Self>;

    /// Returns the state: one of [`STATES`](Kind::STATES), or one that AWS added later.
    fn state(&self) -> Option<&str>;

    /// Returns the name by which CloudWatch knows the resource with this id. It is the id, unless the catalog is
    /// [named by the list](Catalog::named_by_list).
    fn measured_as<'a>(&self, id: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(id)
    }

    /// Returns of which products AWS bills it in `region`, by the names of the price list, or why that can't be told.
    /// Source: the offer files of the AWS Price List, whose products the user guides describe.
    fn bill(&self, region: &str) -> Result<Bill, Unpriced>;

    /// Lists every resource of the region, or of the account if it is listed once.
    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Self::Stored>>;
}

/// What a type of resource is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// It runs programs.
    Compute,
    /// It answers queries.
    Database,
    /// It keeps data.
    Storage,
    /// It connects.
    Network,
    /// All else.
    Other,
}

impl Group {
    /// Returns its name in the interface description.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Database => "database",
            Self::Storage => "storage",
            Self::Network => "network",
            Self::Other => "other",
        }
    }
}

/// Where a type is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In each region.
    Regional,
    /// Once, in the home region, for all regions.
    Global,
    /// Once, in the home region, by a list that says itself of which regions something is missing.
    Spanning,
}

/// Where the tags of a type come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagSource {
    /// They are listed with the resources.
    Listed,
    /// They come from the tagging API, by this filter (such as `lambda:function`).
    TaggingApi(&'static str),
    /// AWS has them only one resource at a time, which nobody waits for: they are unknown.
    Unavailable,
}

/// The constants of a [`Kind`], as values.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    pub(crate) operations: &'static [&'static Operation],
    pub(crate) scope: Scope,
    pub(crate) states: &'static [&'static str],
    pub(crate) tags: TagSource,
    pub(crate) explorer_types: &'static [&'static str],
    pub(crate) catalog: Option<&'static Catalog>,
    pub(crate) on_request: bool,
    pub(crate) calls_in_a_row: usize,
}

impl About {
    pub(crate) const fn of<K: Kind>() -> Self {
        Self {
            name: K::TYPE,
            group: K::GROUP,
            operations: K::OPERATIONS,
            scope: K::SCOPE,
            states: K::STATES,
            tags: K::TAGS,
            explorer_types: K::EXPLORER_TYPES,
            catalog: K::CATALOG,
            on_request: K::ON_REQUEST,
            calls_in_a_row: K::CALLS_IN_A_ROW,
        }
    }
}
