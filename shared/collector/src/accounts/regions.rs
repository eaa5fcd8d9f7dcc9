//! The regions to query, from AWS's list for the account instead of a fixed list.
//!
//! One DescribeRegions with `AllRegions` distinguishes enabled regions (which are queried), regions that are not
//! enabled (a gap, without a call that could only fail), and names that are not regions (an error of the caller).

use std::time::Instant;

use crate::accounts::collector::Collector;
use crate::call::patience::share_of_time;
use crate::model::coverage::{ALL_REGIONS, Gap, GapStatus};
use crate::model::refusal::Refusal;
use crate::services::ResourceType;
use crate::services::ec2::regions::{self, DESCRIBE_REGIONS, ListedRegion};

/// The share of the time for the list of regions; without it, the rest is for the regions that are known.
const SHARE: (u32, u32) = (1, 2);

/// The regions to query, and the gaps of the others.
#[derive(Debug)]
pub(crate) struct Regions {
    pub(crate) names: Vec<String>,
    pub(crate) gaps: Vec<Gap>,
}

impl Collector {
    /// Returns the enabled regions, or the enabled ones of `wanted`. `types` are the types that the gaps name.
    ///
    /// If the list is unavailable, the result has all regions that the caller named, or else only the home region, and
    /// a gap that reports that others may be missing.
    pub(crate) async fn regions(
        &self,
        wanted: Option<&[String]>,
        types: &[ResourceType],
        deadline: Instant,
    ) -> Result<Regions, Refusal> {
        let home = self.clients.home_region();
        match regions::list(&self.inquiry(home, None, share_of_time(deadline, SHARE))).await {
            Ok(listed) => select(&listed, wanted, types),
            Err(fault) => {
                let gap = self.gap(fault, ALL_REGIONS, types);
                let names = wanted.map_or_else(|| vec![home.to_owned()], <[String]>::to_vec);
                Ok(Regions { names, gaps: vec![gap] })
            }
        }
    }
}

/// Returns the wanted regions of `listed`, sorted by name.
fn select(listed: &[ListedRegion], wanted: Option<&[String]>, types: &[ResourceType]) -> Result<Regions, Refusal> {
    let mut enabled: Vec<_> = listed.iter().filter(|region| region.enabled).map(|region| region.name.clone()).collect();
    enabled.sort_unstable();
    let Some(wanted) = wanted else { return Ok(Regions { names: enabled, gaps: Vec::new() }) };

    let exists = |name: &String| listed.iter().any(|region| region.name == *name);
    let (existing, unknown): (Vec<_>, Vec<_>) = wanted.iter().cloned().partition(exists);
    if !unknown.is_empty() {
        return Err(Refusal::UnknownRegions { unknown, enabled });
    }
    let (mut names, off): (Vec<_>, Vec<_>) = existing.into_iter().partition(|name| enabled.contains(name));
    names.sort_unstable();
    let gaps = off.into_iter().map(|region| disabled(region, types)).collect();
    Ok(Regions { names, gaps })
}

/// Returns the gap of a region that AWS lists as not opted in.
fn disabled(region: String, types: &[ResourceType]) -> Gap {
    Gap {
        message: format!("{region} is not enabled for this account"),
        region,
        service: DESCRIBE_REGIONS.service,
        operation: DESCRIBE_REGIONS.name,
        resource_types: types.iter().map(|kind| kind.as_str()).collect(),
        status: GapStatus::RegionDisabled,
        code: "not-opted-in".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Vec<ListedRegion> {
        [("us-east-1", true), ("me-south-1", false), ("eu-west-1", true)]
            .map(|(name, enabled)| ListedRegion { name: name.to_owned(), enabled })
            .to_vec()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn by_default_every_enabled_region_is_queried_without_gaps() {
        let regions = select(&listed(), None, &ResourceType::ALL).unwrap();
        assert_eq!((regions.names, regions.gaps), (names(&["eu-west-1", "us-east-1"]), vec![]));
    }

    #[test]
    fn a_wanted_region_that_is_not_enabled_is_a_gap() {
        let wanted = names(&["us-east-1", "me-south-1"]);
        let regions = select(&listed(), Some(&wanted), &[ResourceType::Ec2]).unwrap();
        assert_eq!(regions.names, names(&["us-east-1"]));
        assert_eq!(regions.gaps.len(), 1);
        assert_eq!(
            (regions.gaps[0].region.as_str(), regions.gaps[0].status),
            ("me-south-1", GapStatus::RegionDisabled)
        );
    }

    #[test]
    fn an_unknown_region_is_refused_with_the_enabled_ones() {
        let refused = select(&listed(), Some(&names(&["us-east-1", "mars-1"])), &[]).unwrap_err();
        assert_eq!(
            refused,
            Refusal::UnknownRegions { unknown: names(&["mars-1"]), enabled: names(&["eu-west-1", "us-east-1"]) }
        );
    }
}
