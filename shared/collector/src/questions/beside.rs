//! What else is in a resource's region: what a judgement about one resource needs to know of others.
//!
//! Whether a snapshot is still needed depends on its volume, and what a volume costs for nothing depends on its
//! instance. The lists of a region are all there when its resources are judged, so nothing is asked twice. A list that
//! lacks something can show that a resource exists, but not that it doesn't.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::services::ec2::status_checks::StatusChecks;
use crate::services::{OfKind, Resource, ResourceType};

/// The resources of one region.
#[derive(Debug, Default)]
pub struct Beside<'a> {
    /// By type and id. There may be thousands, and a rule may look at all of one type for each of another.
    resources: BTreeMap<ResourceType, HashMap<&'a str, &'a Resource>>,
    /// The types of which all resources are here.
    complete: BTreeSet<ResourceType>,
    /// The instances whose status checks did not pass; `None` if they were not requested.
    status_checks: Option<ChecksNotPassed>,
}

/// The status checks that did not pass.
#[derive(Debug)]
struct ChecksNotPassed {
    by_instance: HashMap<String, StatusChecks>,
    /// Whether all other instances passed.
    complete: bool,
}

/// What the lists of a region say about a resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known<T> {
    /// It exists.
    There(T),
    /// It does not exist.
    Gone,
    /// A part of the list failed, or the type was not listed.
    Unknown,
}

impl<'a> Beside<'a> {
    /// Collects the resources of a region, of which those of the types in `complete` are all.
    pub fn new(resources: impl IntoIterator<Item = &'a Resource>, complete: BTreeSet<ResourceType>) -> Self {
        let mut by_type = BTreeMap::<_, HashMap<_, _>>::new();
        for found in resources {
            by_type.entry(found.resource_type()).or_default().insert(found.id.as_str(), found);
        }
        Self { resources: by_type, complete, status_checks: None }
    }

    /// Adds the status checks that did not pass; if they are `complete`, those of all other instances passed.
    #[must_use]
    pub fn with_status_checks(self, not_passed: Vec<(String, StatusChecks)>, complete: bool) -> Self {
        let by_instance = not_passed.into_iter().collect();
        Self { status_checks: Some(ChecksNotPassed { by_instance, complete }), ..self }
    }

    /// Returns the status checks of an instance; `None` if they are unknown.
    #[must_use]
    pub fn status_checks(&self, instance_id: &str) -> Option<StatusChecks> {
        let not_passed = self.status_checks.as_ref()?;
        let checks = not_passed.by_instance.get(instance_id).cloned();
        checks.or_else(|| not_passed.complete.then(StatusChecks::default))
    }

    /// Returns the resource with this id.
    #[must_use]
    pub fn find<K: OfKind>(&self, id: &str) -> Known<&'a K> {
        let found = self.resources.get(&K::RESOURCE_TYPE).and_then(|of_type| of_type.get(id));
        match found.and_then(|found| K::of(&found.detail)) {
            Some(found) => Known::There(found),
            None if self.complete.contains(&K::RESOURCE_TYPE) => Known::Gone,
            None => Known::Unknown,
        }
    }

    /// Returns every resource of a type with its id; `None` if some may be missing.
    #[must_use]
    pub fn all<K: OfKind + 'a>(&self) -> Option<impl Iterator<Item = (&'a str, &'a K)>> {
        let of_type = self.resources.get(&K::RESOURCE_TYPE).into_iter().flatten();
        let all = of_type.filter_map(|(id, found)| Some((*id, K::of(&found.detail)?)));
        self.complete.contains(&K::RESOURCE_TYPE).then_some(all)
    }
}
