//! How resources are doing: measurements of resources that the caller names, in one region.
//!
//! The region's name is checked against AWS's list concurrently with the request to CloudWatch, so that a misspelt
//! region is reported as the caller's error and the check takes no extra time.

use std::time::Instant;

use futures::StreamExt;
use futures::future::try_join;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::model::coverage::{Coverage, Gap};
use crate::model::operation::Operation;
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Series, all_complete, missing};
use crate::services::ResourceType;
use crate::services::cloudwatch::{self, GET_METRIC_DATA};
use crate::services::ec2::regions::DESCRIBE_REGIONS;

/// The operations that measuring calls.
pub const OPERATIONS: &[&Operation] = &[&DESCRIBE_REGIONS, &GET_METRIC_DATA];

/// What measurements to read.
#[derive(Debug, Clone)]
pub struct Measurements {
    /// The region of the resources.
    pub region: String,
    /// Their type, which the gaps name.
    pub resource_type: ResourceType,
    /// What to measure.
    pub wanted: Vec<Measurement>,
}

/// Why a region is not measured.
enum NotMeasured {
    Refused(Refusal),
    Disabled(Vec<Gap>),
}

impl Collector {
    /// Reads measurements until `deadline`; returns a series for each of them, in their order.
    ///
    /// # Errors
    /// If the region does not exist, or the account does not grant access. Every other failure is a gap or the status
    /// of a series.
    pub async fn measure(
        &self,
        measurements: &Measurements,
        deadline: Instant,
    ) -> Result<(Vec<Series>, Coverage), Refusal> {
        let Measurements { region, resource_type, wanted } = measurements;
        let types = [*resource_type];
        let (collected, aws_requests) = metered(Box::pin(async {
            self.enter(deadline).await?;
            let series = async {
                let mut series = missing(wanted);
                let keep = |index, found| {
                    if let Some(series) = series.get_mut(index) {
                        *series = found;
                    }
                };
                let gaps = self.series(region, &types, wanted, deadline, keep).await;
                Ok((series, gaps))
            };
            let measured = try_join(self.checked_region(measurements, deadline), series);
            Ok(tokio::join!(measured, self.account(deadline)))
        }))
        .await;
        let (measured, account) = collected?;
        let (series, gaps) = match measured {
            Ok(((), measured)) => measured,
            Err(NotMeasured::Refused(refusal)) => return Err(refusal),
            Err(NotMeasured::Disabled(gaps)) => (missing(wanted), gaps),
        };
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(all_complete(&series));
        Ok((series, coverage))
    }

    async fn checked_region(&self, measurements: &Measurements, deadline: Instant) -> Result<(), NotMeasured> {
        let wanted = [measurements.region.clone()];
        let regions = self.regions(Some(&wanted), &[measurements.resource_type], deadline).await;
        let regions = regions.map_err(NotMeasured::Refused)?;
        // If the list of regions is unavailable, CloudWatch's own response decides.
        if regions.names.is_empty() { Err(NotMeasured::Disabled(regions.gaps)) } else { Ok(()) }
    }

    /// Reads the measurements of a region, for resources of `types`. Passes each series to `take` when it arrives, with
    /// the index of its measurement. Returns the gaps.
    pub(crate) async fn series(
        &self,
        region: &str,
        types: &[ResourceType],
        wanted: &[Measurement],
        deadline: Instant,
        mut take: impl FnMut(usize, Series),
    ) -> Vec<Gap> {
        let mut batches = cloudwatch::read(&self.inquiry(region, None, deadline), wanted);
        let mut gaps = Vec::new();
        while let Some((series, fault)) = batches.next().await {
            for (index, series) in series {
                take(index, series);
            }
            let gap = fault.map(|fault| self.gap(fault, region, types));
            // Batches that failed in the same way are one gap; the series themselves show which are missing.
            gaps.extend(gap.filter(|gap| !gaps.contains(gap)));
        }
        gaps
    }
}
