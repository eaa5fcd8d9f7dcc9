//! S3: buckets, which one call lists for all regions.
//!
//! S3 returns a bucket's region only if the request has a parameter, so the page size is always sent. The list has no
//! tags; they come from `tagging.rs`.

use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::account::Account;
use crate::model::metric::{AVERAGE_ALONE, Catalog, Ids, Metric, Place, is_name};
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, timestamp};

/// S3.
pub(crate) struct S3;

impl Service for S3 {
    const NAME: &'static str = "s3";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_s3);
}

/// Billed as one LIST request, $0.005 per 1,000.
const LIST_BUCKETS: Operation = Operation {
    service: S3::NAME,
    name: "ListBuckets",
    action: Some("s3:ListAllMyBuckets"),
    price: Price::MicroUsdARequest(5),
};

/// The most buckets that S3 returns per page; most accounts don't have more.
const BUCKETS_A_PAGE: i32 = 10_000;

/// How often S3 measures a bucket, in seconds.
const A_DAY: u32 = 86_400;

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Bucket {
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// CloudWatch's `BucketSizeBytes`.
pub const BUCKET_SIZE: Metric = Metric::new("bucket_size", "BucketSizeBytes", "Bytes", AVERAGE_ALONE)
    .every(A_DAY)
    .with_dimension("StorageType", "StandardStorage");
/// CloudWatch's `NumberOfObjects`.
pub const OBJECT_COUNT: Metric = Metric::new("object_count", "NumberOfObjects", "Count", AVERAGE_ALONE)
    .every(A_DAY)
    .with_dimension("StorageType", "AllStorageTypes");

static CATALOG: Catalog = Catalog {
    places: &[Place::of_all("AWS/S3", &["BucketName"])],
    ids: Ids { like: "bucket names", accepts: |id| is_name(id, 63, "-.") },
    named_by_list: false,
    usual: 2,
    metrics: &[BUCKET_SIZE, OBJECT_COUNT],
};

impl Kind for Bucket {
    const TYPE: &'static str = "s3";
    const GROUP: Group = Group::Storage;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_BUCKETS];
    const SCOPE: Scope = Scope::Global;
    /// ListBuckets does not return a state.
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::TaggingApi("s3");
    const EXPLORER_TYPES: &'static [&'static str] = &["s3:bucket"];
    const CATALOG: Option<&'static Catalog> = Some(&CATALOG);
    type Stored = Self;

    fn state(&self) -> Option<&str> {
        None
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::by_use("the bytes of each storage class, and requests"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Self>> {
        let s3 = inquiry.client::<S3>();
        let ask = |page: Page| s3.list_buckets().max_buckets(page.size).set_continuation_token(page.token).send();
        let limits = s3.limits(&LIST_BUCKETS, inquiry.deadline).pages_of(BUCKETS_A_PAGE);
        every_page(limits, ask, ListBucketsOutput::continuation_token, |page| {
            let buckets = page.buckets.unwrap_or_default().into_iter();
            buckets.filter_map(|bucket| bucket_of(inquiry.account, bucket)).collect()
        })
        .await
        .into()
    }
}

fn bucket_of(account: Option<&Account>, bucket: types::Bucket) -> Option<Resource<Bucket>> {
    let id = bucket.name?;
    let built = || account.map(|account| format!("arn:{}:s3:::{id}", account.partition));
    Some(Resource {
        name: Some(id.clone()),
        region: given(bucket.bucket_region.as_deref()),
        arn: given(bucket.bucket_arn.as_deref()).or_else(built),
        tags: None,
        detail: Bucket { created: timestamp(bucket.creation_date.as_ref()) },
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_measured_by_storage_type() {
        let dimensions: Vec<_> = CATALOG.places[0].dimensions(&BUCKET_SIZE, "b").collect();
        assert_eq!(dimensions, [("BucketName", "b"), ("StorageType", "StandardStorage")]);
    }
}
