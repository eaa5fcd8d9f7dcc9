//! The long tail: what AWS Resource Explorer knows and no other type lists.
//!
//! Resource Explorer keeps an index in each region where somebody switched it on. An aggregator index has those of all
//! regions, so that one list is enough; without one, each wanted region is listed by itself. Both are lists of what
//! exists, as of some minutes or hours ago: identities without states.
//!
//! Nothing is switched on here: a region without an index, and a list without a default view, are faults that say what to
//! do. AWS may create an index where somebody searches without one, so only regions that have one are asked.
//!
//! What another type lists is left out by [`services`](crate::services), whether or not it is requested, so that nothing is
//! listed twice.

mod defaults;

use aws_sdk_resourceexplorer2::operation::get_index::GetIndexOutput;
use aws_sdk_resourceexplorer2::operation::list_indexes::ListIndexesOutput;
use aws_sdk_resourceexplorer2::operation::list_resources::ListResourcesOutput;
use aws_sdk_resourceexplorer2::types::{self, IndexState, IndexType};
use aws_smithy_types::Document;
use futures::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::model::metric::Catalog;
use crate::model::operation::{Operation, Price};
use crate::model::price::{Bill, Unpriced, UnpricedReason};
use crate::model::resource::{Resource, Tags};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::{given, tags, timestamp};

/// AWS Resource Explorer.
struct ResourceExplorer;

impl Service for ResourceExplorer {
    const NAME: &'static str = "resource-explorer-2";
    /// Source: "Maximum non-Search operations per second" in the user guide, "Quotas for Resource Explorer".
    const RATE: Rate = Rate::a_second(3, 0);

    guarded_client!(aws_sdk_resourceexplorer2);
}

const LIST_INDEXES: Operation = free("ListIndexes", "resource-explorer-2:ListIndexes");
const GET_INDEX: Operation = free("GetIndex", "resource-explorer-2:GetIndex");
/// The API reference names the action of `Search` for it; no action has its own name.
const LIST_RESOURCES: Operation = free("ListResources", "resource-explorer-2:Search");

const fn free(name: &'static str, action: &'static str) -> Operation {
    Operation { service: ResourceExplorer::NAME, name, action: Some(action), price: Price::Free }
}

/// The most indexes that a page has.
const INDEXES_A_PAGE: i32 = 100;

/// How many resources a page may have: with 1,000, the most that are allowed, there is no token of the next page.
const RESOURCES_A_PAGE: i32 = 999;

/// The region of what belongs to none, such as IAM's roles.
const NO_REGION: &str = "global";

/// The property of a resource that has its tags, if the view includes them.
const TAGS: &str = "tags";

/// The error if a region has no default view, or if the caller may not use it.
const NO_VIEW: &str = "UnauthorizedException";

/// A resource that no other type lists, as AWS Resource Explorer knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct OtherResource {
    /// AWS's service, such as `sqs`.
    pub service: Option<String>,
    /// Resource Explorer's name of the type, such as `sqs:queue`.
    pub aws_type: Option<String>,
    /// When Resource Explorer last looked at it. It may be gone since.
    pub last_reported_at: Option<Timestamp>,
    /// Whether AWS made it and not somebody in the account; absent if the type and the ARN don't tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_default: Option<bool>,
}

/// Returns Resource Explorer's names of the types that have `aws_default`.
pub fn types_with_defaults() -> impl Iterator<Item = &'static str> {
    defaults::types()
}

impl Kind for OtherResource {
    const TYPE: &'static str = "other";
    const GROUP: Group = Group::Other;
    const OPERATIONS: &'static [&'static Operation] = &[&LIST_INDEXES, &GET_INDEX, &LIST_RESOURCES];
    const SCOPE: Scope = Scope::Spanning;
    const STATES: &'static [&'static str] = &[];
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &[];
    const CATALOG: Option<&'static Catalog> = None;
    const ON_REQUEST: bool = true;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        None
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::new(UnpricedReason::NotSupported, "this version knows no more of it than its ARN"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let (indexes, fault) = list_indexes(inquiry).await;
        let mut found = Found { items: Vec::new(), faults: Vec::new() };
        // Where the list of indexes is cut short, a region that is not on it may have one.
        found.fail_each(fault.clone());
        if fault.is_none() {
            found.fail_each(lacking(inquiry.regions, &indexes));
        }
        let aggregator = indexes.iter().find(|index| index.is_aggregator);
        let lists = indexes.iter().filter(|index| match aggregator {
            Some(aggregator) => index.region == aggregator.region,
            None => inquiry.regions.contains(&index.region),
        });
        for list in join_all(lists.map(|index| list_index(inquiry, index, &indexes))).await {
            found.items.extend(list.items);
            found.fail_each(list.faults);
        }
        found
    }
}

