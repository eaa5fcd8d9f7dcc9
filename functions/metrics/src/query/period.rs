//! The parameters `hours` and `period`, and whether what they ask for fits into one response.

use api::{ApiError, Query, envelope};
use collector::window::{LONGEST_PERIOD, Window, finest_period, usual_period};
use jiff::Timestamp;

use super::metrics::NamedMetric;

/// The default number of hours.
pub(super) const USUAL_HOURS: u32 = 24;

/// The size of a datapoint in a response without its statistics, and what each statistic adds, in bytes.
const DATAPOINT_WEIGHT: usize = 80;
const STATISTIC_WEIGHT: usize = 40;

/// Returns the requested hours, in the requested or the default period of these metrics.
pub(super) fn window<'a>(
    query: &Query,
    metrics: impl IntoIterator<Item = &'a NamedMetric>,
    now: Timestamp,
) -> Result<Window, ApiError> {
    let hours = hours(query)?;
    let slowest = metrics.into_iter().map(|named| named.metric.shortest_period).max().unwrap_or(60);
    Ok(Window::last(hours, period(query, hours, slowest)?, now))
}

/// Returns the period that is requested, right or wrong, or the default one for the requested hours.
pub(super) fn requested_period(query: &Query) -> Result<u32, ApiError> {
    let hours = hours(query)?;
    Ok(query
        .number_within("period", &(1..=u64::from(LONGEST_PERIOD)))
        .ok()
        .flatten()
        .unwrap_or_else(|| usual_period(hours)))
}

fn hours(query: &Query) -> Result<u32, ApiError> {
    Ok(query.number("hours")?.unwrap_or(USUAL_HOURS))
}

/// Returns the requested period, if CloudWatch keeps it over the whole window, or the default period, for metrics that
/// AWS measures at most once in `slowest` seconds. A period that is longer than the window is refused: its one
/// datapoint could end before the requested hours begin.
fn period(query: &Query, hours: u32, slowest: u32) -> Result<u32, ApiError> {
    let finest = finest_period(hours).max(slowest);
    let seconds = hours.saturating_mul(3_600);
    if finest > seconds {
        let allowed = format!("{} or more: AWS measures these metrics every {finest} seconds", finest.div_ceil(3_600));
        return Err(ApiError::not_allowed("hours", &hours.to_string(), &allowed));
    }
    let Some(requested) = query.text("period") else { return Ok(usual_period(hours).max(slowest)) };
    let period = query.number_within("period", &(u64::from(finest)..=u64::from(LONGEST_PERIOD))).ok().flatten();
    let period = period.filter(|period: &u32| period.is_multiple_of(finest)).ok_or_else(|| {
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

/// Returns the size of the datapoints of one resource in a response, in bytes.
pub(crate) fn weight(metrics: &[NamedMetric], window: &Window) -> usize {
    let of_datapoint =
        |named: &NamedMetric| named.statistics.len().saturating_mul(STATISTIC_WEIGHT).saturating_add(DATAPOINT_WEIGHT);
    metrics.iter().map(of_datapoint).fold(0, usize::saturating_add).saturating_mul(window.periods())
}

/// Returns how many times too long a response of this size would be; `None` if it fits.
pub(crate) fn times_too_long(weight: usize) -> Option<usize> {
    (weight > envelope::MAX_WEIGHT).then(|| weight.div_ceil(envelope::MAX_WEIGHT))
}
