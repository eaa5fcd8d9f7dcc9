//! What an account has: every listing of every region, side by side.
//!
//! The chain of dependent calls is short: regions and account first, together, then all listings of all regions at once.
//! An answer takes about as long as its longest listing. A listing that fails becomes a gap and leaves the others alone.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use futures::future::join_all;

use crate::account::Account;
use crate::listing::Listing;
use crate::refusal::Refusal;
use crate::regions::Regions;
use crate::requests::metered;
use crate::resource::{Resource, ResourceType};
use crate::tagging::RegionTags;
use crate::{Collector, Coverage, Gap, ec2, lambda, rds, s3, tagging};

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The regions; `None` for every enabled one.
    pub regions: Option<Vec<String>>,
    /// The types.
    pub types: Vec<ResourceType>,
    /// Whether tags are wanted where they need requests of their own (buckets, functions).
    pub tags: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// Every resource once, by type, region and id.
    pub resources: Vec<Resource>,
    /// The regions that were asked.
    pub regions: Vec<String>,
    /// The types that were asked.
    pub types: Vec<ResourceType>,
    /// The listings that brought their whole result or a part of it. A type or region without one is unknown, not empty.
    pub listed: BTreeSet<(ResourceType, String)>,
}

impl Inventory {
    /// Whether anything at all is known of a type.
    #[must_use]
    pub fn knows_type(&self, resource_type: ResourceType) -> bool {
        self.listed.iter().any(|(listed, _)| *listed == resource_type)
    }

    /// Whether anything at all is known of a region. The one list of buckets says something of a region only where
    /// nothing else was asked of it.
    #[must_use]
    pub fn knows_region(&self, region: &str) -> bool {
        let only_buckets = self.types.iter().all(|kind| *kind == ResourceType::S3);
        let asked = if only_buckets { s3::GLOBAL } else { region };
        self.listed.iter().any(|(_, listed)| listed == asked)
    }
}

/// An operation and where it was asked, with what it brought.
struct Listed {
    resource_type: ResourceType,
    region: String,
    operation: (&'static str, &'static str),
    listing: Listing<Resource>,
}

impl Collector {
    /// Lists what is wanted until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that lets us not in. Everything else that goes wrong is a gap of the coverage.
    pub async fn inventory(&self, wanted: &Wanted, deadline: Instant) -> Result<(Inventory, Coverage), Refusal> {
        let (collected, aws_requests) = metered(Box::pin(self.collect(wanted, deadline))).await;
        let (inventory, account, gaps) = collected?;
        Ok((inventory, Coverage::new(account, gaps, aws_requests)))
    }

    /// The inventory, its account and its gaps, for one who counts the requests.
    pub(crate) async fn collect(
        &self,
        wanted: &Wanted,
        deadline: Instant,
    ) -> Result<(Inventory, Result<Account, Gap>, Vec<Gap>), Refusal> {
        self.enter(deadline).await?;
        let asked_regions = self.regions(wanted.regions.as_deref(), &wanted.types, deadline);
        let (regions, account) = tokio::join!(asked_regions, self.account(deadline));
        let Regions { names: regions, mut gaps } = regions?;
        let owner = account.as_ref().ok();

        let listings = targets(&wanted.types, &regions)
            .into_iter()
            .map(|(resource_type, region)| self.list(resource_type, region, owner, deadline));
        let tagged = if wanted.tags { tagged_elsewhere(&wanted.types).collect() } else { Vec::new() };
        let (listings, mut tags) = tokio::join!(join_all(listings), self.tags(&tagged, &regions, deadline));

        let mut resources = Vec::new();
        let mut listed = BTreeSet::new();
        for Listed { resource_type, region, operation, listing } in listings {
            if listing.fault.is_none() || !listing.found.is_empty() {
                listed.insert((resource_type, region.clone()));
            }
            if let Some(fault) = listing.fault {
                gaps.push(self.gap(fault, &region, operation, &[resource_type]));
            }
            resources.extend(listing.found);
        }
        if let Some(wanted) = &wanted.regions {
            // A bucket whose region S3 left out can't be ruled out.
            resources.retain(|found| found.region.as_ref().is_none_or(|region| wanted.contains(region)));
        }
        for resource in resources.iter_mut().filter(|resource| resource.tags.is_none()) {
            if let Some(tags) = resource.region.as_ref().and_then(|region| tags.get_mut(region)) {
                tags.give_to(resource);
            }
        }
        for (region, tags) in tags {
            if let Some(fault) = tags.fault {
                gaps.push(self.gap(fault, &region, tagging::GET_RESOURCES, &tagged));
            }
        }
        // Something that is created or deleted while its pages are read can be on two of them.
        resources.sort_by(|a, b| a.position().cmp(&b.position()));
        resources.dedup_by(|a, b| a.position() == b.position());
        Ok((Inventory { resources, regions, types: wanted.types.clone(), listed }, account, gaps))
    }

