//! Which stretch of time a metric is read over, and in what steps.
//!
//! CloudWatch keeps fine datapoints for a short time and coarse ones for long; a period that is finer than what is kept
//! at the window's start returns nothing, without an error. So the period is chosen, or checked, by these rules. Start
//! falls on a multiple of the period, and `end` is exclusive.

use jiff::Timestamp;

/// The longest that CloudWatch keeps anything: 455 days, in hours.
pub const LONGEST_HOURS: u32 = 455 * 24;

/// For how many days CloudWatch keeps datapoints, and what a period must be a multiple of to find them.
const RETENTION: [(i64, u32); 3] = [(15, 60), (63, 300), (455, 3_600)];

/// The longest period of CloudWatch: a day, in seconds.
pub const LONGEST_PERIOD: u32 = 86_400;

const SECONDS_A_DAY: i64 = 86_400;

/// How often most metrics come, in seconds; windows that end now end with the last whole five minutes, so that those of
/// one moment share their end, and with it their requests.
pub const FIVE_MINUTES: u32 = 300;

/// A stretch of time in periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first period's start.
    pub start: Timestamp,
    /// The end, exclusive.
    pub end: Timestamp,
    /// The length of a period in seconds.
    pub period: u32,
}

impl Window {
    /// The last `hours` before `now` in whole periods of `period` seconds; the period that `now` is in is not whole yet.
    /// A window shorter than a period is one period.
    #[must_use]
    pub fn last(hours: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), period);
        let start = floor(end.saturating_sub(i64::from(hours).saturating_mul(3_600)), period);
        let start = start.min(end.saturating_sub(i64::from(period)));
        Self { start: at(start, now), end: at(end, now), period }
    }

    /// The same with the period that `now` is in, up to its last whole five minutes: what happens now counts.
    #[must_use]
    pub fn last_and_current(hours: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), FIVE_MINUTES);
        let whole = Self::last(hours, period, now);
        Self { end: at(end, now).max(whole.end), ..whole }
    }

    /// The last `minutes` before `now`, up to the last whole five minutes, in periods of `period` seconds.
    #[must_use]
    pub fn recent(minutes: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), FIVE_MINUTES);
        let start = floor(end.saturating_sub(i64::from(minutes).saturating_mul(60)), period);
        Self { start: at(start, now), end: at(end, now), period }
    }

    /// The last `days` whole UTC days before `now`, and the day that `now` is in, up to its last whole five minutes.
    #[must_use]
    pub fn days(days: u32, now: Timestamp) -> Self {
        let today = floor(now.as_second(), LONGEST_PERIOD);
        let start = today.saturating_sub(i64::from(days).saturating_mul(SECONDS_A_DAY));
        let end = floor(now.as_second(), FIVE_MINUTES);
        Self { start: at(start, now), end: at(end, now), period: LONGEST_PERIOD }
    }

    /// How many datapoints a series without gaps has; a last period that is not over counts.
    #[must_use]
    pub fn periods(&self) -> usize {
        let seconds = self.end.as_second().saturating_sub(self.start.as_second());
        let seconds = u64::try_from(seconds).unwrap_or(0);
        usize::try_from(seconds.div_ceil(u64::from(self.period.max(1)))).unwrap_or(usize::MAX)
    }

    /// The last `count` of its periods that are over.
    #[must_use]
    pub fn last_whole(&self, count: u32) -> Self {
        let end = floor(self.end.as_second(), self.period);
        let start = end.saturating_sub(i64::from(count).saturating_mul(i64::from(self.period)));
        Self { start: at(start, self.start), end: at(end, self.end), period: self.period }
    }
}

/// The last multiple of `step` seconds that is not after `second`.
fn floor(second: i64, step: u32) -> i64 {
    second.saturating_sub(second.rem_euclid(i64::from(step.max(1))))
}

/// A second as a timestamp; `otherwise` outside the years that one can hold.
fn at(second: i64, otherwise: Timestamp) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(otherwise)
}

