//! How resources are doing: measurements of resources that the caller names, in one region.
//!
//! The region's name is checked against AWS's list concurrently with the request to CloudWatch, so that a misspelt
//! region is reported as the caller's error and the check takes no extra time. CloudWatch does not tell a resource that
//! does not exist from one without datapoints; a list of the type in the region does, also at the same time.

use std::collections::HashMap;
use std::time::Instant;

use futures::StreamExt;
use futures::future::try_join;

use crate::accounts::collector::Collector;
use crate::call::counting::metered;
use crate::model::coverage::{Coverage, Gap};
use crate::model::refusal::Refusal;
use crate::model::series::{Measurement, Series, all_complete, missing};
use crate::questions::survey::listed_by;
use crate::services::ResourceType;
use crate::services::cloudwatch;

/// What measurements to read.
#[derive(Debug, Clone)]
pub struct Measurements {
    /// The region of the resources.
    pub region: String,
    /// Their type, which the gaps name.
    pub resource_type: ResourceType,
    /// What to measure.
    pub wanted: Vec<Measurement>,
    /// Whether to list the resources of the type too.
    pub list: bool,
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// A series for each measurement, in their order.
    pub series: Vec<Series>,
    /// The resources of the type in the region, if they were listed.
    pub listed: Option<Listed>,
}

/// The resources of one type in one region.
#[derive(Debug, Default)]
pub struct Listed {
    /// By their ids, the names by which CloudWatch knows them.
    names: HashMap<String, String>,
    /// Whether these are all.
    complete: bool,
}

impl Listed {
    /// Returns whether a resource exists; `None` if that is unknown, since a part of the list failed.
    #[must_use]
    pub fn has(&self, id: &str) -> Option<bool> {
        if self.names.contains_key(id) { Some(true) } else { self.complete.then_some(false) }
    }

    /// Returns the measurements with CloudWatch's names, and the index of each. CloudWatch has nothing of a resource that
    /// does not exist, so that it may be asked by any name; one that may exist is left out.
    fn named(&self, wanted: &[Measurement]) -> (Vec<usize>, Vec<Measurement>) {
        let named = |(index, measurement): (usize, &Measurement)| {
            let resource_name = match self.names.get(&measurement.resource_name) {
                Some(name) => name.clone(),
                None if self.complete => measurement.resource_name.clone(),
                None => return None,
            };
            Some((index, Measurement { resource_name, ..measurement.clone() }))
        };
        wanted.iter().enumerate().filter_map(named).unzip()
    }
}

/// Why a region is not measured.
enum NotMeasured {
    Refused(Refusal),
    Disabled(Vec<Gap>),
}

impl Collector {
    /// Reads measurements until `deadline`.
    ///
    /// # Errors
    /// If the region does not exist, or the account does not grant access. Every other failure is a gap or the status
    /// of a series.
    pub async fn measure(
        &self,
        measurements: &Measurements,
        deadline: Instant,
    ) -> Result<(Measured, Coverage), Refusal> {
        let Measurements { region, resource_type, wanted, list } = measurements;
        let types = [*resource_type];
        let (collected, aws_requests) = metered(Box::pin(async {
            self.enter(deadline).await?;
            let series = async {
                let mut series = missing(wanted);
                let mut keep = |index, found| {
                    if let Some(series) = series.get_mut::<usize>(index) {
                        *series = found;
                    }
                };
                let (mut gaps, listed) = if resource_type.catalog().is_some_and(|catalog| catalog.named_by_list) {
                    let (listed, mut gaps) = self.listed(measurements, listed_by(deadline)).await;
                    let (indices, named) = listed.named(wanted);
                    let keep = |index: usize, found| {
                        if let Some(index) = indices.get(index) {
                            keep(*index, found);
                        }
                    };
                    gaps.extend(self.series(region, &types, &named, deadline, keep).await);
                    (gaps, list.then_some((listed, Vec::new())))
                } else {
                    let listed = async { if *list { Some(self.listed(measurements, deadline).await) } else { None } };
                    tokio::join!(self.series(region, &types, wanted, deadline, keep), listed)
                };
                let listed = listed.map(|(listed, missing)| {
                    gaps.extend(missing);
                    listed
                });
                Ok((Measured { series, listed }, gaps))
            };
            let measured = try_join(self.checked_region(measurements, deadline), series);
            Ok(tokio::join!(measured, self.account(deadline)))
        }))
        .await;
        let (measured, account) = collected?;
        let (measured, gaps) = match measured {
            Ok(((), measured)) => measured,
            Err(NotMeasured::Refused(refusal)) => return Err(refusal),
            Err(NotMeasured::Disabled(gaps)) => {
                (Measured { series: missing(wanted), listed: list.then(Listed::default) }, gaps)
            }
        };
        let coverage = Coverage::new(account, gaps, aws_requests).partial_unless(all_complete(&measured.series));
        Ok((measured, coverage))
    }

    /// Lists the type in the region. Returns the gaps.
    async fn listed(&self, measurements: &Measurements, deadline: Instant) -> (Listed, Vec<Gap>) {
        let Measurements { region, resource_type, .. } = measurements;
        let (found, gaps) = self.list_type(*resource_type, region, deadline).await;
        // A bucket whose region S3 omitted may be in this one.
        let here = found.into_iter().filter(|found| found.region.as_ref().is_none_or(|of| of == region));
        let names = here.map(|found| (found.id.clone(), found.measured_as().into_owned())).collect();
        (Listed { names, complete: gaps.is_empty() }, gaps)
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
