//! The days that a request is about, and those that it is compared with.

use api::{ApiError, Query};
use collector::costs::Granularity;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// How many months Cost Explorer keeps in addition to the current one.
const MONTHS_KEPT: i32 = 13;
/// The number of complete days for which Cost Explorer surely has hourly data: it keeps 14 times 24 hours up to now, so
/// the hours of the fourteenth day disappear in the course of today.
pub(super) const HOURLY_DAYS: i32 = 13;
/// How many days back Cost Anomaly Detection keeps what it found.
pub(super) const ANOMALY_DAYS: i32 = 90;
/// The number of days for which Cost Explorer has single resources: a request may start 14 days ago.
pub(super) const RESOURCE_DAYS: i32 = 14;
/// The fewest and the most days that Cost Explorer has before today, by the date: thirteen months, and the current one up
/// to yesterday.
pub(super) const FEWEST_DAYS: u64 = 393;
pub(super) const MOST_DAYS: u64 = 427;
/// The default number of days.
pub(super) const USUAL_DAYS: i32 = 30;

/// Returns the first day for which Cost Explorer has data.
pub(super) fn earliest(today: Date) -> Date {
    today.first_of_month().checked_sub(MONTHS_KEPT.months()).unwrap_or(Date::MIN)
}

/// Which days Cost Explorer has of what is requested.
pub(super) struct Kept {
    /// The first of them.
    pub(super) from: Date,
    /// How many it keeps, in words.
    why: &'static str,
    /// The default number of days.
    usual: i32,
}

impl Kept {
    /// Those of services and everything else that is not a single resource.
    pub(super) fn of(granularity: Granularity, today: Date) -> Self {
        match granularity {
            Granularity::Hourly => Self {
                from: today.checked_sub(HOURLY_DAYS.days()).unwrap_or(today),
                why: "hourly data for 14 days up to now",
                usual: HOURLY_DAYS,
            },
            Granularity::Daily | Granularity::Monthly => {
                Self { from: earliest(today), why: "13 months and the current one", usual: USUAL_DAYS }
            }
        }
    }

    /// Those of single resources, by default all of them or, to compare them, half.
    pub(super) fn of_resources(today: Date, compared: bool) -> Self {
        Self {
            from: today.checked_sub(RESOURCE_DAYS.days()).unwrap_or(today),
            why: "single resources for 14 days",
            usual: if compared { RESOURCE_DAYS / 2 } else { RESOURCE_DAYS },
        }
    }
}

/// Returns the first day and the day after the last.
pub(super) fn dates(query: &Query, kept: &Kept, today: Date) -> Result<(Date, Date), ApiError> {
    let (start, end) = (date(query, "start")?, date(query, "end")?);
    let Kept { from: kept_from, why, usual } = *kept;
    let most_days = kept_from.until(today).map_or(USUAL_DAYS, |kept| kept.get_days());
    let days: Option<i32> = query.number_within("days", &(1..=u64::from(most_days.unsigned_abs())))?;
    if days.is_some() && (start.is_some() || end.is_some()) {
        return Err(ApiError::invalid("days", "not allowed with start or end; send either days, or start and end"));
    }
    let tomorrow = today.tomorrow().unwrap_or(today);
    let end_name = if end.is_some() { "end" } else { "start" };
    let last = end.unwrap_or(today);
    let first = match (start, end) {
        (Some(start), _) => start,
        (None, Some(_)) => return Err(ApiError::invalid("start", "required with end: the first day, as YYYY-MM-DD")),
        (None, None) => last.checked_sub(days.unwrap_or(usual.min(most_days)).days()).unwrap_or(Date::MIN),
    };
    if last > tomorrow {
        return Err(ApiError::not_allowed("end", &last.to_string(), &format!("up to {tomorrow}, the day after today")));
    }
    if first >= last {
        let missing = if end.is_none() { " (today, since it is missing)" } else { "" };
        let message = format!(
            "{first} to {last} has no days: end{missing} is the day after the last, so it must be later than start"
        );
        return Err(ApiError::invalid(end_name, message));
    }
    if first < kept_from {
        let allowed = format!("{kept_from} or later; Cost Explorer keeps {why}");
        return Err(ApiError::not_allowed("start", &first.to_string(), &allowed));
    }
    Ok((first, last))
}

fn date(query: &Query, name: &str) -> Result<Option<Date>, ApiError> {
    let Some(text) = query.text(name) else { return Ok(None) };
    // The parser also accepts other formats, which AWS does not.
    let read = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    read.map(Some).ok_or_else(|| ApiError::not_allowed(name, text, "a day that exists, as YYYY-MM-DD"))
}

/// Returns the days to compare with: the first, and the day after the last.
///
/// Days are compared with as many days before. Months are compared with the same days of as few months before as don't
/// overlap: October with September, and the first to the 19th of November with the first to the 19th of October. A day
/// that a month lacks is its last, and the end of a month remains the end of a month.
pub(super) fn compared(granularity: Granularity, start: Date, end: Date) -> Option<(Date, Date)> {
    match granularity {
        Granularity::Daily => Some((start.checked_sub(start.until(end).ok()?).ok()?, start)),
        Granularity::Monthly => (1..=MONTHS_KEPT).find_map(|months| {
            let before = |day: Date| day.checked_sub(months.months()).ok();
            let whole = end.day() == 1;
            let end = if whole { before(end)? } else { before(end.yesterday().ok()?)?.tomorrow().ok()? };
            (end <= start).then_some((before(start)?, end))
        }),
        Granularity::Hourly => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_explorer_has_more_or_fewer_days_by_the_date() {
        let first: Date = "2024-01-01".parse().unwrap();
        // Four years have every length of month and a leap day.
        let kept = first.series(1.day()).take(4 * 366).map(|today| earliest(today).until(today).unwrap().get_days());
        let kept: Vec<_> = kept.map(|days| u64::try_from(days).unwrap()).collect();
        assert_eq!((kept.iter().min(), kept.iter().max()), (Some(&FEWEST_DAYS), Some(&MOST_DAYS)));
    }
}
