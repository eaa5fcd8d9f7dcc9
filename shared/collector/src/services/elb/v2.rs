//! Application, network and gateway load balancers.

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::operation::describe_load_balancers::DescribeLoadBalancersOutput;
use aws_sdk_elasticloadbalancingv2::types::{self, TagDescription};

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page, one_call};
use crate::model::resource::Tags;
use crate::services::elb::targets::{self, TargetGroup};
use crate::services::elb::{DESCRIBE_LOAD_BALANCERS, DESCRIBE_TAGS, Elb, ITEMS_A_PAGE, TagBatches};
use crate::services::values::tags;

/// What precedes the id in an ARN.
const BEFORE_ID: &str = ":loadbalancer/";

/// A load balancer, and what its list doesn't say.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) described: types::LoadBalancer,
    /// `None` if they could not be read.
    pub(super) tags: Option<Tags>,
    /// `None` if not all are known.
    pub(super) target_groups: Option<Vec<TargetGroup>>,
}

/// Lists the load balancers of a region.
pub(super) async fn list(inquiry: &Inquiry<'_>) -> Found<Listed> {
    let elb = inquiry.client::<Elb>();
    let ask = |page: Page| elb.describe_load_balancers().page_size(page.size).set_marker(page.token).send();
    let limits = elb.limits(&DESCRIBE_LOAD_BALANCERS, inquiry.deadline).pages_of(ITEMS_A_PAGE);
    let listing = every_page(limits, ask, DescribeLoadBalancersOutput::next_marker, |page| {
        let listed = page.load_balancers.unwrap_or_default().into_iter();
        listed.filter_map(|found| Some((found.load_balancer_arn.clone()?, found))).collect()
    })
    .await;
    let mut found = Found { items: Vec::new(), faults: listing.fault.into_iter().collect() };
    if listing.found.is_empty() {
        return found;
    }
    let (arns, listed): (Vec<String>, Vec<types::LoadBalancer>) = listing.found.into_iter().unzip();
    let mut untagged = Vec::new();
    let of_batch = |arns| read_tags(inquiry, &elb, arns);
    let tags = TagBatches::read(&arns, &mut untagged, of_batch);
    let (mut tags, groups) = tokio::join!(tags, targets::by_load_balancer(inquiry, &elb));
    found.fail_each(untagged.into_iter().chain(groups.faults));
    let mut groups = groups.by_arn;
    let described = arns.into_iter().zip(listed).enumerate();
    let listed = described.filter_map(|(position, (arn, described))| {
        Some(Listed {
            id: arn.split_once(BEFORE_ID)?.1.to_owned(),
            tags: tags.take(position, &arn),
            target_groups: groups.as_mut().map(|groups| groups.remove(&arn).unwrap_or_default()),
            described,
            arn,
        })
    });
    found.items = listed.collect();
    found
}

async fn read_tags(inquiry: &Inquiry<'_>, elb: &Gated<Elb>, arns: Vec<String>) -> Result<HashMap<String, Tags>, Fault> {
    let call = || elb.describe_tags().set_resource_arns(Some(arns.clone())).send();
    let answer = one_call(elb.limits(&DESCRIBE_TAGS, inquiry.deadline), call).await?;
    let of_one = |described: TagDescription| {
        let listed = described.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        Some((described.resource_arn?, tags(listed)))
    };
    Ok(answer.tag_descriptions.unwrap_or_default().into_iter().filter_map(of_one).collect())
}
