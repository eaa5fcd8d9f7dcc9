//! Classic load balancers, whose targets are instances.

use std::collections::HashMap;

use aws_sdk_elasticloadbalancing::operation::describe_load_balancers::DescribeLoadBalancersOutput;
use aws_sdk_elasticloadbalancing::types::{LoadBalancerDescription, TagDescription};

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::call::side_by_side::side_by_side;
use crate::model::resource::Tags;
use crate::services::elb::{
    AT_ONCE, ClassicElb, DELETED, DESCRIBE_INSTANCE_HEALTH, DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS, ITEMS_A_PAGE,
    TagBatches,
};
use crate::services::values::tags;

/// The state of an instance that receives requests. Source: the API reference, `InstanceState`.
const HEALTHY: &str = "InService";

/// A load balancer, and what its list doesn't say.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) described: LoadBalancerDescription,
    /// `None` if they could not be read.
    pub(super) tags: Option<Tags>,
    /// How many of its instances are healthy; `None` if that could not be read.
    pub(super) healthy: Option<usize>,
}

/// Lists the classic load balancers of a region.
pub(super) async fn list(inquiry: &Inquiry<'_>) -> Found<Listed> {
    let elb = inquiry.client::<ClassicElb>();
    let ask = |page: Page| elb.describe_load_balancers().page_size(page.size).set_marker(page.token).send();
    let limits = elb.limits(&DESCRIBE_LOAD_BALANCERS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
    let listing = every_page(limits, ask, DescribeLoadBalancersOutput::next_marker, |page| {
        let listed = page.load_balancer_descriptions.unwrap_or_default().into_iter();
        listed.filter_map(|found| Some((found.load_balancer_name.clone()?, found))).collect()
    })
    .await;
    let mut found = Found { items: Vec::new(), faults: listing.fault.into_iter().collect() };
    let (names, listed): (Vec<String>, Vec<LoadBalancerDescription>) = listing.found.into_iter().unzip();
    let mut untagged = Vec::new();
    let of_batch = |names| read_tags(inquiry, &elb, names);
    let tags = TagBatches::read(&names, &mut untagged, of_batch);
    let health = side_by_side(listed.iter().map(|listed| healthy(inquiry, &elb, listed)), AT_ONCE);
    let (mut tags, health) = tokio::join!(tags, health);
    found.fail_each(untagged.into_iter().chain(health.faults));
    let listed = names.into_iter().zip(listed).zip(health.items).enumerate();
    let listed = listed.filter_map(|(position, ((name, described), health))| {
        let healthy = match health {
            Some(Health::Gone) => return None,
            Some(Health::Healthy(count)) => Some(count),
            None => None,
        };
        Some(Listed { tags: tags.take(position, &name), name, described, healthy })
    });
    found.items = listed.collect();
    found
}

/// What is known of a load balancer's instances.
enum Health {
    /// This many receive requests.
    Healthy(usize),
    /// The load balancer was deleted after it was listed.
    Gone,
}

/// Returns how many instances of a load balancer are healthy. Without instances, there is nothing to ask.
async fn healthy(
    inquiry: &Inquiry<'_>,
    elb: &Gated<ClassicElb>,
    listed: &LoadBalancerDescription,
) -> Result<Health, Fault> {
    if listed.instances().is_empty() {
        return Ok(Health::Healthy(0));
    }
    let call = || elb.describe_instance_health().set_load_balancer_name(listed.load_balancer_name.clone()).send();
    match one_call(elb.limits(&DESCRIBE_INSTANCE_HEALTH, inquiry.deadline), call).await {
        Ok(answer) => {
            let states = answer.instance_states.unwrap_or_default();
            Ok(Health::Healthy(states.iter().filter(|found| found.state.as_deref() == Some(HEALTHY)).count()))
        }
        Err(fault) if fault.code == DELETED => Ok(Health::Gone),
        Err(fault) => Err(fault),
    }
}

async fn read_tags(
    inquiry: &Inquiry<'_>,
    elb: &Gated<ClassicElb>,
    names: Vec<String>,
) -> Result<HashMap<String, Tags>, Fault> {
    let call = || elb.describe_tags().set_load_balancer_names(Some(names.clone())).send();
    let answer = one_call(elb.limits(&DESCRIBE_TAGS, inquiry.deadline), call).await?;
    let of_one = |described: TagDescription| {
        let listed = described.tags.unwrap_or_default().into_iter().map(|tag| (Some(tag.key), tag.value));
        Some((described.load_balancer_name?, tags(listed)))
    };
    Ok(answer.tag_descriptions.unwrap_or_default().into_iter().filter_map(of_one).collect())
}
