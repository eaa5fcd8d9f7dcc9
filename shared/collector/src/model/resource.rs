//! The fields that all resources have in common, in AWS's terms.
//!
//! Field names follow the AWS API in snake case, except those of the original dashboard (`id`, `type`, `state`,
//! `class`,
//! `engine`, `status`, `storage_gb`, `created`), which its users rely on. A value that AWS did not return is absent
//! from the JSON or null, never zero or an empty string.

use std::collections::BTreeMap;

use litemap::LiteMap;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// Tags by key. There are thousands of these maps with a few tags each, and a BTreeMap would reserve space for eleven.
pub type Tags = LiteMap<String, String>;

/// One resource: the fields that all resources have, and those of its type.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "{D}")]
pub struct Resource<D> {
    /// AWS's id: the instance, volume or allocation id; the name if AWS gives no id, such as that of a bucket.
    pub id: String,
    /// The region; `None` only for what is global, and for a bucket whose region S3 omitted.
    pub region: Option<String>,
    /// The tag `Name`, or the id if the id is a name.
    pub name: Option<String>,
    /// The ARN; `None` if it is built from the account and STS did not return the account.
    pub arn: Option<String>,
    /// The tags; `None` if they are unavailable, which the gaps report.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: Option<Tags>,
    /// The fields of the type.
    #[serde(flatten)]
    pub detail: D,
}

impl<D> Resource<D> {
    /// Returns the same resource with its detail converted by `detail`.
    pub(crate) fn map<E>(self, detail: impl FnOnce(D) -> E) -> Resource<E> {
        let Self { id, region, name, arn, tags, detail: of_type } = self;
        Resource { id, region, name, arn, tags, detail: detail(of_type) }
    }
}

/// Serialises tags as an object, or null. On its own, an empty `LiteMap` would not be serialised as an object.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn as_object<S: Serializer>(tags: &Option<Tags>, serializer: S) -> Result<S::Ok, S::Error> {
    match tags {
        Some(tags) => serializer.collect_map(tags.iter()),
        None => serializer.serialize_none(),
    }
}