    /// One operation in one region.
    async fn list(
        &self,
        resource_type: ResourceType,
        region: String,
        account: Option<&Account>,
        deadline: Instant,
    ) -> Listed {
        let clients = &self.clients;
        let (operation, listing) = match resource_type {
            ResourceType::Ec2 => {
                (ec2::DESCRIBE_INSTANCES, ec2::list_instances(&clients.ec2(&region), &region, account, deadline).await)
            }
            ResourceType::Ebs => {
                (ec2::DESCRIBE_VOLUMES, ec2::list_volumes(&clients.ec2(&region), &region, account, deadline).await)
            }
            ResourceType::Eip => {
                (ec2::DESCRIBE_ADDRESSES, ec2::list_addresses(&clients.ec2(&region), &region, account, deadline).await)
            }
            ResourceType::Rds => {
                (rds::DESCRIBE_DB_INSTANCES, rds::list_databases(&clients.rds(&region), &region, deadline).await)
            }
            ResourceType::Lambda => {
                (lambda::LIST_FUNCTIONS, lambda::list_functions(&clients.lambda(&region), &region, deadline).await)
            }
            ResourceType::S3 => {
                (s3::LIST_BUCKETS, s3::list_buckets(&clients.s3(clients.home_region()), account, deadline).await)
            }
        };
        Listed { resource_type, region, operation, listing }
    }

    /// The tags of types that list themselves without them, by region; empty where there is no such type.
    async fn tags(&self, types: &[ResourceType], regions: &[String], deadline: Instant) -> HashMap<String, RegionTags> {
        if types.is_empty() {
            return HashMap::new();
        }
        let asked = regions.iter().map(async |region| {
            (region.clone(), tagging::list_tags(&self.clients.tagging(region), types, deadline).await)
        });
        join_all(asked).await.into_iter().collect()
    }
}

/// The types of `types` whose tags come from the tagging API.
fn tagged_elsewhere(types: &[ResourceType]) -> impl Iterator<Item = ResourceType> {
    types.iter().copied().filter(|kind| tagging::filter_of(*kind).is_some())
}

/// What to list where: every regional type in every region, and buckets once.
fn targets(types: &[ResourceType], regions: &[String]) -> Vec<(ResourceType, String)> {
    let in_regions = |kind: ResourceType| match kind {
        ResourceType::S3 => vec![(kind, s3::GLOBAL.to_owned())],
        _ => regions.iter().map(|region| (kind, region.clone())).collect(),
    };
    types.iter().copied().flat_map(in_regions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_listed_once_and_the_rest_in_each_region() {
        let regions = ["eu-west-1".to_owned(), "us-east-1".to_owned()];
        let targets = targets(&[ResourceType::S3, ResourceType::Rds], &regions);
        let rds = |region: &str| (ResourceType::Rds, region.to_owned());
        assert_eq!(targets, [(ResourceType::S3, "global".to_owned()), rds("eu-west-1"), rds("us-east-1")]);
    }
}
