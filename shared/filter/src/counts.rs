//! The number of matching resources, in the response or not.
//!
//! A type or region of which nothing could be listed has no count (`null`), since it may have any number of resources.

use std::collections::BTreeMap;

use collector::{Inventory, Resource, ResourceType};
use schemars::JsonSchema;
use serde::Serialize;

/// How many resources match, in the response or not.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// All matching resources.
    total: usize,
    /// By type, for each requested type; null if nothing of it could be listed.
    by_type: BTreeMap<ResourceType, Option<usize>>,
    /// By region, for each region that was queried or has a bucket; null if nothing of it could be listed.
    by_region: BTreeMap<String, Option<usize>>,
    /// By type and state, for the resources that have one.
    by_state: BTreeMap<ResourceType, BTreeMap<String, usize>>,
}

impl Counts {
    /// Counts the resources of an inventory that match.
    #[must_use]
    pub fn of<'a>(inventory: &Inventory, matching: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut of_type: BTreeMap<_, usize> = BTreeMap::new();
        let mut of_region: BTreeMap<String, usize> = BTreeMap::new();
        let mut by_state: BTreeMap<_, BTreeMap<String, usize>> = BTreeMap::new();
        let mut total = 0_usize;
        for resource in matching {
            total = total.saturating_add(1);
            count(&mut of_type, resource.resource_type());
            if let Some(region) = &resource.region {
                count(&mut of_region, region.clone());
            }
            if let Some(state) = resource.state() {
                count(by_state.entry(resource.resource_type()).or_default(), state.to_owned());
            }
        }
        let of = |kind: &ResourceType| of_type.get(kind).copied().or_else(|| inventory.knows_type(*kind).then_some(0));
        let by_type = inventory.types.iter().map(|kind| (*kind, of(kind))).collect();
        let mut by_region: BTreeMap<_, _> = inventory
            .regions
            .iter()
            .map(|region| (region.clone(), inventory.knows_region(region).then_some(0)))
            .collect();
        by_region.extend(of_region.into_iter().map(|(region, count)| (region, Some(count))));
        Self { total, by_type, by_region, by_state }
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_insert(0);
    *count = count.saturating_add(1);
}
