//! The parameters of `/metrics`.

use api::{ApiError, Call, Query, envelope};
use collector::Metric;
use collector::window::{LONGEST_HOURS, LONGEST_PERIOD, Window, finest_period, usual_period};
use collector::{Catalog, Measurement, Measurements, ResourceType};
use jiff::Timestamp;

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[&str] =
    &["resource_type", "resource_ids", "region", "hours", "period", "metrics", "statistics"];

/// Returns the types that CloudWatch measures, in the order of responses.
fn types() -> Vec<ResourceType> {
    ResourceType::ALL.into_iter().filter(|kind| kind.catalog().is_some()).collect()
}

/// The most resources in one call.
const MOST_IDS: usize = 500;

/// The default number of hours.
const USUAL_HOURS: u32 = 24;

/// The statistics other than percentiles.
const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "Sum", "SampleCount"];

/// The size of a datapoint in a response without its statistics, and what each statistic adds, in bytes.
const DATAPOINT_WEIGHT: usize = 80;
const STATISTIC_WEIGHT: usize = 40;

/// A metric, with its name in the request.
#[derive(Debug)]
pub(crate) struct NamedMetric {
    pub(crate) name: String,
    pub(crate) metric: &'static Metric,
    pub(crate) statistics: Vec<String>,
}

/// A caller's request.
#[derive(Debug)]
pub(crate) struct MetricsQuery {
    resource_type: ResourceType,
    catalog: &'static Catalog,
    region: String,
    pub(crate) resource_ids: Vec<String>,
    pub(crate) window: Window,
    pub(crate) metrics: Vec<NamedMetric>,
}

impl MetricsQuery {
    pub(crate) fn read(call: &Call) -> Result<Self, ApiError> {
        Self::from_query(&call.query(PARAMETERS)?, call.received_at)
    }

    pub(crate) fn from_query(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let resource_type = query.choice("resource_type", &types())?.ok_or_else(one_type)?;
        let catalog = resource_type.catalog().ok_or_else(one_type)?;
        let region = query.region("region")?;
        let missing = || ApiError::invalid("region", "required: the region of the resources, such as eu-west-1");
        let region = region.ok_or_else(missing)?;
        let metrics = metrics(query, catalog)?;
        let hours = query.number("hours", &(1..=LONGEST_HOURS))?.unwrap_or(USUAL_HOURS);
        let window = Window::last(hours, period(query, hours, &metrics)?, now);
        let resource_ids = resource_ids(query, catalog)?;
        fits(resource_ids.len(), &metrics, &window)?;
        Ok(Self { resource_type, catalog, region, resource_ids, window, metrics })
    }

    /// Returns what to measure: every metric of each resource, resource by resource.
    pub(crate) fn measurements(&self) -> Measurements {
        let of_resource = |id: &String| {
            let measurement = |named: &NamedMetric| Measurement {
                catalog: self.catalog,
                metric: named.metric,
                resource_id: id.clone(),
                statistics: named.statistics.clone(),
                window: self.window,
            };
            self.metrics.iter().map(measurement).collect::<Vec<_>>()
        };
        Measurements {
            region: self.region.clone(),
            resource_type: self.resource_type,
            wanted: self.resource_ids.iter().flat_map(of_resource).collect(),
        }
    }
}

fn one_type() -> ApiError {
    let names: Vec<_> = types().into_iter().map(ResourceType::as_str).collect();
    ApiError::invalid("resource_type", format!("required: one of {}", names.join(", ")))
}

fn resource_ids(query: &Query, catalog: &Catalog) -> Result<Vec<String>, ApiError> {
    let Some(ids) = query.list("resource_ids")? else {
        let message = format!("required: {}, up to {MOST_IDS} of them separated by commas", catalog.ids.like);
        return Err(ApiError::invalid("resource_ids", message));
    };
    if ids.len() > MOST_IDS {
        let message = format!("{} ids are too many for one call; send at most {MOST_IDS}", ids.len());
        return Err(ApiError::invalid("resource_ids", message));
    }
    match ids.iter().find(|id| !(catalog.ids.accepts)(id)) {
        Some(id) => Err(ApiError::not_allowed("resource_ids", id, catalog.ids.like)),
        None => Ok(ids.into_iter().map(str::to_owned).collect()),
    }
}

