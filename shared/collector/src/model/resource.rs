//! What an account has, in AWS's terms: what all resources have in common.
//!
//! Field names follow the AWS API in snake case, except those of the original dashboard (`id`, `type`, `state`, `class`,
//! `engine`, `status`, `storage_gb`, `created`), which its users rely on. A value that AWS did not give is absent
//! from the JSON or null, never a zero or an empty text.

use litemap::LiteMap;
use serde::{Serialize, Serializer};

/// Tags by key. There are thousands of these with a few tags each, which a BTreeMap gives room for eleven.
pub type Tags = LiteMap<String, String>;

/// One resource: what all have, and in `detail` what its type has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resource<D> {
    /// AWS's id: instance, volume or allocation id; the name of a database, bucket or function.
    pub id: String,
    /// The region; `None` only for a bucket whose region S3 left out.
    pub region: Option<String>,
    /// The tag `Name`, or the id where the id is a name.
    pub name: Option<String>,
    /// The ARN; `None` where it is built from the account and STS did not say which.
    pub arn: Option<String>,
    /// The tags; `None` where they could not be had, which the gaps tell.
    #[serde(serialize_with = "as_object")]
    pub tags: Option<Tags>,
    /// What the type has.
    #[serde(flatten)]
    pub detail: D,
}

impl<D> Resource<D> {
    /// The same resource with its detail in another form.
    pub(crate) fn map<E>(self, detail: impl FnOnce(D) -> E) -> Resource<E> {
        let Self { id, region, name, arn, tags, detail: of_type } = self;
        Resource { id, region, name, arn, tags, detail: detail(of_type) }
    }
}

/// Writes tags as an object, or null. A `LiteMap` can't say by itself that an empty one is an object, too.
#[expect(clippy::ref_option, reason = "serde hands over the field")]
fn as_object<S: Serializer>(tags: &Option<Tags>, serializer: S) -> Result<S::Ok, S::Error> {
    match tags {
        Some(tags) => serializer.collect_map(tags.iter()),
        None => serializer.serialize_none(),
    }
}
