//! Usage metrics: how much of a quota an account uses, as AWS counts it in the namespace `AWS/Usage`.
//!
//! A metric is known by a name that joins the values of its dimensions. Their values may contain slashes, as the class
//! `Standard/OnDemand` does, so another character joins them, and a metric with this character in a value is left out.
//! So is one with further dimensions: it counts what a single resource uses, such as the policies of one role.
//!
//! AWS has hundreds of quotas in each region and counts only what is used. One list of the metrics with recent
//! datapoints costs as much as a single series, and tells which of the others are worth their price.

use std::collections::HashSet;

use aws_sdk_cloudwatch::operation::list_metrics::ListMetricsOutput;
use aws_sdk_cloudwatch::types::{Metric, RecentlyActive};

use crate::call::clients::Service as _;
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page};
use crate::model::metric::Place;
use crate::model::operation::{Operation, Price};
use crate::services::cloudwatch::CloudWatch;

/// Lists metrics. CloudWatch bills each request, and gives a million a month for free, which nothing here relies on. It
/// accepts 25 requests a second; the pages of a region follow one another, and are fewer than that.
pub(crate) const LIST_METRICS: Operation = Operation {
    service: CloudWatch::NAME,
    name: "ListMetrics",
    action: Some("cloudwatch:ListMetrics"),
    price: Price::MicroUsdARequest(10),
};

/// The namespace.
pub(crate) const NAMESPACE: &str = "AWS/Usage";
/// The metric that counts what there is. The other one, `CallCount`, counts requests.
pub(crate) const RESOURCE_COUNT: &str = "ResourceCount";
/// The dimensions of an account's use, in the order of their values in a name.
pub(crate) const DIMENSIONS: &[&str] = &["Service", "Type", "Resource", "Class"];
/// What joins the values of the dimensions.
const SEPARATOR: char = '|';

/// Where CloudWatch has these metrics, by their names.
pub(crate) const PLACE: Place = Place::of_all(NAMESPACE, DIMENSIONS).separated_by(SEPARATOR);

/// Returns the name of the metric with these dimensions; `None` if it does not count an account's use.
pub(crate) fn name_of<'a>(dimensions: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let given: Vec<_> = dimensions.into_iter().collect();
    let value = |name: &&str| given.iter().find(|(of, _)| of == name).map(|(_, value)| *value);
    let values: Option<Vec<_>> = DIMENSIONS.iter().map(value).collect();
    let values = values.filter(|values| values.len() == given.len())?;
    let is_whole = |value: &&str| !value.is_empty() && !value.contains(SEPARATOR);
    values.iter().all(is_whole).then(|| values.join(&SEPARATOR.to_string()))
}

/// The usage metrics with datapoints in the last three hours.
#[derive(Debug, Default)]
pub(crate) struct Published {
    names: HashSet<String>,
    /// Why some are missing.
    pub(crate) fault: Option<Fault>,
}

impl Published {
    /// Returns whether there is a metric with this name; `None` if that is unknown.
    pub(crate) fn has(&self, name: &str) -> Option<bool> {
        if self.names.contains(name) { Some(true) } else { self.fault.is_none().then_some(false) }
    }

    /// Returns whether there is a metric whose dimension `Service` is `service`.
    pub(crate) fn has_of_service(&self, service: &str) -> bool {
        self.names.iter().any(|name| name.split(SEPARATOR).next() == Some(service))
    }
}

/// Lists the usage metrics of a region that have datapoints in the last three hours.
pub(crate) async fn published(inquiry: &Inquiry<'_>) -> Published {
    let cloudwatch = inquiry.client::<CloudWatch>();
    let ask = |page: Page| {
        let request = cloudwatch.list_metrics().namespace(NAMESPACE).metric_name(RESOURCE_COUNT);
        request.recently_active(RecentlyActive::Pt3H).set_next_token(page.token).send()
    };
    let limits = cloudwatch.limits(&LIST_METRICS, inquiry.deadline);
    let Listing { found, fault } =
        every_page(limits, ask, ListMetricsOutput::next_token, |page| page.metrics.unwrap_or_default()).await;
    Published { names: found.iter().filter_map(name_of_metric).collect(), fault }
}

fn name_of_metric(metric: &Metric) -> Option<String> {
    let dimensions = metric.dimensions().iter();
    name_of(dimensions.map(|dimension| (dimension.name().unwrap_or_default(), dimension.value().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::metric::{MAXIMUM, Metric};

    const OF_VCPUS: [(&str, &str); 4] =
        [("Class", "Standard/OnDemand"), ("Resource", "vCPU"), ("Service", "EC2"), ("Type", "Resource")];

    #[test]
    fn a_name_has_the_values_of_all_dimensions_whatever_is_in_them() {
        let name = name_of(OF_VCPUS).unwrap();
        assert_eq!(name, "EC2|Resource|vCPU|Standard/OnDemand");
        let metric = Metric::new("usage", RESOURCE_COUNT, "Count", MAXIMUM);
        let mut dimensions: Vec<_> = PLACE.dimensions(&metric, &name).collect();
        dimensions.sort_unstable();
        assert_eq!(dimensions, OF_VCPUS);
    }

    #[test]
    fn a_metric_with_other_dimensions_or_an_ambiguous_value_has_no_name() {
        assert_eq!(name_of(OF_VCPUS[..3].iter().copied()), None);
        assert_eq!(name_of(OF_VCPUS.into_iter().chain([("ResourceId", "role")])), None);
        for value in ["", "a|b"] {
            assert_eq!(name_of(OF_VCPUS[1..].iter().copied().chain([("Class", value)])), None, "{value:?}");
        }
        assert_eq!(name_of([]), None);
    }
}