/// An index of Resource Explorer.
struct Index {
    region: String,
    /// Whether it has the resources of all regions that have an index.
    is_aggregator: bool,
}

/// Lists the indexes of the account, in all regions.
async fn list_indexes(inquiry: &Inquiry<'_>) -> (Vec<Index>, Option<Fault>) {
    let explorer = inquiry.client::<ResourceExplorer>();
    let ask = |page: Page| explorer.list_indexes().max_results(page.size).set_next_token(page.token).send();
    let limits = explorer.limits(&LIST_INDEXES, inquiry.deadline).pages_of(INDEXES_A_PAGE);
    let listing = every_page(limits, ask, ListIndexesOutput::next_token, |page| {
        page.indexes().iter().filter_map(index_of).collect()
    })
    .await;
    (listing.found, listing.fault)
}

fn index_of(index: &types::Index) -> Option<Index> {
    Some(Index { is_aggregator: index.r#type == Some(IndexType::Aggregator), region: given(index.region.as_deref())? })
}

/// Returns the faults of the wanted `regions` that have no index.
fn lacking(regions: &[String], indexes: &[Index]) -> Vec<Fault> {
    const CODE: &str = "NoIndex";
    if indexes.is_empty() {
        let message = "Resource Explorer is not switched on in this account: it has no index in any region. It is free; \
                       create an aggregator index and indexes in the other regions. Stratoscope switches nothing on";
        return vec![Fault::failed(&LIST_INDEXES, CODE, message)];
    }
    let without = regions.iter().filter(|region| indexes.iter().all(|index| index.region != **region));
    let fault = |region: &String| {
        let message = format!(
            "Resource Explorer has no index in {region}, so nothing is known of it. It is free; create an index there. \
             Stratoscope switches nothing on"
        );
        Fault::failed(&LIST_INDEXES, CODE, &message).in_region(region)
    };
    without.map(fault).collect()
}

/// Lists the resources of an index: an aggregator's are those of all regions.
async fn list_index(inquiry: &Inquiry<'_>, index: &Index, indexes: &[Index]) -> Found<Resource<Box<OtherResource>>> {
    let (mut found, unfinished) =
        tokio::join!(list_resources(inquiry, &index.region), unfinished(inquiry, index, indexes));
    found.fail_each(unfinished);
    if !index.is_aggregator {
        for fault in &mut found.faults {
            fault.region.get_or_insert_with(|| index.region.clone());
        }
    }
    found
}

/// Lists the resources that the default view of a region shows.
async fn list_resources(inquiry: &Inquiry<'_>, region: &str) -> Found<Resource<Box<OtherResource>>> {
    let explorer = inquiry.client_in::<ResourceExplorer>(region);
    let ask = |page: Page| explorer.list_resources().max_results(page.size).set_next_token(page.token).send();
    let limits = explorer.limits(&LIST_RESOURCES, inquiry.deadline).pages_of(RESOURCES_A_PAGE);
    let mut listing = every_page(limits, ask, ListResourcesOutput::next_token, |page| {
        page.resources().iter().filter_map(|found| resource_of(inquiry, found)).collect()
    })
    .await;
    if let Some(fault) = listing.fault.take_if(|fault| fault.code == NO_VIEW) {
        let message = format!(
            "Resource Explorer has no default view in {region}, or a policy denies its use. Choose one there that has \
             all resources, with tags. Stratoscope switches nothing on. AWS: {}",
            fault.message
        );
        listing.fault = Some(Fault::failed(&LIST_RESOURCES, NO_VIEW, &message));
    }
    listing.into()
}

/// Returns why an index may lack resources although it is listed to the end.
async fn unfinished(inquiry: &Inquiry<'_>, index: &Index, indexes: &[Index]) -> Vec<Fault> {
    let explorer = inquiry.client_in::<ResourceExplorer>(&index.region);
    let ask = || explorer.get_index().send();
    match one_call(explorer.limits(&GET_INDEX, inquiry.deadline), ask).await {
        Ok(described) => missing_of(&described, index, indexes, inquiry.regions),
        Err(fault) => vec![fault],
    }
}

fn missing_of(described: &GetIndexOutput, index: &Index, indexes: &[Index], wanted: &[String]) -> Vec<Fault> {
    let region = &index.region;
    let mut faults = Vec::new();
    if let Some(state) = described.state.as_ref().filter(|state| **state != IndexState::Active) {
        let message = format!(
            "the index of Resource Explorer in {region} is {state}, not ACTIVE, so what it lists may be incomplete"
        );
        faults.push(Fault::failed(&GET_INDEX, "IndexNotActive", &message));
    }
    if let Some(from) = described.replicating_from.as_ref().filter(|_| index.is_aggregator) {
        let others = indexes.iter().map(|index| &index.region).filter(|other| *other != region);
        for other in others.filter(|other| wanted.contains(other) && !from.contains(other)) {
            let message = format!(
                "the index of Resource Explorer in {other} is not copied to the aggregator index in {region} yet, so \
                 its resources may be missing"
            );
            faults.push(Fault::failed(&GET_INDEX, "IndexNotReplicated", &message).in_region(other));
        }
    }
    faults
}

/// Returns a resource of this account. A view may have those of the whole organisation.
fn resource_of(inquiry: &Inquiry<'_>, found: &types::Resource) -> Option<Resource<Box<OtherResource>>> {
    let arn = given(found.arn.as_deref())?;
    let aws_type = given(found.resource_type.as_deref());
    let owner = found.owning_account_id.as_deref().zip(inquiry.account);
    if owner.is_some_and(|(owner, account)| owner != account.id) {
        return None;
    }
    let tags = found.properties.as_deref().unwrap_or_default().iter().find(|property| property.name() == Some(TAGS));
    let tags = tags.and_then(types::ResourceProperty::data).and_then(tags_of);
    let detail = OtherResource {
        service: given(found.service.as_deref()),
        last_reported_at: timestamp(found.last_reported_at.as_ref()),
        aws_default: aws_type.as_deref().and_then(|name| defaults::is_default(name, &arn)),
        aws_type,
    };
    Some(Resource {
        id: id_of(&arn),
        region: given(found.region.as_deref()).filter(|region| region != NO_REGION),
        name: tags.as_ref().and_then(|tags| tags.get("Name").cloned()),
        arn: Some(arn),
        tags,
        detail: Box::new(detail),
    })
}

/// Returns the service and the resource of an ARN, such as `sqs:orders`. A topic may have the name of a queue, so the
/// resource alone is no id.
pub(crate) fn id_of(arn: &str) -> String {
    let mut parts = arn.splitn(6, ':').skip(2);
    match (parts.next(), parts.nth(2)) {
        (Some(service), Some(resource)) => format!("{service}:{resource}"),
        _ => arn.to_owned(),
    }
}

/// Reads a list of keys and values; `None` if it is something else.
fn tags_of(data: &Document) -> Option<Tags> {
    let text = |tag: &Document, name: &str| Some(tag.as_object()?.get(name)?.as_string()?.to_owned());
    Some(tags(data.as_array()?.iter().map(|tag| (text(tag, "Key"), text(tag, "Value")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_unique_within_a_region() {
        for (arn, id) in [
            ("arn:aws:sqs:eu-west-1:123456789012:orders", "sqs:orders"),
            ("arn:aws:sns:eu-west-1:123456789012:orders", "sns:orders"),
            ("arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1", "ec2:security-group/sg-1"),
            (
                "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/R",
                "iam:role/aws-service-role/x.amazonaws.com/R",
            ),
            ("arn:aws:states:eu-west-1:123456789012:stateMachine:a", "states:stateMachine:a"),
            ("arn:aws-cn:apigateway:cn-north-1::/restapis/a1", "apigateway:/restapis/a1"),
            ("orders", "orders"),
        ] {
            assert_eq!(id_of(arn), id);
        }
    }
}
