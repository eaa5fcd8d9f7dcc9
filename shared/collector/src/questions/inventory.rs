//! What an account has: every listing of every region, concurrently.
//!
//! The chain of dependent calls is short: the regions and the account at once, then all listings of all regions at
//! once. A response therefore takes about as long as its slowest region. A listing that fails becomes a gap and does
//! not affect the others.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use futures::StreamExt;
use futures::stream::{Collect, FuturesOrdered};
use tokio::task::yield_now;

use crate::accounts::collector::Collector;
use crate::accounts::regions::Regions;
use crate::call::counting::metered;
use crate::call::inquiry::Inquiry;
use crate::call::pages::Found;
use crate::model::account::Account;
use crate::model::coverage::{Coverage, GLOBAL, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::questions::beside::Beside;
use crate::services::ec2::regions::DESCRIBE_REGIONS;
use crate::services::tagging::{self, GET_RESOURCES, RegionTags};
use crate::services::{Resource, ResourceType};

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The regions; `None` for every enabled region.
    pub regions: Option<Vec<String>>,
    /// The types.
    pub types: Vec<ResourceType>,
    /// Whether to list tags that need separate requests.
    pub tags: bool,
}

impl Wanted {
    /// Returns the same, with `others` of the types.
    pub(crate) fn and(&self, others: &[ResourceType]) -> Self {
        let mut types = [self.types.as_slice(), others].concat();
        types.sort_unstable();
        types.dedup();
        Self { types, ..self.clone() }
    }

    /// Returns the operations that listing calls.
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
    /// The regions that were queried.
    pub regions: Vec<String>,
    /// The types that were queried.
    pub types: Vec<ResourceType>,
    /// The types and regions of which all or a part was listed. A type or region without an entry is unknown, not empty.
    pub listed: BTreeSet<(ResourceType, String)>,
}

impl Inventory {
    /// Returns whether anything at all is known about a type.
    #[must_use]
    pub fn knows_type(&self, resource_type: ResourceType) -> bool {
        self.listed.iter().any(|(listed, _)| *listed == resource_type)
    }

    /// Returns whether anything at all is known about a region. A global list counts only if nothing else was requested
    /// from the region. One that says itself what is missing counts as the lists of the regions do.
    #[must_use]
    pub fn knows_region(&self, region: &str) -> bool {
        let only_global = self.types.iter().all(|kind| kind.is_listed_once() && !kind.is_spanning());
        let region = if only_global { GLOBAL } else { region };
        self.listed.iter().any(|(_, listed)| listed == region)
    }
}

/// The listing of one type in one region, or in all regions if the type is global.
struct Listed {
    resource_type: ResourceType,
    region: String,
    found: Found<Resource>,
}

impl Listed {
    /// Returns the regions, of all `regions`, of which something is known.
    fn known(&self, regions: &[String]) -> Vec<String> {
        let Self { resource_type, region, found: Found { items, faults } } = self;
        if !resource_type.is_spanning() {
            let known = faults.is_empty() || !items.is_empty();
            return known.then(|| region.clone()).into_iter().collect();
        }
        let has = |region: Option<&str>| items.iter().any(|item| item.region.as_deref() == region);
        let lacks = |region: &str| faults.iter().any(|fault| fault.region.as_deref().is_none_or(|of| of == region));
        let known = regions.iter().filter(|region| has(Some(region)) || !lacks(region)).cloned();
        known.chain(has(None).then(|| GLOBAL.to_owned())).collect()
    }
}

/// What must be known before anything is listed.
pub(crate) struct Entered {
    regions: Regions,
    account: Result<Account, Gap>,
}

impl Entered {
    /// Returns the regions to list.
    pub(crate) fn regions(&self) -> &[String] {
        &self.regions.names
    }
}

/// The listings of one region.
pub(crate) struct RegionListings {
    listed: Vec<Listed>,
    tags: Option<RegionTags>,
}

