//! EC2 Auto Scaling: its client.

pub mod group;
pub(crate) mod launch_configurations;

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;

/// EC2 Auto Scaling.
pub(crate) struct AutoScaling;

impl Service for AutoScaling {
    const NAME: &'static str = "autoscaling";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_autoscaling);
}