/// What a period must be a multiple of, for a window of the last `hours`, in seconds.
#[must_use]
pub fn finest_period(hours: u32) -> u32 {
    let seconds = i64::from(hours).saturating_mul(3_600);
    let kept = RETENTION.iter().find(|(days, _)| seconds < days.saturating_mul(SECONDS_A_DAY));
    kept.map_or(3_600, |(_, finest)| *finest)
}

/// A period that suits a window of the last `hours`: minutes for an afternoon, hours for two weeks, days for longer.
#[must_use]
pub fn usual_period(hours: u32) -> u32 {
    match hours {
        0..=6 => FIVE_MINUTES,
        7..=360 => 3_600,
        _ => LONGEST_PERIOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_whole_periods_before_now() {
        let window = Window::last(24, 3_600, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-19T10:00:00Z"), at("2026-11-20T10:00:00Z")));
        assert_eq!(window.periods(), 24);
    }

    #[test]
    fn on_the_hour_the_hour_that_begins_is_not_in_it() {
        let window = Window::last(1, 3_600, at("2026-11-20T10:00:00Z"));
        assert_eq!((window.start, window.end), (at("2026-11-20T09:00:00Z"), at("2026-11-20T10:00:00Z")));
    }

    #[test]
    fn a_window_shorter_than_its_period_is_one_period() {
        let window = Window::last(1, 86_400, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-19T00:00:00Z"), at("2026-11-20T00:00:00Z")));
        assert_eq!(window.periods(), 1);
    }

    #[test]
    fn a_window_that_is_no_multiple_of_its_period_begins_earlier() {
        let window = Window::last(25, 86_400, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.periods()), (at("2026-11-18T00:00:00Z"), 2));
    }

    #[test]
    fn the_current_period_counts_as_far_as_it_goes() {
        let window = Window::last_and_current(24, 3_600, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-19T10:00:00Z"), at("2026-11-20T10:35:00Z")));
        assert_eq!(window.periods(), 25);
        assert_eq!(Window::last_and_current(24, 3_600, at("2026-11-20T10:04:59Z")).periods(), 24);
        let days = Window::last_and_current(400, 86_400, at("2026-11-20T10:37:12Z"));
        assert_eq!((days.end, days.periods()), (at("2026-11-20T10:35:00Z"), 18));
    }

    #[test]
    fn a_recent_window_ends_with_the_last_whole_five_minutes_whatever_its_period() {
        let now = at("2026-11-20T10:37:12Z");
        for period in [60, 300] {
            let window = Window::recent(30, period, now);
            assert_eq!((window.start, window.end), (at("2026-11-20T10:05:00Z"), at("2026-11-20T10:35:00Z")));
            assert_eq!(window.periods(), 1_800 / period as usize);
        }
    }

    #[test]
    fn days_are_whole_utc_days_and_the_one_that_is_not_over() {
        let window = Window::days(7, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-13T00:00:00Z"), at("2026-11-20T10:35:00Z")));
        assert_eq!((window.periods(), window.period), (8, 86_400));
        let whole = window.last_whole(3);
        assert_eq!((whole.start, whole.end), (at("2026-11-17T00:00:00Z"), at("2026-11-20T00:00:00Z")));
        // In the first minutes of a day there is nothing of it yet.
        assert_eq!(Window::days(7, at("2026-11-20T00:04:59Z")).periods(), 7);
    }

    #[test]
    fn the_finest_period_follows_the_retention() {
        let days = |days: u32| days * 24;
        for (hours, finest) in [
            (1, 60),
            (days(15) - 1, 60),
            (days(15), 300),
            (days(63) - 1, 300),
            (days(63), 3_600),
            (LONGEST_HOURS, 3_600),
        ] {
            assert_eq!(finest_period(hours), finest, "{hours} hours");
        }
    }

    #[test]
    fn the_usual_period_is_kept_over_the_whole_window() {
        for hours in 1..=LONGEST_HOURS {
            assert_eq!(usual_period(hours) % finest_period(hours), 0, "{hours} hours");
        }
        for (hours, period) in [(1, 300), (6, 300), (7, 3_600), (360, 3_600), (361, 86_400)] {
            assert_eq!(usual_period(hours), period, "{hours} hours");
        }
    }
}
