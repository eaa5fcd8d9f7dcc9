//! Amazon Machine Images (AMIs) of the account, and who uses them. Images of other accounts are theirs.
//!
//! EC2 does not say who uses an image, so instances, launch templates and launch configurations are asked for it
//! (`image_users.rs`), in regions that have images.

use aws_sdk_ec2::operation::describe_images::DescribeImagesOutput;
use aws_sdk_ec2::types::{self, ImageState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::call::inquiry::Inquiry;
use crate::call::pages::{Found, Page, every_page};
use crate::model::metric::Catalog;
use crate::model::operation::Operation;
use crate::model::price::{Bill, Unpriced};
use crate::model::resource::Resource;
use crate::services::autoscaling::launch_configurations::DESCRIBE_LAUNCH_CONFIGURATIONS;
use crate::services::ec2::image_users::{DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, Users};
use crate::services::ec2::instance::DESCRIBE_INSTANCES;
use crate::services::ec2::{Ec2, describe, shareable};
use crate::services::kind::{Group, Kind, Scope, TagSource};
use crate::services::values::given;

const DESCRIBE_IMAGES: Operation = describe("DescribeImages", "ec2:DescribeImages");

/// The most images that EC2 returns per page.
const IMAGES_A_PAGE: i32 = 1_000;

/// The owner whose images are listed.
const OWN: &str = "self";

/// An Amazon Machine Image.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Image {
    /// The image's own name, which no other image of the account has in the region.
    pub image_name: Option<String>,
    /// `available`, `pending`, `disabled`, …
    pub state: Option<String>,
    /// The snapshots of its volumes. They can't be deleted before the image is deregistered.
    pub snapshot_ids: Vec<String>,
    /// Who uses it: ids of instances that are not terminated, ids of launch templates whose default or latest version
    /// names it, and names of launch configurations of EC2 Auto Scaling. Absent if that is unknown, since a list of these
    /// failed (a gap says which), or since a launch template names its image by a parameter of Systems Manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Vec<String>>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Linux/UNIX`, `Windows`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// `x86_64`, `arm64`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `ebs` or `instance-store`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_device_type: Option<String>,
    /// Whether every account can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When an instance was last launched from it, by any account, a day late; absent for never, or before April 2017.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_launched: Option<Timestamp>,
    /// When other accounts stop finding it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecation_time: Option<Timestamp>,
}

impl Kind for Image {
    const TYPE: &'static str = "ami";
    const GROUP: Group = Group::Compute;
    const OPERATIONS: &'static [&'static Operation] =
        &[&DESCRIBE_IMAGES, &DESCRIBE_INSTANCES, &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, &DESCRIBE_LAUNCH_CONFIGURATIONS];
    const SCOPE: Scope = Scope::Regional;
    const STATES: &'static [&'static str] = ImageState::values();
    const TAGS: TagSource = TagSource::Listed;
    const EXPLORER_TYPES: &'static [&'static str] = &["ec2:image"];
    /// CloudWatch has no metrics of images.
    const CATALOG: Option<&'static Catalog> = None;
    type Stored = Box<Self>;

    fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    fn bill(&self, _region: &str) -> Result<Bill, Unpriced> {
        Err(Unpriced::billed_as("its snapshots, which are resources of their own"))
    }

    async fn list(inquiry: &Inquiry<'_>) -> Found<Resource<Box<Self>>> {
        let ec2 = inquiry.client::<Ec2>();
        // EC2 leaves disabled images out unless asked, but bills their snapshots.
        let ask = |page: Page| {
            let images = ec2.describe_images().owners(OWN).include_disabled(true);
            images.max_results(page.size).set_next_token(page.token).send()
        };
        let limits = ec2.limits(&DESCRIBE_IMAGES, inquiry.deadline).pages_of(IMAGES_A_PAGE);
        let listed = every_page(limits, ask, DescribeImagesOutput::next_token, |page| {
            let images = page.images.unwrap_or_default().into_iter();
            images.filter_map(|image| image_of(inquiry, image)).collect()
        })
        .await;
        let mut images = Found::from(listed);
        if !images.items.is_empty() {
            let ids: Vec<_> = images.items.iter().map(|image| image.id.as_str()).collect();
            let (users, faults) = Users::of(inquiry, &ids).await;
            for image in &mut images.items {
                image.detail.used_by = users.as_ref().and_then(|users| users.of_image(&image.id));
            }
            for fault in faults {
                images.fail(fault);
            }
        }
        images
    }
}

fn image_of(inquiry: &Inquiry<'_>, image: types::Image) -> Option<Resource<Box<Image>>> {
    let devices = image.block_device_mappings.unwrap_or_default().into_iter();
    let snapshot = |ebs: types::EbsBlockDevice| given(ebs.snapshot_id.as_deref());
    let time = |text: Option<&str>| text?.parse().ok();
    let detail = Image {
        image_name: given(image.name.as_deref()),
        state: image.state.map(|state| state.as_str().to_owned()),
        snapshot_ids: devices.filter_map(|device| device.ebs.and_then(snapshot)).collect(),
        used_by: None,
        description: given(image.description.as_deref()),
        platform: given(image.platform_details.as_deref()),
        architecture: image.architecture.map(|architecture| architecture.as_str().to_owned()),
        root_device_type: image.root_device_type.map(|kind| kind.as_str().to_owned()),
        public: image.public,
        created: time(image.creation_date.as_deref()),
        last_launched: time(image.last_launched_time.as_deref()),
        deprecation_time: time(image.deprecation_time.as_deref()),
    };
    let id = image.image_id?;
    Some(shareable(inquiry, id, "image", image.tags, Box::new(detail)))
}