fn metrics(query: &Query, catalog: &'static Catalog) -> Result<Vec<NamedMetric>, ApiError> {
    let statistics = statistics(query)?;
    let named = |name: &str, metric: &'static Metric| {
        let usual = || metric.statistics.iter().map(ToString::to_string).collect();
        NamedMetric { name: name.to_owned(), metric, statistics: statistics.clone().unwrap_or_else(usual) }
    };
    let Some(names) = query.list("metrics")? else {
        return Ok(catalog.usual().iter().map(|metric| named(metric.name, metric)).collect());
    };
    let mut metrics: Vec<NamedMetric> = Vec::new();
    for name in names {
        let allowed = || catalog.metrics.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ");
        let metric = catalog.find(name).ok_or_else(|| {
            ApiError::not_allowed("metrics", name, &format!("{}, or CloudWatch's own names for them", allowed()))
        })?;
        if let Some(other) = metrics.iter().find(|other| other.metric == metric) {
            return Err(ApiError::invalid(
                "metrics",
                format!("`{}` and `{name}` are the same metric; send one of them", other.name),
            ));
        }
        metrics.push(named(name, metric));
    }
    Ok(metrics)
}

fn statistics(query: &Query) -> Result<Option<Vec<String>>, ApiError> {
    let Some(names) = query.list("statistics")? else { return Ok(None) };
    match names.iter().find(|name| !STATISTICS.contains(name) && !is_percentile(name)) {
        Some(name) => {
            let allowed = format!("{}, and percentiles such as p90 or p99.9", STATISTICS.join(", "));
            Err(ApiError::not_allowed("statistics", name, &allowed))
        }
        None => Ok(Some(names.into_iter().map(str::to_owned).collect())),
    }
}

/// Returns whether `name` is a percentile in CloudWatch's format: `p` and 0 to 100 with up to two decimals. Only one
/// spelling of each number is accepted.
fn is_percentile(name: &str) -> bool {
    let number = name.strip_prefix('p').unwrap_or_default();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = !(number.contains('.') && number.ends_with('0')) && (whole == "0" || !whole.starts_with('0'));
    is_canonical && digits(whole, 3) && digits(decimals, 2) && number.parse().is_ok_and(|number: f64| number <= 100.0)
}

/// Returns the requested period, if CloudWatch keeps it over the whole window, or the default period. A period that
/// is longer than the window is refused: its one datapoint could end before the requested hours begin.
fn period(query: &Query, hours: u32, metrics: &[NamedMetric]) -> Result<u32, ApiError> {
    let slowest = metrics.iter().map(|named| named.metric.shortest_period).max().unwrap_or(60);
    let finest = finest_period(hours).max(slowest);
    let seconds = hours.saturating_mul(3_600);
    if finest > seconds {
        let allowed = format!("{} or more: AWS measures these metrics every {finest} seconds", finest.div_ceil(3_600));
        return Err(ApiError::not_allowed("hours", &hours.to_string(), &allowed));
    }
    let Some(requested) = query.text("period") else { return Ok(usual_period(hours).max(slowest)) };
    let period = query.number("period", &(finest..=LONGEST_PERIOD)).ok().flatten();
    let period = period.filter(|period| period.is_multiple_of(finest)).ok_or_else(|| {
        let multiples =
            if finest < LONGEST_PERIOD { format!("multiples of {finest} seconds up to") } else { "only".to_owned() };
        let allowed = format!("{multiples} {LONGEST_PERIOD}, for these metrics over {hours} hours");
        ApiError::not_allowed("period", requested, &allowed)
    })?;
    if period > seconds {
        let of = if hours == 1 { "hour" } else { "hours" };
        let message = format!(
            "`{period}` seconds are longer than the {hours} {of} requested; send hours={} or more, or a period of at \
             most {seconds}",
            period.div_ceil(3_600)
        );
        return Err(ApiError::invalid("period", message));
    }
    Ok(period)
}

