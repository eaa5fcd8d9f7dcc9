//! AWS's services: one file per service or type of resource, the only files that name an SDK.
//!
//! A type of resource is one file that implements `Kind`, and one line of `kinds!` below. These lines generate
//! [`ResourceType`] and [`Detail`], and with them everything that is available for any type: its name, states, metrics,
//! tags, operations and listing. To add a type, follow CONTRIBUTING.md.

pub mod autoscaling;
pub(crate) mod budgets;
pub(crate) mod cloudwatch;
pub(crate) mod cost_explorer;
pub(crate) mod cost_optimization_hub;
pub mod dynamodb;
pub mod ec2;
pub mod ecs;
pub mod efs;
pub mod eks;
pub mod elasticache;
pub mod elb;
pub(crate) mod kind;
pub mod lambda;
pub mod logs;
pub mod opensearch;
pub(crate) mod organizations;
pub(crate) mod pricing;
pub mod rds;
pub mod redshift;
pub mod resource_explorer;
pub mod s3;
pub mod service_quotas;
pub(crate) mod ssm;
pub(crate) mod sts;
pub(crate) mod tagging;
pub(crate) mod values;

use std::borrow::{Borrow as _, Cow};
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::call::inquiry::Inquiry;
use crate::call::pages::Found;
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource as OfType;
use crate::services::autoscaling::group::AutoScalingGroup;
use crate::services::dynamodb::Table;
use crate::services::ec2::address::Address;
use crate::services::ec2::endpoint::Endpoint;
use crate::services::ec2::image::Image;
use crate::services::ec2::instance::Instance;
use crate::services::ec2::nat_gateway::NatGateway;
use crate::services::ec2::snapshot::Snapshot;
use crate::services::ec2::volume::Volume;
use crate::services::ecs::EcsService;
use crate::services::efs::FileSystem;
use crate::services::eks::EksCluster;
use crate::services::elasticache::CacheCluster;
use crate::services::elb::load_balancer::LoadBalancer;
use crate::services::kind::{About, Kind, Scope, TagSource};
use crate::services::lambda::Function;
use crate::services::logs::LogGroup;
use crate::services::opensearch::OpenSearchDomain;
use crate::services::rds::cluster::DbCluster;
use crate::services::rds::instance::Database;
use crate::services::rds::snapshot::DbSnapshot;
use crate::services::redshift::RedshiftCluster;
use crate::services::resource_explorer::OtherResource;
use crate::services::s3::Bucket;
use crate::services::service_quotas::ServiceQuota;

/// Generates the types of resources from lines `Variant(how one is stored): Kind`. `Ec2(Box<Instance>): Instance`
/// becomes `ResourceType::Ec2`, `Detail::Ec2(Box<Instance>)`, `impl OfKind for Instance`, and an arm in each match
/// below that uses `Instance` as a [`Kind`].
macro_rules! kinds {
    ($($variant:ident($stored:ty): $kind:ty,)+) => {
        /// The types of resources, in the order of responses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is described by its kind")]
        pub enum ResourceType { $($variant,)+ }

        /// The fields that only resources of one type have.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each is described by its kind")]
        pub enum Detail { $($variant($stored),)+ }

        impl ResourceType {
            /// Every type, in the order of responses.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];
            fn about(self) -> &'static About { match self { $(Self::$variant => const { &About::of::<$kind>() },)+ } }
            /// Lists every resource of this type in a region, or in the account if the type is global.
            pub(crate) async fn list(self, inquiry: &Inquiry<'_>) -> Found<Resource> {
                match self { $(Self::$variant => <$kind>::list(inquiry).await.map(|r| r.map(Detail::$variant)),)+ }
            }
        }
        impl ResourceType {
            /// Describes one resource of this type.
            pub fn schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$variant => generator.subschema_for::<OfType<$kind>>(),)+ }
            }
        }
        impl Detail {
            /// Returns the detail of a resource of which nothing but its type is known.
            fn bare(kind: ResourceType) -> Self {
                match kind { $(ResourceType::$variant => Self::$variant(Default::default()),)+ }
            }
            fn resource_type(&self) -> ResourceType { match self { $(Self::$variant(_) => ResourceType::$variant,)+ } }
            fn state(&self) -> Option<&str> { match self { $(Self::$variant(it) => <$kind>::state(it.borrow()),)+ } }
            fn measured_as<'a>(&self, id: &'a str) -> Cow<'a, str> {
                match self { $(Self::$variant(it) => <$kind>::measured_as(it.borrow(), id),)+ }
            }
            fn bill(&self, region: &str) -> Result<Bill, Unpriced> {
                match self { $(Self::$variant(it) => <$kind>::bill(it.borrow(), region),)+ }
            }
        }
        $(impl OfKind for $kind {
            const RESOURCE_TYPE: ResourceType = ResourceType::$variant;
            fn of(detail: &Detail) -> Option<&Self> { if let Detail::$variant(it) = detail { Some(it.borrow()) } else { None } }
            fn bill_in(&self, region: &str) -> Result<Bill, Unpriced> { <$kind>::bill(self, region) }
        })+
    };
}

