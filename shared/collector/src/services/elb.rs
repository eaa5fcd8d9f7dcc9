//! Elastic Load Balancing: its two clients, and what both APIs have in common.
//!
//! Application, network and gateway load balancers are in the API of version 2, classic ones in that of version 1. Their
//! operations have the same names, the same permissions and rates of the same size.

mod classic;
pub mod load_balancer;
pub mod targets;
mod v2;

use std::collections::HashMap;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::side_by_side::side_by_side;
use crate::model::operation::{Operation, Price};
use crate::model::resource::Tags;

/// The IAM prefix, which both versions share.
const NAME: &str = "elasticloadbalancing";

/// The rate of operations that only read. Each version has a bucket of its own, of 40 requests that 10 a second refill;
/// this one is for both. Source: the user guide, "Request throttling for the ELB API".
const RATE: Rate = Rate::a_second(10, 39);

/// Application, network and gateway load balancers.
struct Elb;

impl Service for Elb {
    const NAME: &'static str = NAME;
    const RATE: Rate = RATE;

    guarded_client!(aws_sdk_elasticloadbalancingv2);
}

/// Classic load balancers.
struct ClassicElb;

impl Service for ClassicElb {
    const NAME: &'static str = NAME;
    const RATE: Rate = RATE;

    guarded_client!(aws_sdk_elasticloadbalancing);
}

const DESCRIBE_LOAD_BALANCERS: Operation =
    describe("DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers");
const DESCRIBE_TAGS: Operation = describe("DescribeTags", "elasticloadbalancing:DescribeTags");
const DESCRIBE_TARGET_GROUPS: Operation = describe("DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroups");
const DESCRIBE_TARGET_HEALTH: Operation = describe("DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth");
const DESCRIBE_INSTANCE_HEALTH: Operation =
    describe("DescribeInstanceHealth", "elasticloadbalancing:DescribeInstanceHealth");

/// Returns an operation of either version; AWS bills none of them.
const fn describe(name: &'static str, action: &'static str) -> Operation {
    Operation { service: NAME, name, action: Some(action), price: Price::Free }
}

/// The most items that both versions put into a page.
const ITEMS_A_PAGE: i32 = 400;

/// The most load balancers whose tags one request returns.
const TAGGED_A_CALL: usize = 20;

/// How many calls that describe single items run at a time, in each region.
const AT_ONCE: usize = 10;

/// The error code for a load balancer that was deleted after it was listed.
const DELETED: &str = "LoadBalancerNotFound";

/// The tags of load balancers, in batches.
struct TagBatches(Vec<Option<HashMap<String, Tags>>>);

impl TagBatches {
    /// Reads the tags of all `names` by `read`, which is given a batch of them.
    async fn read<F>(names: &[String], found: &mut Vec<Fault>, read: impl Fn(Vec<String>) -> F) -> Self
    where
        F: Future<Output = Result<HashMap<String, Tags>, Fault>>,
    {
        let batches = names.chunks(TAGGED_A_CALL).map(|batch| read(batch.to_vec()));
        let batches = side_by_side(batches, AT_ONCE).await;
        found.extend(batches.faults);
        Self(batches.items)
    }

    /// Takes the tags of the load balancer with this name and position; `None` if they could not be read.
    fn take(&mut self, position: usize, name: &str) -> Option<Tags> {
        let batch = self.0.get_mut(position.div_euclid(TAGGED_A_CALL))?.as_mut()?;
        Some(batch.remove(name).unwrap_or_default())
    }
}