impl RegionListings {
    /// Returns what is in the region.
    pub(crate) fn beside(&self) -> Beside<'_> {
        let complete = self.listed.iter().filter(|listed| listed.found.faults.is_empty());
        Beside::new(self.resources(), complete.map(|listed| listed.resource_type).collect())
    }

    /// Returns every resource that was found.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.listed.iter().flat_map(|listed| &listed.found.items)
    }
}

/// The listings of global types, which have the resources of all regions.
pub(crate) struct GlobalListings(Vec<Listed>);

/// The result of all listings together.
pub(crate) struct Collected {
    pub(crate) inventory: Inventory,
    pub(crate) account: Result<Account, Gap>,
    pub(crate) gaps: Vec<Gap>,
}

impl Collector {
    /// Lists what is wanted, until `deadline`.
    ///
    /// # Errors
    /// If a wanted region does not exist, or the account does not grant access. Every other failure is a gap in the
    /// coverage.
    pub async fn inventory(&self, wanted: &Wanted, deadline: Instant) -> Result<(Inventory, Coverage), Refusal> {
        let collected = Box::pin(self.list_all(wanted, deadline));
        let (collected, aws_requests) = metered(collected).await;
        let Collected { inventory, account, gaps } = collected?;
        Ok((inventory, Coverage::new(account, gaps, aws_requests)))
    }

    /// Lists everything that is wanted, all regions concurrently.
    pub(crate) async fn list_all(&self, wanted: &Wanted, deadline: Instant) -> Result<Collected, Refusal> {
        let entered = self.enter_regions(wanted, deadline).await?;
        let regions = entered.regions().iter().map(|region| self.list_region(region, wanted, &entered, deadline));
        let (regions, global) = tokio::join!(each_by_itself(regions), self.list_global(wanted, &entered, deadline));
        Ok(self.put_together(wanted, entered, regions, global))
    }

    /// Lists the resources of one type in `region`, or in all regions if the type is global. Returns the gaps.
    pub(crate) async fn list_type(
        &self,
        resource_type: ResourceType,
        region: &str,
        deadline: Instant,
    ) -> (Vec<Resource>, Vec<Gap>) {
        let (asked, named) =
            if resource_type.is_listed_once() { (self.clients.home_region(), GLOBAL) } else { (region, region) };
        // ARNs don't matter here, but CloudWatch's name of a resource may have the account.
        let named_by_list = resource_type.catalog().is_some_and(|catalog| catalog.named_by_list);
        let account = if named_by_list { self.account(deadline).await.ok() } else { None };
        let listed = list(resource_type, named, self.inquiry(asked, account.as_ref(), deadline)).await;
        let Found { items, faults } = listed.found;
        (items, faults.into_iter().map(|fault| self.gap(fault, named, &[resource_type])).collect())
    }

    /// Checks that the account grants access, and requests its regions and its id.
    pub(crate) async fn enter_regions(&self, wanted: &Wanted, deadline: Instant) -> Result<Entered, Refusal> {
        self.enter(deadline).await?;
        let regions = self.regions(wanted.regions.as_deref(), &wanted.types, deadline);
        let (regions, account) = tokio::join!(regions, self.account(deadline));
        Ok(Entered { regions: regions?, account })
    }

    /// Lists everything that is wanted of one region.
    pub(crate) async fn list_region(
        &self,
        region: &str,
        wanted: &Wanted,
        entered: &Entered,
        deadline: Instant,
    ) -> RegionListings {
        let inquiry = self.inquiry(region, entered.account.as_ref().ok(), deadline);
        let types = wanted.types.iter().filter(|kind| !kind.is_listed_once());
        let listings = each_by_itself(types.map(|kind| list(*kind, region, inquiry)));
        let filters: Vec<_> = tag_filters(wanted).collect();
        let tags = async {
            if filters.is_empty() {
                return None;
            }
            yield_now().await;
            Some(tagging::list_tags(&inquiry, &filters).await)
        };
        let (listed, tags) = tokio::join!(listings, tags);
        RegionListings { listed, tags }
    }

