//! Who uses images: instances, launch templates, and launch configurations of EC2 Auto Scaling.
//!
//! Auto Scaling groups, fleets and others launch by one of the latter two. If one of the three lists lacks anything, who
//! uses an image is unknown: what is used must not look unused. The same holds if a launch template names its image by a
//! parameter of Systems Manager, which only that service could resolve; the public parameters of AWS name images of AWS.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::operation::describe_launch_template_versions::DescribeLaunchTemplateVersionsOutput;
use aws_sdk_ec2::types::{Filter, Instance, InstanceStateName};
use futures::future::join_all;

use crate::call::clients::Gated;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page};
use crate::model::operation::Operation;
use crate::services::autoscaling::launch_configurations::images_of_launch_configurations;
use crate::services::ec2::instance::{DESCRIBE_INSTANCES, INSTANCES_A_PAGE};
use crate::services::ec2::{Ec2, describe};

pub(super) const DESCRIBE_LAUNCH_TEMPLATE_VERSIONS: Operation =
    describe("DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplateVersions");

/// The most values that a filter of EC2 can have.
const IDS_A_FILTER: usize = 200;

/// The most versions of launch templates that EC2 returns per page.
const VERSIONS_A_PAGE: i32 = 200;

/// How a launch template names an image by a parameter, and how such a name begins for the public parameters of AWS.
const PARAMETER: &str = "resolve:ssm:";
const PUBLIC_PARAMETER: &str = "resolve:ssm:/aws/service/";

/// The users of images in one region.
pub(super) struct Users {
    /// By the id of the image.
    by_image: HashMap<String, BTreeSet<String>>,
    /// Whether there may be users of any image that are not among these.
    may_be_more: bool,
}

impl Users {
    /// Lists who uses `images`; `None` if a part of that is missing, for which the faults have the reason.
    pub(super) async fn of(inquiry: &Inquiry<'_>, images: &[&str]) -> (Option<Self>, Vec<Fault>) {
        let ec2 = inquiry.client::<Ec2>();
        let instances = join_all(images.chunks(IDS_A_FILTER).map(|some| instances(inquiry, &ec2, some)));
        let (instances, templates, configurations) = tokio::join!(
            instances,
            Box::pin(launch_templates(inquiry, &ec2)),
            Box::pin(images_of_launch_configurations(inquiry))
        );
        let mut users = Self { by_image: HashMap::new(), may_be_more: false };
        let mut faults = Vec::new();
        for Listing { found, fault } in instances.into_iter().chain([templates, configurations]) {
            faults.extend(fault);
            for (image, user) in found {
                users.may_be_more |= image.starts_with(PARAMETER) && !image.starts_with(PUBLIC_PARAMETER);
                users.by_image.entry(image).or_default().insert(user);
            }
        }
        (faults.is_empty().then_some(users), faults)
    }

    /// Returns who uses an image; `None` if nobody was found and there may be somebody.
    pub(super) fn of_image(&self, id: &str) -> Option<Vec<String>> {
        match self.by_image.get(id) {
            Some(users) => Some(users.iter().cloned().collect()),
            None if self.may_be_more => None,
            None => Some(Vec::new()),
        }
    }
}

/// Lists the instances of some images that can still run, each with its image.
async fn instances(inquiry: &Inquiry<'_>, ec2: &Gated<Ec2>, images: &[&str]) -> Listing<(String, String)> {
    let of_images =
        Filter::builder().name("image-id").set_values(Some(images.iter().map(ToString::to_string).collect())).build();
    let ask = |page: Page| {
        let instances = ec2.describe_instances().filters(of_images.clone());
        instances.max_results(page.size).set_next_token(page.token).send()
    };
    let is_gone = |instance: &Instance| {
        let state = instance.state.as_ref().and_then(|state| state.name.as_ref());
        matches!(state, Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown))
    };
    let limits = ec2.limits(&DESCRIBE_INSTANCES, inquiry.deadline).pages_of(INSTANCES_A_PAGE);
    every_page(limits, ask, DescribeInstancesOutput::next_token, |page| {
        let reservations = page.reservations.unwrap_or_default().into_iter();
        let instances = reservations.flat_map(|reservation| reservation.instances.unwrap_or_default());
        let running = instances.filter(|instance| !is_gone(instance));
        running.filter_map(|instance| instance.image_id.zip(instance.instance_id)).collect()
    })
    .await
}

/// Lists the images that the default and the latest versions of launch templates name, each with the launch template.
/// Without an id, the operation describes these versions of all launch templates.
async fn launch_templates(inquiry: &Inquiry<'_>, ec2: &Gated<Ec2>) -> Listing<(String, String)> {
    let ask = |page: Page| {
        let versions = ec2.describe_launch_template_versions().versions("$Default").versions("$Latest");
        versions.max_results(page.size).set_next_token(page.token).send()
    };
    let limits = ec2.limits(&DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, inquiry.deadline).pages_of(VERSIONS_A_PAGE);
    every_page(limits, ask, DescribeLaunchTemplateVersionsOutput::next_token, |page| {
        let versions = page.launch_template_versions.unwrap_or_default().into_iter();
        let image = |version: aws_sdk_ec2::types::LaunchTemplateVersion| {
            version.launch_template_data?.image_id.zip(version.launch_template_id)
        };
        versions.filter_map(image).collect()
    })
    .await
}
