//! What an account has: every listing of every region, side by side.
//!
//! The chain of dependent calls is short: regions and account first, together, then all listings of all regions at once,
//! and each region's measurements as soon as it is listed. An answer takes about as long as its longest region. A listing
//! that fails becomes a gap and leaves the others alone.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::account::Account;
use crate::cloudwatch::{Measurement, Series};
use crate::fault::Fault;
use crate::listing::Listing;
use crate::refusal::Refusal;
use crate::regions::Regions;
use crate::requests::metered;
use crate::resource::{Resource, ResourceType};
use crate::survey::{Measured, ReadOf};
use crate::tagging::RegionTags;
use crate::{Collector, Coverage, Gap, ec2, lambda, rds, s3, tagging};

/// What a region that hung while it was listed still gets to be measured: it has had its time.
const LATE_REGION: Duration = Duration::from_secs(1);

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

/// What one region brought.
struct InRegion<T> {
    listed: Vec<Listed>,
    tags: Option<RegionTags>,
    measured: Measured<T>,
}

/// What all regions brought.
pub(crate) struct Collected<T> {
    pub(crate) inventory: Inventory,
    pub(crate) account: Result<Account, Gap>,
    pub(crate) gaps: Vec<Gap>,
    /// What was read of resources that were measured.
    pub(crate) read: ReadOf<T>,
    /// Whether all that was measured came whole.
    pub(crate) complete: bool,
}

impl Collector {
    /// Lists what is wanted until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that does not let us in. Everything else that goes wrong is a
    /// gap of the coverage.
    pub async fn inventory(&self, wanted: &Wanted, deadline: Instant) -> Result<(Inventory, Coverage), Refusal> {
        let collected = self.collect(wanted, |_| Vec::new(), |_, _| (), deadline);
        let (collected, aws_requests) = metered(Box::pin(collected)).await;
        let Collected { inventory, account, gaps, .. } = collected?;
        Ok((inventory, Coverage::new(account, gaps, aws_requests)))
    }

    /// Lists what is wanted, measures of each resource what `needs` says and has it `read`, for one who counts the requests.
    pub(crate) async fn collect<T>(
        &self,
        wanted: &Wanted,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series]) -> T,
        deadline: Instant,
    ) -> Result<Collected<T>, Refusal> {
        self.enter(deadline).await?;
        let asked_regions = self.regions(wanted.regions.as_deref(), &wanted.types, deadline);
        let (regions, account) = tokio::join!(asked_regions, self.account(deadline));
        let Regions { names: regions, mut gaps } = regions?;
        let owner = account.as_ref().ok();

        let in_regions = regions.iter().map(|region| self.in_region(region, wanted, owner, &needs, &read, deadline));
        let (in_regions, buckets) = tokio::join!(join_all(in_regions), self.buckets(wanted, owner, deadline));

        let mut resources = Vec::new();
        let mut listed = BTreeSet::new();
        let (mut read_of, mut complete) = (ReadOf::new(), true);
        let mut tags = HashMap::new();
        let mut listings: Vec<_> = buckets.into_iter().collect();
        for (region, found) in regions.iter().zip(in_regions) {
            listings.extend(found.listed);
            read_of.extend(found.measured.read);
            complete &= found.measured.complete;
            gaps.extend(found.measured.gaps);
            tags.extend(found.tags.map(|tags| (region.clone(), tags)));
        }
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
        let tagged: Vec<_> = tagged_elsewhere(&wanted.types).collect();
        for (region, tags) in tags {
            if let Some(fault) = tags.fault {
                gaps.push(self.gap(fault, &region, tagging::GET_RESOURCES, &tagged));
            }
        }
        // Something that is created or deleted while its pages are read can be on two of them.
        resources.sort_by(|a, b| a.position().cmp(&b.position()));
        resources.dedup_by(|a, b| a.position() == b.position());
        let inventory = Inventory { resources, regions, types: wanted.types.clone(), listed };
        Ok(Collected { inventory, account, gaps, read: read_of, complete })
    }

    /// Everything that is wanted of one region. It is measured as soon as it is listed, so that a region that hangs keeps
    /// no other one waiting.
    async fn in_region<T>(
        &self,
        region: &str,
        wanted: &Wanted,
        account: Option<&Account>,
        needs: impl Fn(&Resource) -> Vec<Measurement>,
        read: impl Fn(&Resource, &[Series]) -> T,
        deadline: Instant,
    ) -> InRegion<T> {
        let types = wanted.types.iter().filter(|kind| **kind != ResourceType::S3);
        let listings = types.map(|kind| self.list(*kind, region.to_owned(), account, deadline));
        let (listed, tags) = tokio::join!(join_all(listings), self.tags(wanted, region, deadline));
        let timed_out = |listed: &Listed| listed.listing.fault.as_ref().is_some_and(Fault::is_late);
        let deadline = if listed.iter().any(timed_out) { soon().min(deadline) } else { deadline };
        let resources = listed.iter().flat_map(|listed| &listed.listing.found);
        let measured = self.measure_region(region, resources, needs, read, deadline).await;
        InRegion { listed, tags, measured }
    }

    /// The one list of buckets.
    async fn buckets(&self, wanted: &Wanted, account: Option<&Account>, deadline: Instant) -> Option<Listed> {
        let wanted = wanted.types.contains(&ResourceType::S3);
        if wanted { Some(self.list(ResourceType::S3, s3::GLOBAL.to_owned(), account, deadline).await) } else { None }
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

    /// A region's tags of types that list themselves without them; `None` where there is no such type.
    async fn tags(&self, wanted: &Wanted, region: &str, deadline: Instant) -> Option<RegionTags> {
        let types: Vec<_> = tagged_elsewhere(&wanted.types).filter(|_| wanted.tags).collect();
        if types.is_empty() {
            return None;
        }
        Some(tagging::list_tags(&self.clients.tagging(region), &types, deadline).await)
    }
}

/// How long a region that has used up a call's time in listing is measured for.
fn soon() -> Instant {
    let now = Instant::now();
    now.checked_add(LATE_REGION).unwrap_or(now)
}

/// The types of `types` whose tags come from the tagging API.
fn tagged_elsewhere(types: &[ResourceType]) -> impl Iterator<Item = ResourceType> {
    types.iter().copied().filter(|kind| tagging::filter_of(*kind).is_some())
}
