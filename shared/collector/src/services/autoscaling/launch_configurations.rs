//! The launch configurations of EC2 Auto Scaling, and the images that they use.

use aws_sdk_autoscaling::operation::describe_launch_configurations::DescribeLaunchConfigurationsOutput;

use crate::call::clients::Service as _;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::services::autoscaling::AutoScaling;

pub(crate) const DESCRIBE_LAUNCH_CONFIGURATIONS: Operation = Operation {
    service: AutoScaling::NAME,
    name: "DescribeLaunchConfigurations",
    action: Some("autoscaling:DescribeLaunchConfigurations"),
    price: Price::Free,
};

/// The most launch configurations that EC2 Auto Scaling returns per page.
const CONFIGURATIONS_A_PAGE: i32 = 100;

/// Lists the images of launch configurations, each with the name of the launch configuration.
pub(crate) async fn images_of_launch_configurations(inquiry: &Inquiry<'_>) -> Listing<(String, String)> {
    let autoscaling = inquiry.client::<AutoScaling>();
    let ask = |page: Page| {
        autoscaling.describe_launch_configurations().max_records(page.size).set_next_token(page.token).send()
    };
    let limits = autoscaling.limits(&DESCRIBE_LAUNCH_CONFIGURATIONS, inquiry.deadline).pages_of(CONFIGURATIONS_A_PAGE);
    every_page(limits, ask, DescribeLaunchConfigurationsOutput::next_token, |page| {
        let configurations = page.launch_configurations.unwrap_or_default().into_iter();
        configurations.filter_map(|found| found.image_id.zip(found.launch_configuration_name)).collect()
    })
    .await
}
