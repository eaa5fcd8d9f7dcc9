//! What is measured of a resource: first the coarse series of the rules' sieves, then everything that the rules need for
//! which these leave something to find; each metric once.
//!
//! Rules share measurements: AWS bills a metric once for up to five statistics in a request, so all statistics that are
//! needed over the same time range are read together.

use collector::Metric;
use collector::{Beside, Catalog, Measurement, Resource, Series, SeriesStatus};

use crate::reading::{Need, Reading, Span, Windows};
use crate::reason::Reason;
use crate::rule::{AnyRule, Category, Evidence};
use crate::rules;
use crate::threshold::Thresholds;

/// What is measured of one resource in one step.
#[derive(Debug, Default)]
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
    /// Returns what the sieves of the rules of these categories read that apply to `resource`.
    pub(crate) fn first(resource: &Resource, categories: &[Category]) -> Self {
        Self::of(resource, applicable(resource, categories).flat_map(|rule| rule.about().first))
    }

    /// Returns what the rules of these categories need that apply to `resource` and may find something.
    pub(crate) fn then(
        resource: &Resource,
        first: &[Series],
        categories: &[Category],
        thresholds: &Thresholds,
        windows: &Windows,
    ) -> Self {
        let plan = Self::first(resource, categories);
        let applicable = applicable(resource, categories);
        let may_find = applicable.filter(|rule| plan.may_find(*rule, resource, first, thresholds, windows));
        Self::of(resource, may_find.flat_map(|rule| rule.about().needs))
    }

    /// Returns everything that the rules that apply to `resource` read, in one step.
    #[cfg(test)]
    pub(crate) fn at_once(resource: &Resource) -> Self {
        let applicable = applicable(resource, &Category::ALL);
        Self::of(resource, applicable.flat_map(|rule| rule.about().first.iter().chain(rule.about().needs)))
    }

    fn of<'a>(resource: &Resource, needs: impl Iterator<Item = &'a Need>) -> Self {
        let mut needed: Vec<Needed> = Vec::new();
        let Some(catalog) = resource.resource_type().catalog() else { return Self { needed } };
        for need in needs {
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

    /// Returns whether a rule may find something, by the series of this plan, which are those of the sieves.
    pub(crate) fn may_find(
        &self,
        rule: &dyn AnyRule,
        resource: &Resource,
        first: &[Series],
        thresholds: &Thresholds,
        windows: &Windows,
    ) -> bool {
        let readings = self.readings(rule.about().first, first, windows).collect();
        rule.passes(resource, Evidence { thresholds, as_of: windows.as_of(), beside: &Beside::default(), readings })
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

    /// Returns what was measured for `needs`; `series` are those of the measurements of this plan.
    pub(crate) fn readings<'a>(
        &self,
        needs: &'static [Need],
        series: &'a [Series],
        windows: &Windows,
    ) -> impl Iterator<Item = (&'static Need, Result<Reading<'a>, Reason>)> {
        needs.iter().map(|need| (need, self.reading(need, windows, series)))
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

/// Returns the rules of these categories that apply to a resource.
fn applicable(resource: &Resource, categories: &[Category]) -> impl Iterator<Item = &'static dyn AnyRule> {
    let rules = rules::chosen(resource.resource_type(), categories).map(|(_, rule)| rule);
    rules.filter(|rule| rule.applies(resource) == Ok(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{instance, now};

    #[test]
    fn every_need_is_a_metric_of_the_rules_type() {
        for rule in rules::ALL {
            let metrics = rule.resource_type().catalog().map(|catalog| catalog.metrics).unwrap_or_default();
            for need in rule.about().first.iter().chain(rule.about().needs) {
                assert!(metrics.contains(need.metric), "{}: {}", rule.about().name, need.metric.name);
            }
        }
    }

    #[test]
    fn a_metric_that_several_rules_need_is_measured_once_with_all_its_statistics() {
        let windows = Windows::new(24, now());
        let running = instance("m5.large", "running");
        let measured = |plan: Plan| {
            let measurements = plan.measurements(&running, &windows).into_iter();
            measurements.map(|m| (m.metric.name, m.statistics.join("+"), m.window.period)).collect::<Vec<_>>()
        };
        assert_eq!(measured(Plan::first(&running, &Category::ALL)), [("cpu", "Maximum+Minimum".to_owned(), 86_400)]);
        let everything = [
            ("cpu", "Average", 300),
            ("cpu", "Maximum+Average", 3_600),
            ("cpu", "Maximum", 86_400),
            ("network_in", "Sum", 86_400),
            ("network_out", "Sum", 86_400),
        ];
        let everything = everything.map(|(metric, statistics, period)| (metric, statistics.to_owned(), period));
        // Without an answer to the first step, everything may be found.
        assert_eq!(measured(Plan::then(&running, &[], &Category::ALL, &Thresholds::default(), &windows)), everything);
    }

    #[test]
    fn a_resource_that_no_rule_judges_is_not_measured() {
        let windows = Windows::new(24, now());
        let stopped = instance("m5.large", "stopped");
        let all = &Category::ALL;
        for plan in [Plan::first(&stopped, all), Plan::then(&stopped, &[], all, &Thresholds::default(), &windows)] {
            assert!(plan.measurements(&stopped, &windows).is_empty());
        }
    }
}