/// Refuses a request whose data would not fit into one response, before it costs anything.
fn fits(resources: usize, metrics: &[NamedMetric], window: &Window) -> Result<(), ApiError> {
    let of_datapoint =
        |named: &NamedMetric| named.statistics.len().saturating_mul(STATISTIC_WEIGHT).saturating_add(DATAPOINT_WEIGHT);
    let of_period: usize = metrics.iter().map(of_datapoint).sum();
    let weight = of_period.saturating_mul(resources).saturating_mul(window.periods());
    if weight <= envelope::MAX_WEIGHT {
        return Ok(());
    }
    let least = weight.div_ceil(envelope::MAX_WEIGHT);
    let message = format!(
        "too many datapoints for one response, about {least} times what fits; request a longer period, or fewer hours, metrics or resource_ids"
    );
    Err(ApiError::invalid("period", message))
}

#[cfg(test)]
mod document_tests;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "i-0123456789abcdef0";

    fn read(pairs: &[(&str, &str)]) -> Result<MetricsQuery, ApiError> {
        let mut all = vec![("resource_type", "ec2"), ("resource_ids", ID), ("region", "us-east-1")];
        all.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        all.extend(pairs.iter().filter(|(_, value)| *value != "-"));
        MetricsQuery::from_query(&Query::parse(all, PARAMETERS)?, "2026-11-20T10:37:12Z".parse().unwrap())
    }

    fn refused(pairs: &[(&str, &str)]) -> String {
        match read(pairs).unwrap_err() {
            ApiError::InvalidParameter { parameter, message } => format!("{parameter}: {message}"),
            other => panic!("{other:?}"),
        }
    }

    fn names(query: &MetricsQuery) -> Vec<(&str, &str, Vec<&str>)> {
        query
            .metrics
            .iter()
            .map(|n| (n.name.as_str(), n.metric.cloudwatch_name, n.statistics.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn the_default_is_the_cpu_of_a_day_by_the_hour() {
        let query = read(&[("hours", "24")]).unwrap();
        assert_eq!(names(&query), [("cpu", "CPUUtilization", vec!["Average", "Maximum"])]);
        assert_eq!((query.window.period, query.window.periods()), (3_600, 24));
        assert_eq!(query.window, read(&[]).unwrap().window);
    }

    #[test]
    fn a_metric_is_accepted_by_either_name_and_only_once() {
        let query = read(&[("metrics", "NetworkIn,cpu"), ("statistics", "p99.9,Sum")]).unwrap();
        assert_eq!(
            names(&query),
            [("NetworkIn", "NetworkIn", vec!["p99.9", "Sum"]), ("cpu", "CPUUtilization", vec!["p99.9", "Sum"])]
        );
        assert_eq!(
            refused(&[("metrics", "cpu,CPUUtilization")]),
            "metrics: `cpu` and `CPUUtilization` are the same metric; send one of them"
        );
        assert!(
            refused(&[("metrics", "memory")]).starts_with("metrics: `memory` is not allowed; allowed: cpu, network_in")
        );
    }

    #[test]
    fn each_type_has_its_metrics() {
        let rds = read(&[("resource_type", "rds"), ("resource_ids", "orders")]).unwrap();
        assert_eq!(names(&rds).iter().map(|(name, ..)| *name).collect::<Vec<_>>(), ["cpu", "connections"]);
        let lambda = read(&[("resource_type", "lambda"), ("resource_ids", "order-created")]).unwrap();
        assert_eq!(names(&lambda)[0], ("invocations", "Invocations", vec!["Sum"]));
        let s3 = read(&[("resource_type", "s3"), ("resource_ids", "acme.assets")]).unwrap();
        assert_eq!((s3.window.period, s3.window.periods()), (86_400, 1));
    }

    #[test]
    fn a_missing_parameter_that_is_required_is_refused_by_name() {
        assert!(
            refused(&[("resource_type", "-")]).starts_with("resource_type: required: one of ec2, rds, s3, lambda, ebs")
        );
        assert!(
            refused(&[("resource_type", "ec2,rds")])
                .starts_with("resource_type: `ec2,rds` is not allowed; allowed: ec2")
        );
        assert!(refused(&[("resource_type", "eip")]).starts_with("resource_type: `eip` is not allowed"));
        assert!(refused(&[("region", "-")]).starts_with("region: required"));
        let two = refused(&[("region", "us-east-1,eu-west-1")]);
        assert!(two.ends_with("is not allowed; allowed: the name of one AWS region such as eu-west-1"), "{two}");
        assert!(refused(&[("resource_ids", "-")]).starts_with("resource_ids: required: instance ids such as i-0"));
    }

    #[test]
    fn ids_must_match_the_type() {
        for (kind, id) in [
            ("ec2", "i-123"),
            ("ec2", "vol-0123456789abcdef0"),
            ("ec2", "i-0123456789ABCDEF0"),
            ("rds", "a b"),
            ("s3", "a/b"),
            ("lambda", "<x>"),
        ] {
            assert!(
                refused(&[("resource_type", kind), ("resource_ids", id)]).starts_with("resource_ids: "),
                "{kind} {id}"
            );
        }
        let many: Vec<_> = (0..501).map(|n| format!("i-{n:08x}")).collect();
        assert!(
            refused(&[("resource_ids", &many.join(","))])
                .ends_with("501 ids are too many for one call; send at most 500")
        );
        assert_eq!(read(&[("resource_ids", &many[..500].join(","))]).unwrap().measurements().wanted.len(), 500);
    }

    #[test]
    fn cloudwatch_must_keep_a_period_over_the_whole_window() {
        for (hours, period, ok) in [
            ("24", "60", true),
            ("24", "90", false),
            ("360", "60", false),
            ("360", "300", true),
            ("1512", "300", false),
            ("1512", "3600", true),
            ("24", "30", false),
            ("24", "86401", false),
        ] {
            let query = read(&[("hours", hours), ("period", period)]);
            assert_eq!(query.is_ok(), ok, "{hours} hours by {period}: {query:?}");
        }
        assert_eq!(
            refused(&[("hours", "360"), ("period", "60")]),
            "period: `60` is not allowed; allowed: multiples of 300 seconds up to 86400, for these metrics over 360 hours"
        );
        assert!(refused(&[("metrics", "cpu_credit_balance"), ("period", "60")]).contains("multiples of 300"));
        assert_eq!(
            refused(&[("resource_type", "s3"), ("resource_ids", "assets"), ("period", "3600")]),
            "period: `3600` is not allowed; allowed: only 86400, for these metrics over 24 hours"
        );
        assert!(refused(&[("period", "7")]).contains("multiples of 60 seconds up to 86400"));
        assert!(
            refused(&[("hours", "10921")])
                .starts_with("hours: `10921` is not allowed; allowed: a whole number from 1 to 10920")
        );
    }

    #[test]
    fn a_period_fits_into_the_requested_hours() {
        assert_eq!(
            refused(&[("hours", "1"), ("period", "86400")]),
            "period: `86400` seconds are longer than the 1 hour requested; send hours=24 or more, or a period of at \
             most 3600"
        );
        assert!(refused(&[("hours", "2"), ("period", "7260")]).contains("than the 2 hours requested; send hours=3 or"));
        for (hours, period) in [("1", "3600"), ("2", "7200"), ("24", "86400")] {
            assert!(read(&[("hours", hours), ("period", period)]).is_ok(), "{hours} {period}");
        }
        let of_bucket = |hours| [("resource_type", "s3"), ("resource_ids", "assets"), ("hours", hours)];
        let daily = "hours: `23` is not allowed; allowed: 24 or more: AWS measures these metrics every 86400 seconds";
        assert_eq!(refused(&of_bucket("23")), daily);
        assert_eq!(refused(&[&of_bucket("23")[..], &[("period", "86400")]].concat()), daily);
        assert_eq!(read(&of_bucket("24")).unwrap().window.periods(), 1);
    }

    #[test]
    fn a_response_that_would_not_fit_is_refused_before_it_costs_anything() {
        let many: Vec<_> = (0..500).map(|n| format!("i-{n:08x}")).collect();
        let many = many.join(",");
        assert!(read(&[("resource_ids", &many)]).is_ok());
        assert!(
            refused(&[("resource_ids", &many), ("period", "60")])
                .starts_with("period: too many datapoints for one response")
        );
    }

    #[test]
    fn percentiles_are_distinguished_from_other_names() {
        for good in ["p0", "p50", "p99.9", "p99.99", "p100"] {
            assert!(is_percentile(good), "{good}");
        }
        for bad in ["", "p", "50", "p101", "p-1", "p1e1", "p99.999", "p50.0", "p050", "p.5", "p50.", "pp50", "P90"] {
            assert!(!is_percentile(bad), "{bad}");
        }
    }

    #[test]
    fn every_query_is_read_or_refused_by_name() {
        hostile::try_all(PARAMETERS, read);
    }
}
