//! The regions of the partition, as EC2 lists them for an account.

use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::one_call;
use crate::model::operation::Operation;
use crate::services::ec2::{Ec2, describe};

/// Lists the regions.
pub(crate) const DESCRIBE_REGIONS: Operation = describe("DescribeRegions", "ec2:DescribeRegions");

/// A region in EC2's list.
#[derive(Debug, Clone)]
pub(crate) struct ListedRegion {
    pub(crate) name: String,
    /// Whether the account can use it: it is on by default, or the account has opted in.
    pub(crate) enabled: bool,
}

/// Lists every region of the partition, including those that are not enabled. There are no pages.
pub(crate) async fn list(inquiry: &Inquiry<'_>) -> Result<Vec<ListedRegion>, Fault> {
    let ec2 = inquiry.client::<Ec2>();
    let call = || ec2.describe_regions().all_regions(true).send();
    let answer = one_call(ec2.limits(&DESCRIBE_REGIONS, inquiry.deadline), call).await?;
    let regions = answer.regions.unwrap_or_default().into_iter();
    Ok(regions
        .filter_map(|region| {
            let enabled = region.opt_in_status.as_deref() != Some("not-opted-in");
            Some(ListedRegion { name: region.region_name?, enabled })
        })
        .collect())
}
