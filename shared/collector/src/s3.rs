//! S3: buckets, which one call lists for all regions.
//!
//! S3 tells a bucket's region only when the request has a parameter, so the page size is always sent. Tags are not in
//! this list; they come from [`tagging`](crate::tagging).

use std::time::Instant;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types;

use crate::account::Account;
use crate::clients::Gated;
use crate::listing::{Listing, every_page};
use crate::resource::{Bucket, Detail, Resource, given, timestamp};

/// The operation of this file, as gaps name it.
pub(crate) const LIST_BUCKETS: (&str, &str) = ("s3", "ListBuckets");

/// What gaps call the region of the one list of buckets.
pub(crate) const GLOBAL: &str = "global";

/// The most buckets that S3 puts into a page; most accounts have at most as many.
const BUCKETS_A_PAGE: i32 = 10_000;

/// Every bucket of the account, with its region, without its tags.
pub(crate) async fn list_buckets(
    client: &Gated<Client>,
    account: Option<&Account>,
    deadline: Instant,
) -> Listing<Resource> {
    let ask = |token| client.list_buckets().max_buckets(BUCKETS_A_PAGE).set_continuation_token(token).send();
    every_page(client.until(deadline), ask, ListBucketsOutput::continuation_token, |page| {
        let buckets = page.buckets.unwrap_or_default().into_iter();
        buckets.filter_map(|bucket| bucket_of(bucket, account)).collect()
    })
    .await
}

fn bucket_of(bucket: types::Bucket, account: Option<&Account>) -> Option<Resource> {
    let id = bucket.name?;
    let built = || account.map(|account| format!("arn:{}:s3:::{id}", account.partition));
    Some(Resource {
        name: Some(id.clone()),
        region: given(bucket.bucket_region.as_deref()),
        arn: given(bucket.bucket_arn.as_deref()).or_else(built),
        tags: None,
        detail: Detail::S3(Bucket { created: timestamp(bucket.creation_date.as_ref()) }),
        id,
    })
}