kinds! {
    Ec2(Box<Instance>): Instance,
    Rds(Box<Database>): Database,
    S3(Bucket): Bucket,
    Lambda(Box<Function>): Function,
    Ebs(Box<Volume>): Volume,
    Eip(Address): Address,
    Dynamodb(Box<Table>): Table,
    NatGateway(Box<NatGateway>): NatGateway,
    EbsSnapshot(Box<Snapshot>): Snapshot,
    Ami(Box<Image>): Image,
    VpcEndpoint(Box<Endpoint>): Endpoint,
    RdsCluster(Box<DbCluster>): DbCluster,
    RdsSnapshot(Box<DbSnapshot>): DbSnapshot,
    Elasticache(Box<CacheCluster>): CacheCluster,
    Efs(Box<FileSystem>): FileSystem,
    LogGroup(Box<LogGroup>): LogGroup,
    LoadBalancer(Box<LoadBalancer>): LoadBalancer,
    AutoScalingGroup(Box<AutoScalingGroup>): AutoScalingGroup,
    EcsService(Box<EcsService>): EcsService,
    ServiceQuota(Box<ServiceQuota>): ServiceQuota,
    EksCluster(Box<EksCluster>): EksCluster,
    Opensearch(Box<OpenSearchDomain>): OpenSearchDomain,
    Redshift(Box<RedshiftCluster>): RedshiftCluster,
    Other(Box<OtherResource>): OtherResource,
}

/// One resource of any type.
pub type Resource = OfType<Detail>;

/// The fields of one type of resource, inside a [`Detail`].
pub trait OfKind: Sized {
    /// The type.
    const RESOURCE_TYPE: ResourceType;

    /// Returns the fields, if the detail is of this type.
    fn of(detail: &Detail) -> Option<&Self>;

    /// Returns what a resource with these fields costs in a region, in terms of products.
    ///
    /// # Errors
    /// If that can't be told; with the reason.
    fn bill_in(&self, region: &str) -> Result<Bill, Unpriced>;
}

impl ResourceType {
    /// Returns the name of the type in parameters and responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.about().name
    }

    /// Returns the type with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the names of all types, in the order of responses.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }

    /// Returns what the type is for: `compute`, `database`, `storage`, `network` or `other`.
    #[must_use]
    pub fn group(self) -> &'static str {
        self.about().group.as_str()
    }

    /// Returns the states that resources of this type can have; empty if AWS lists none.
    #[must_use]
    pub fn states(self) -> &'static [&'static str] {
        self.about().states
    }

    /// Returns what CloudWatch measures of this type; `None` if it measures nothing.
    #[must_use]
    pub fn catalog(self) -> Option<&'static Catalog> {
        self.about().catalog
    }

    /// Returns whether it is listed only where a request names it.
    #[must_use]
    pub fn is_on_request(self) -> bool {
        self.about().on_request
    }

    /// Returns how many calls follow each other when it is listed.
    pub(crate) fn calls_in_a_row(self) -> usize {
        self.about().calls_in_a_row
    }

    /// Returns the types that are listed where a request names none, in the order of responses.
    #[must_use]
    pub fn by_default() -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| !kind.is_on_request()).collect()
    }

    /// Returns the operations that list this type.
    pub(crate) fn operations(self) -> &'static [&'static Operation] {
        self.about().operations
    }

    /// Returns whether a single list has the resources of all regions.
    pub(crate) fn is_listed_once(self) -> bool {
        self.about().scope != Scope::Regional
    }

    /// Returns whether that single list says itself of which regions something is missing.
    pub(crate) fn is_spanning(self) -> bool {
        self.about().scope == Scope::Spanning
    }

    /// Returns Resource Explorer's names of what this type lists.
    pub(crate) fn explorer_types(self) -> &'static [&'static str] {
        self.about().explorer_types
    }

    /// Returns whether the tags of this type are known, unless AWS failed to list them.
    #[must_use]
    pub fn has_tags(self) -> bool {
        self.about().tags != TagSource::Unavailable
    }

    /// Returns the tagging API's name for a type that is listed without tags; `None` for all other types.
    pub(crate) fn tag_filter(self) -> Option<&'static str> {
        match self.about().tags {
            TagSource::TaggingApi(filter) => Some(filter),
            TagSource::Listed | TagSource::Unavailable => None,
        }
    }
}

impl ResourceType {
    /// Returns the names of the fields of a resource of this type, in the order of responses.
    #[must_use]
    pub fn fields(self) -> Vec<String> {
        let mut generator = SchemaGenerator::default();
        let reference = self.schema(&mut generator);
        let name = reference.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        let definitions = generator.take_definitions(false);
        let described = name.and_then(|name| definitions.get(name)).and_then(|schema| schema.get("properties"));
        described.and_then(Value::as_object).map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ResourceType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for ResourceType {
    fn schema_name() -> Cow<'static, str> {
        "ResourceType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"description": "A type of resource.", "type": "string", "enum": Self::names()})
    }
}

impl<'de> Deserialize<'de> for ResourceType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| de::Error::custom(format_args!("`{name}` is not a type of resource")))
    }
}

