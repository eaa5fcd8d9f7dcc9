//! What is measured of a resource: everything that the rules that apply to it need, each metric once.
//!
//! Rules share measurements: AWS bills a metric once for up to five statistics in a request, so all statistics that are
//! needed over the same time range are read together.

use collector::Metric;
use collector::{Catalog, Measurement, Resource, Series, SeriesStatus};

use crate::rule::{Need, Reading, Reason, Span, Windows};
use crate::rules;

/// What the rules need of one resource.
#[derive(Debug)]
pub(crate) struct Plan {
    needed: Vec<Needed>,
}

/// A metric over one time range, with every statistic that is needed.
#[derive(Debug)]
struct Needed {
    catalog: &'static Catalog,
    metric: &'static Metric,
    span: Span,
    statistics: Vec<&'static str>,
}

impl Plan {
    /// Returns what the rules that apply to `resource` need.
    pub(crate) fn of(resource: &Resource) -> Self {
        let mut needed: Vec<Needed> = Vec::new();
        let Some(catalog) = resource.resource_type().catalog() else { return Self { needed } };
        let rules = rules::of(resource.resource_type()).filter(|(_, rule)| rule.applies(resource) == Ok(true));
        for need in rules.flat_map(|(_, rule)| rule.about().needs) {
            match needed.iter_mut().find(|other| other.metric == need.metric && other.span == need.span) {
                Some(other) if other.statistics.contains(&need.statistic) => {}
                Some(other) => other.statistics.push(need.statistic),
                None => needed.push(Needed {
                    catalog,
                    metric: need.metric,
                    span: need.span,
                    statistics: vec![need.statistic],
                }),
            }
        }
        Self { needed }
    }

    /// Returns the measurements of the resource.
    pub(crate) fn measurements(&self, resource: &Resource, windows: &Windows) -> Vec<Measurement> {
        let measurement = |needed: &Needed| Measurement {
            catalog: needed.catalog,
            metric: needed.metric,
            resource_name: resource.measured_as().into_owned(),
            statistics: needed.statistics.iter().map(ToString::to_string).collect(),
            window: windows.of(needed.span),
        };
        self.needed.iter().map(measurement).collect()
    }

    /// Returns what was measured for `need`, if CloudWatch returned all of it; `series` are those of the measurements.
    pub(crate) fn reading<'a>(
        &self,
        need: &Need,
        windows: &Windows,
        series: &'a [Series],
    ) -> Result<Reading<'a>, Reason> {
        let mut measured = self.needed.iter().zip(series);
        let found = measured.find(|(needed, _)| needed.metric == need.metric && needed.span == need.span);
        let Some((needed, series)) = found else { return Err(Reason::not_measured(SeriesStatus::Missing)) };
        let number = needed.statistics.iter().position(|statistic| *statistic == need.statistic);
        match number.and_then(|number| series.values.get(number)) {
            Some(values) if series.status == SeriesStatus::Complete => {
                Ok(Reading { metric: needed.metric, statistic: need.statistic, window: windows.of(need.span), values })
            }
            _ => Err(Reason::not_measured(series.status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{instance, now};

    #[test]
    fn every_need_is_a_metric_of_the_rules_type() {
        for rule in rules::ALL {
            let metrics = rule.resource_type().catalog().map(|catalog| catalog.metrics).unwrap_or_default();
            for need in rule.about().needs {
                assert!(metrics.contains(need.metric), "{}: {}", rule.about().name, need.metric.name);
            }
        }
    }

    #[test]
    fn a_metric_that_several_rules_need_is_measured_once_with_all_its_statistics() {
        let windows = Windows::new(24, now());
        let running = instance("m5.large", "running");
        let measurements = Plan::of(&running).measurements(&running, &windows);
        let measured: Vec<_> =
            measurements.iter().map(|m| (m.metric.name, m.statistics.join("+"), m.window.period)).collect();
        let measured: Vec<_> =
            measured.iter().map(|(name, statistics, period)| (*name, statistics.as_str(), *period)).collect();
        assert_eq!(
            measured,
            [
                ("status_check_failed", "Maximum", 300),
                ("cpu", "Average", 300),
                ("cpu", "Maximum+Average", 3_600),
                ("cpu", "Maximum", 86_400),
                ("network_in", "Sum", 86_400),
                ("network_out", "Sum", 86_400),
            ]
        );
    }

    #[test]
    fn a_resource_that_no_rule_judges_is_not_measured() {
        let windows = Windows::new(24, now());
        let stopped = instance("m5.large", "stopped");
        assert!(Plan::of(&stopped).measurements(&stopped, &windows).is_empty());
    }
}
