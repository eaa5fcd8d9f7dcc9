//! Judging in two steps finds what judging at once finds: the sieves never hold back a resource with a finding.

use collector::Judge as _;

use super::*;
use crate::judge::Rules;
use crate::needs::Plan;

/// The CPU of an instance over the last 20 days: one value for each quarter of a day.
#[derive(Debug, Clone)]
struct Course(Vec<f64>);

const QUARTER: i64 = 6 * 3_600;

impl Course {
    /// Returns the value at a time; `None` before the course.
    fn at(&self, at: i64) -> Option<f64> {
        let since = now().as_second().div_euclid(QUARTER) - at.div_euclid(QUARTER);
        let index = usize::try_from(since).ok()?;
        self.0.get(index).copied()
    }

    /// Returns what CloudWatch aggregates of one period.
    fn aggregate(&self, statistic: &str, start: i64, end: i64) -> Option<f64> {
        let samples: Vec<_> = (start..end).step_by(300).filter_map(|at| Some((at, self.at(at)?))).collect();
        if samples.is_empty() {
            return None;
        }
        Some(match statistic {
            "Maximum" => crate::reading::largest(&timed(&samples)),
            "Minimum" => crate::reading::smallest(&timed(&samples)),
            "Average" => crate::reading::mean(&timed(&samples)),
            _ => samples.iter().map(|(_, value)| value).sum(),
        })
    }
}

fn timed(samples: &[(i64, f64)]) -> Vec<(Timestamp, f64)> {
    samples.iter().map(|(at, value)| (Timestamp::from_second(*at).unwrap(), *value)).collect()
}

/// Returns the series of measurements of an instance with this CPU. Its network moves as many bytes.
fn series(course: &Course, measurements: &[collector::Measurement]) -> Vec<collector::Series> {
    let of_measurement = |m: &collector::Measurement| {
        let end = m.window.end.as_second();
        let of_statistic = |statistic: &String| {
            let of_period = |start: Timestamp| {
                let until = (start.as_second() + i64::from(m.window.period)).min(end);
                Some((start, course.aggregate(statistic, start.as_second(), until)?))
            };
            periods(m.window).filter_map(of_period).collect()
        };
        collector::Series {
            values: m.statistics.iter().map(of_statistic).collect(),
            status: collector::SeriesStatus::Complete,
        }
    };
    measurements.iter().map(of_measurement).collect()
}

/// Values around the thresholds, more often than others.
fn loads() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => 0.0_f64..100.0,
        2 => prop_oneof![Just(0.0), Just(4.9), Just(5.0), Just(10.0), Just(80.0), Just(100.0)],
        2 => 4.0_f64..12.0,
        2 => 78.0_f64..82.0,
    ]
}

/// Courses that are flat, change each quarter, or begin in the window.
fn courses() -> impl Strategy<Value = Course> {
    prop_oneof![
        (loads(), 0_usize..80).prop_map(|(load, length)| Course(vec![load; length])),
        proptest::collection::vec(loads(), 0..80).prop_map(Course),
        (loads(), loads(), 0_usize..80).prop_map(|(new, old, at)| {
            Course((0..80).map(|quarter| if quarter < at { new } else { old }).collect())
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn two_steps_find_what_one_step_finds(
        course in courses(),
        hours in prop_oneof![Just(1_u32), Just(24), 1_u32..480],
        instance_type in prop_oneof![Just("m5.xlarge"), Just("t3.large")],
        high in prop_oneof![Just(80.0), 51.0_f64..100.0],
        low in prop_oneof![Just(10.0), 1.0_f64..50.0],
    ) {
        let resource = instance(instance_type, "running");
        let mut thresholds = Thresholds::default();
        for (rule, name, value) in [
            ("ec2_sustained_high_cpu", "cpu", high),
            ("ec2_high_cpu", "cpu", high),
            ("ec2_underutilized", "peak", high),
            ("ec2_underutilized", "cpu", low),
            ("ec2_idle", "cpu", low),
        ] {
            thresholds.set(rule, threshold(rule, name), f64::floor(value));
        }
        let windows = Windows::new(hours, now());
        let rules = Rules { categories: &Category::ALL, thresholds: &thresholds, windows: &windows };
        let passed = Beside::default().with_status_checks(Vec::new(), true);

        let first = series(&course, &rules.first(&resource));
        let measured = rules.then(&resource, &first);
        let verdicts = rules.judge(&resource, &first, &series(&course, &measured), &passed);
        let in_steps: Vec<_> = verdicts.iter().filter_map(|verdict| Some((verdict.rule.about().name, verdict.result.as_ref().ok()?))).collect();

        let all = Plan::at_once(&resource);
        let all_series = series(&course, &all.measurements(&resource, &windows));
        let at_once: Vec<_> = of(ResourceType::Ec2)
            .filter_map(|(_, rule)| {
                let about = rule.about();
                let needs = about.first.iter().chain(about.needs);
                let readings = needs.map(|need| (need, all.reading(need, &windows, &all_series))).collect();
                let evidence = Evidence { thresholds: &thresholds, as_of: windows.as_of(), beside: &passed, readings };
                Some((rule.about().name, rule.applies(&resource).ok()?.then(|| rule.judge(&resource, evidence))?.ok()??))
            })
            .collect();
        let at_once: Vec<_> = at_once.iter().map(|(name, finding)| (*name, finding)).collect();
        prop_assert_eq!(in_steps, at_once);
        prop_assert!(measured.len() <= all.measurements(&resource, &windows).len());
    }
}

#[test]
fn an_ordinary_instance_needs_one_coarse_metric() {
    let (windows, thresholds) = (Windows::new(24, now()), Thresholds::default());
    let rules = Rules { categories: &Category::ALL, thresholds: &thresholds, windows: &windows };
    let resource = instance("m5.xlarge", "running");
    let measured = |load: f64| {
        let course = Course(vec![load; 80]);
        let first = series(&course, &rules.first(&resource));
        let then = rules.then(&resource, &first);
        (first.len(), then.iter().map(|m| m.metric.name).collect::<Vec<_>>())
    };
    assert_eq!(measured(40.0), (1, vec![]));
    assert_eq!(measured(90.0), (1, vec!["cpu", "cpu"]));
    assert_eq!(measured(2.0), (1, vec!["cpu", "network_in", "network_out", "cpu"]));
}