/// Resource Explorer's names of what the types list, in lower case.
static LISTED_BY_TYPES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = ResourceType::ALL.into_iter().flat_map(ResourceType::explorer_types);
    names.map(|name| name.to_ascii_lowercase()).collect()
});

impl Resource {
    /// Returns the type of this resource.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        self.detail.resource_type()
    }

    /// Returns the position of the resource in every response: its type, region and id.
    #[must_use]
    pub fn position(&self) -> (ResourceType, Option<&str>, &str) {
        (self.resource_type(), self.region.as_deref(), &self.id)
    }

    /// Returns whether it is in a list of everything, although a type of its own lists it.
    pub(crate) fn is_listed_by_its_type(&self) -> bool {
        let Detail::Other(found) = &self.detail else { return false };
        found.aws_type.as_ref().is_some_and(|name| LISTED_BY_TYPES.contains(&name.to_ascii_lowercase()))
    }

    /// Returns the name by which CloudWatch knows the resource.
    #[must_use]
    pub fn measured_as(&self) -> Cow<'_, str> {
        self.detail.measured_as(&self.id)
    }

    /// Returns what the resource costs, in terms of products.
    ///
    /// # Errors
    /// If that can't be told; with the reason.
    pub fn bill(&self) -> Result<Bill, Unpriced> {
        let bill = self.detail.bill(self.region.as_deref().unwrap_or_default())?;
        // What is billed by itself is in a region; that of a bucket may be missing, and global things have none.
        if self.region.is_some() { Ok(bill) } else { Err(Unpriced::missing("region")) }
    }

    /// Returns the state, if the type has one: one of [`ResourceType::states`], or one that AWS added later.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.detail.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_the_states_that_aws_names() {
        let has = |kind: ResourceType, state| kind.states().contains(&state);
        assert!(has(ResourceType::Ec2, "shutting-down") && has(ResourceType::Rds, "backing-up"));
        assert!(has(ResourceType::Ebs, "in-use") && !has(ResourceType::Ebs, "running"));
        assert_eq!(ResourceType::Eip.states(), ["associated", "unassociated"]);
        assert_eq!([ResourceType::S3.states(), ResourceType::Lambda.states()], [&[""; 0]; 2]);
    }

    #[test]
    fn types_are_serialised_by_the_names_of_parameters() {
        let names: Vec<_> = ResourceType::ALL.iter().map(ToString::to_string).collect();
        assert!(names.starts_with(&["ec2", "rds", "s3", "lambda", "ebs", "eip"].map(str::to_owned)));
        for kind in ResourceType::ALL {
            let named = de::value::StrDeserializer::<de::value::Error>::new(kind.as_str());
            assert_eq!(ResourceType::deserialize(named), Ok(kind));
        }
        let unknown = de::value::StrDeserializer::<de::value::Error>::new("mars");
        assert!(ResourceType::deserialize(unknown).is_err());
    }

    #[test]
    fn every_metric_is_found_by_both_names_and_no_name_is_ambiguous() {
        for catalog in ResourceType::ALL.into_iter().filter_map(ResourceType::catalog) {
            for metric in catalog.metrics {
                assert_eq!(catalog.find(metric.name), Some(metric));
                assert_eq!(catalog.find(metric.cloudwatch_name), Some(metric));
            }
            assert!(!catalog.usual().is_empty());
            assert_eq!(catalog.find("no_such_metric"), None);
        }
    }

    #[test]
    fn a_metric_has_the_shortest_interval_that_aws_measures() {
        assert_eq!(ec2::instance::CPU.shortest_period, 60);
        assert_eq!(ec2::instance::CPU_CREDIT_BALANCE.shortest_period, 300);
        assert_eq!(s3::BUCKET_SIZE.shortest_period, 86_400);
    }

    #[test]
    fn each_type_names_what_resource_explorer_calls_it_and_no_two_the_same() {
        let mut names = std::collections::BTreeSet::new();
        for kind in ResourceType::ALL {
            // `other` is what remains of Resource Explorer's list, which has no quotas.
            let has_none = matches!(kind, ResourceType::Other | ResourceType::ServiceQuota);
            assert_eq!(kind.explorer_types().is_empty(), has_none, "{kind}");
            for name in kind.explorer_types() {
                assert!(name.split_once(':').is_some_and(|(service, of)| !service.is_empty() && !of.is_empty()));
                assert!(names.insert(name), "{name}");
            }
        }
    }

    #[test]
    fn each_operation_is_permitted_by_an_action_of_its_service() {
        for operation in ResourceType::ALL.into_iter().flat_map(ResourceType::operations) {
            let action = operation.action.unwrap_or_default();
            assert!(action.starts_with(&format!("{}:", operation.service)), "{operation:?}");
        }
    }
}
