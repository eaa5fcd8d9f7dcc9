//! What an account has: every listing of every region, side by side.
//!
//! The chain of dependent calls is short: regions and account first, together, then all listings of all regions at once.
//! An answer takes about as long as its longest region. A listing that fails becomes a gap and leaves the others alone.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use futures::future::join_all;

use crate::accounts::collector::Collector;
use crate::accounts::regions::Regions;
use crate::call::counting::metered;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::Listing;
use crate::model::account::Account;
use crate::model::coverage::{Coverage, GLOBAL, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::services::ec2::regions::DESCRIBE_REGIONS;
use crate::services::tagging::{self, GET_RESOURCES, RegionTags};
use crate::services::{Resource, ResourceType};

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

impl Wanted {
    /// What listing it calls.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static Operation> {
        let listing = self.types.iter().flat_map(|kind| kind.operations()).copied();
        let tagging = tag_filters(self).next().map(|_| &GET_RESOURCES);
        std::iter::once(&DESCRIBE_REGIONS).chain(listing).chain(tagging).collect()
    }
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

    /// Whether anything at all is known of a region. A list of all regions says something of one only where nothing else
    /// was asked of it.
    #[must_use]
    pub fn knows_region(&self, region: &str) -> bool {
        let only_global = self.types.iter().all(|kind| kind.is_global());
        let asked = if only_global { GLOBAL } else { region };
        self.listed.iter().any(|(_, listed)| listed == asked)
    }
}

/// One type of one region, or of all regions where it is listed once.
struct Listed {
    resource_type: ResourceType,
    region: String,
    listing: Listing<Resource>,
}

/// What has to be known before anything is listed.
pub(crate) struct Entered {
    regions: Regions,
    account: Result<Account, Gap>,
}

impl Entered {
    /// The regions to list.
    pub(crate) fn regions(&self) -> &[String] {
        &self.regions.names
    }
}

/// What one region has.
pub(crate) struct RegionListings {
    listed: Vec<Listed>,
    tags: Option<RegionTags>,
}

impl RegionListings {
    /// Every resource that was found.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.listed.iter().flat_map(|listed| &listed.listing.found)
    }

    /// Whether a listing used up the time that a call has.
    pub(crate) fn is_late(&self) -> bool {
        self.listed.iter().any(|listed| listed.listing.fault.as_ref().is_some_and(Fault::is_late))
    }
}

/// What is listed for all regions at once.
pub(crate) struct GlobalListings(Vec<Listed>);

/// What all listings together have.
pub(crate) struct Collected {
    pub(crate) inventory: Inventory,
    pub(crate) account: Result<Account, Gap>,
    pub(crate) gaps: Vec<Gap>,
}

impl Collector {
    /// Lists what is wanted until `deadline`.
    ///
    /// # Errors
    /// A wanted region that AWS does not have, or an account that does not let us in. Everything else that goes wrong is a
    /// gap of the coverage.
    pub async fn inventory(&self, wanted: &Wanted, deadline: Instant) -> Result<(Inventory, Coverage), Refusal> {
        let collected = Box::pin(async {
            let entered = self.enter_regions(wanted, deadline).await?;
            let regions = entered.regions().iter().map(|region| self.list_region(region, wanted, &entered, deadline));
            let (regions, global) = tokio::join!(join_all(regions), self.list_global(wanted, &entered, deadline));
            Ok(self.put_together(wanted, entered, regions, global))
        });
        let (collected, aws_requests) = metered(collected).await;
        let Collected { inventory, account, gaps } = collected?;
        Ok((inventory, Coverage::new(account, gaps, aws_requests)))
    }

    /// Makes sure that the account lets us in, and asks for its regions and whose it is.
    pub(crate) async fn enter_regions(&self, wanted: &Wanted, deadline: Instant) -> Result<Entered, Refusal> {
        self.enter(deadline).await?;
        let regions = self.regions(wanted.regions.as_deref(), &wanted.types, deadline);
        let (regions, account) = tokio::join!(regions, self.account(deadline));
        Ok(Entered { regions: regions?, account })
    }

    /// Everything that is wanted of one region.
    pub(crate) async fn list_region(
        &self,
        region: &str,
        wanted: &Wanted,
        entered: &Entered,
        deadline: Instant,
    ) -> RegionListings {
        let inquiry = self.inquiry(region, entered.account.as_ref().ok(), deadline);
        let types = wanted.types.iter().filter(|kind| !kind.is_global());
        let listings = join_all(types.map(|kind| list(*kind, region, inquiry)));
        let filters: Vec<_> = tag_filters(wanted).collect();
        let tags = async { if filters.is_empty() { None } else { Some(tagging::list_tags(&inquiry, &filters).await) } };
        let (listed, tags) = tokio::join!(listings, tags);
        RegionListings { listed, tags }
    }

    /// What has one list for all regions, which the home region gives.
    pub(crate) async fn list_global(&self, wanted: &Wanted, entered: &Entered, deadline: Instant) -> GlobalListings {
        let inquiry = self.inquiry(self.clients.home_region(), entered.account.as_ref().ok(), deadline);
        let types = wanted.types.iter().filter(|kind| kind.is_global());
        GlobalListings(join_all(types.map(|kind| list(*kind, GLOBAL, inquiry))).await)
    }

    /// Makes one inventory of all listings; those of `regions` come in the order of their regions.
    pub(crate) fn put_together(
        &self,
        wanted: &Wanted,
        entered: Entered,
        regions: Vec<RegionListings>,
        GlobalListings(mut listings): GlobalListings,
    ) -> Collected {
        let Entered { regions: Regions { names, mut gaps }, account } = entered;
        let mut tags = HashMap::new();
        for (region, found) in names.iter().zip(regions) {
            listings.extend(found.listed);
            tags.extend(found.tags.map(|tags| (region.clone(), tags)));
        }
        let mut resources = Vec::new();
        let mut listed = BTreeSet::new();
        for Listed { resource_type, region, listing } in listings {
            if listing.fault.is_none() || !listing.found.is_empty() {
                listed.insert((resource_type, region.clone()));
            }
            if let Some(fault) = listing.fault {
                gaps.push(self.gap(fault, &region, &[resource_type]));
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
        let tagged: Vec<_> = wanted.types.iter().copied().filter(|kind| kind.tag_filter().is_some()).collect();
        for (region, tags) in tags {
            if let Some(fault) = tags.fault {
                gaps.push(self.gap(fault, &region, &tagged));
            }
        }
        // Something that is created or deleted while its pages are read can be on two of them.
        resources.sort_by(|a, b| a.position().cmp(&b.position()));
        resources.dedup_by(|a, b| a.position() == b.position());
        let inventory = Inventory { resources, regions: names, types: wanted.types.clone(), listed };
        Collected { inventory, account, gaps }
    }
}

/// One type of `region`, which `inquiry` lists.
async fn list(resource_type: ResourceType, region: &str, inquiry: Inquiry<'_>) -> Listed {
    let listing = resource_type.list(&inquiry).await;
    Listed { resource_type, region: region.to_owned(), listing }
}

/// What the tagging API is asked for.
fn tag_filters(wanted: &Wanted) -> impl Iterator<Item = &'static str> {
    wanted.types.iter().filter(|_| wanted.tags).filter_map(|kind| kind.tag_filter())
}