    /// Lists the global types, in the home region.
    pub(crate) async fn list_global(&self, wanted: &Wanted, entered: &Entered, deadline: Instant) -> GlobalListings {
        let inquiry = self.inquiry(self.clients.home_region(), entered.account.as_ref().ok(), deadline);
        let inquiry = inquiry.about(entered.regions());
        let types = wanted.types.iter().filter(|kind| kind.is_listed_once());
        GlobalListings(each_by_itself(types.map(|kind| list(*kind, GLOBAL, inquiry))).await)
    }

    /// Combines all listings into one inventory; `regions` are in the order of the entered regions.
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
        for listing in listings {
            let known = listing.known(&names);
            let Listed { resource_type, region, found: Found { items, faults } } = listing;
            gaps.extend(faults.into_iter().map(|mut fault| {
                let region = fault.region.take().unwrap_or_else(|| region.clone());
                self.gap(fault, &region, &[resource_type])
            }));
            // What was listed only for what is beside it is not a part of the result.
            if wanted.types.contains(&resource_type) {
                listed.extend(known.into_iter().map(|region| (resource_type, region)));
                resources.extend(items);
            }
        }
        if let Some(wanted) = &wanted.regions {
            // A bucket whose region S3 omitted may be in a wanted region; what is global is in each.
            resources.retain(|found| found.region.as_ref().is_none_or(|region| wanted.contains(region)));
        }
        // Of a type that is listed with its tags, those that are missing are unknown.
        let tagged_here = |resource: &&mut Resource| resource.resource_type().tag_filter().is_some();
        for resource in resources.iter_mut().filter(tagged_here).filter(|resource| resource.tags.is_none()) {
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
        // AWS may call a type by another name one day; what has a type of its own is not listed twice for that.
        if wanted.types.iter().any(|kind| kind.is_spanning()) {
            let is_spanning = |resource: &Resource| resource.resource_type().is_spanning();
            let own: HashSet<_> =
                resources.iter().filter(|found| !is_spanning(found)).filter_map(|found| found.arn.clone()).collect();
            resources.retain(|found| !is_spanning(found) || found.arn.as_ref().is_none_or(|arn| !own.contains(arn)));
        }
        // If something is created or deleted while pages are read, a resource can be on two of them.
        resources.sort_by(|a, b| a.position().cmp(&b.position()));
        resources.dedup_by(|a, b| a.position() == b.position());
        let inventory = Inventory { resources, regions: names, types: wanted.types.clone(), listed };
        Collected { inventory, account, gaps }
    }
}

/// Runs all parts at once, and returns their results in their order. A part is polled only when something of it has
/// arrived; `join_all` would poll all of them each time, which for hundreds of calls takes longer than the calls
/// themselves.
pub(crate) fn each_by_itself<F: Future>(parts: impl Iterator<Item = F>) -> Collect<FuturesOrdered<F>, Vec<F::Output>> {
    parts.collect::<FuturesOrdered<_>>().collect()
}

/// From how many calls in a row a type begins at once.
const MANY_IN_A_ROW: usize = 3;

/// Lists one type of `region` by `inquiry`. The more calls follow each other, the sooner it begins: otherwise the hundreds
/// of requests of all types would be sent before those of the longest chains.
async fn list(resource_type: ResourceType, region: &str, inquiry: Inquiry<'_>) -> Listed {
    for _ in resource_type.calls_in_a_row()..MANY_IN_A_ROW {
        yield_now().await;
    }
    let mut found = resource_type.list(&inquiry).await;
    found.items.retain(|resource| !resource.is_listed_by_its_type());
    Listed { resource_type, region: region.to_owned(), found }
}

/// Returns the filters for the tagging API.
fn tag_filters(wanted: &Wanted) -> impl Iterator<Item = &'static str> {
    wanted.types.iter().filter(|_| wanted.tags).filter_map(|kind| kind.tag_filter())
}
