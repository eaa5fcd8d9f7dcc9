//! The time range over which a metric is read, and its periods.
//!
//! CloudWatch keeps fine datapoints for a short time and coarse ones for longer. A period that is finer than what it
//! keeps at the start of the window returns nothing, without an error, so the period is chosen or checked by these
//! rules. The start is a multiple of the period, and the end is exclusive.

use jiff::Timestamp;

/// The longest that CloudWatch keeps anything: 455 days, in hours.
pub const LONGEST_HOURS: u32 = 455 * 24;

/// For how many days CloudWatch keeps datapoints, and the seconds of which a period must be a multiple to find them.
const RETENTION: [(i64, u32); 3] = [(15, 60), (63, 300), (455, 3_600)];

/// The longest period of CloudWatch: a day, in seconds.
pub const LONGEST_PERIOD: u32 = 86_400;

const SECONDS_A_DAY: i64 = 86_400;

/// The interval of most metrics, in seconds. Windows that end now end with the last whole five minutes, so that all
/// windows of one moment have the same end and can share requests.
pub const FIVE_MINUTES: u32 = 300;

/// A time range that is divided into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The start of the first period.
    pub start: Timestamp,
    /// The end, exclusive.
    pub end: Timestamp,
    /// The length of a period in seconds.
    pub period: u32,
}

impl Window {
    /// Returns the last `hours` before `now` in complete periods of `period` seconds, without the period that contains
    /// `now`. A window that would be shorter than a period is one period.
    #[must_use]
    pub fn last(hours: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), period);
        let start = floor(end.saturating_sub(i64::from(hours).saturating_mul(3_600)), period);
        let start = start.min(end.saturating_sub(i64::from(period)));
        Self { start: at(start, now), end: at(end, now), period }
    }

    /// Returns the same as [`Window::last`] plus the period that contains `now`, up to its last whole five minutes, so
    /// that the most recent datapoints count.
    #[must_use]
    pub fn last_and_current(hours: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), FIVE_MINUTES);
        let whole = Self::last(hours, period, now);
        Self { end: at(end, now).max(whole.end), ..whole }
    }

    /// Returns the last `minutes` before `now`, up to the last whole five minutes, in periods of `period` seconds.
    #[must_use]
    pub fn recent(minutes: u32, period: u32, now: Timestamp) -> Self {
        let end = floor(now.as_second(), FIVE_MINUTES);
        let start = floor(end.saturating_sub(i64::from(minutes).saturating_mul(60)), period);
        Self { start: at(start, now), end: at(end, now), period }
    }

    /// Returns the last `days` complete UTC days before `now`, and the current day up to its last whole five minutes.
    #[must_use]
    pub fn days(days: u32, now: Timestamp) -> Self {
        let today = floor(now.as_second(), LONGEST_PERIOD);
        let start = today.saturating_sub(i64::from(days).saturating_mul(SECONDS_A_DAY));
        let end = floor(now.as_second(), FIVE_MINUTES);
        Self { start: at(start, now), end: at(end, now), period: LONGEST_PERIOD }
    }

    /// Returns the UTC days from the one that contains `earliest` to the current one, up to its last whole five minutes.
    #[must_use]
    pub fn days_since(earliest: Timestamp, now: Timestamp) -> Self {
        let end = floor(now.as_second(), FIVE_MINUTES);
        let start = floor(earliest.as_second().min(end), LONGEST_PERIOD);
        Self { start: at(start, now), end: at(end, now), period: LONGEST_PERIOD }
    }

    /// Returns how many datapoints a series without gaps has, including a last period that is not complete.
    #[must_use]
    pub fn periods(&self) -> usize {
        let seconds = self.end.as_second().saturating_sub(self.start.as_second());
        let seconds = u64::try_from(seconds).unwrap_or(0);
        usize::try_from(seconds.div_ceil(u64::from(self.period.max(1)))).unwrap_or(usize::MAX)
    }

    /// Returns the same time range in the longest periods that divide it and are multiples of its own, so that the
    /// datapoints of a whole window are as few as possible.
    #[must_use]
    pub fn in_longest_periods(&self) -> Self {
        let divides = |at: Timestamp, period: u32| at.as_second().rem_euclid(i64::from(period)) == 0;
        let own = self.period.max(1);
        let longer = (1..=LONGEST_PERIOD.div_euclid(own)).rev().map(|times| own.saturating_mul(times));
        let longest = longer.into_iter().find(|period| divides(self.start, *period) && divides(self.end, *period));
        Self { period: longest.unwrap_or(self.period), ..*self }
    }

    /// Returns the last `count` complete periods.
    #[must_use]
    pub fn last_whole(&self, count: u32) -> Self {
        let end = floor(self.end.as_second(), self.period);
        let start = end.saturating_sub(i64::from(count).saturating_mul(i64::from(self.period)));
        Self { start: at(start, self.start), end: at(end, self.end), period: self.period }
    }
}

/// Returns the last multiple of `step` seconds that is not after `second`.
fn floor(second: i64, step: u32) -> i64 {
    second.saturating_sub(second.rem_euclid(i64::from(step.max(1))))
}

/// Converts a second to a timestamp; returns `otherwise` if it is outside the range of timestamps.
fn at(second: i64, otherwise: Timestamp) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(otherwise)
}

/// Returns the seconds of which a period must be a multiple, for a window of the last `hours`.
#[must_use]
pub fn finest_period(hours: u32) -> u32 {
    let seconds = i64::from(hours).saturating_mul(3_600);
    let kept = RETENTION.iter().find(|(days, _)| seconds < days.saturating_mul(SECONDS_A_DAY));
    kept.map_or(3_600, |(_, finest)| *finest)
}

/// Returns the default period for a window of the last `hours`: five minutes up to 6 hours, an hour up to 15 days, a
/// day beyond.
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
    fn a_window_consists_of_complete_periods_before_now() {
        let window = Window::last(24, 3_600, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-19T10:00:00Z"), at("2026-11-20T10:00:00Z")));
        assert_eq!(window.periods(), 24);
    }

    #[test]
    fn on_the_hour_a_window_excludes_the_hour_that_begins() {
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
    fn a_window_that_is_not_a_multiple_of_its_period_begins_earlier() {
        let window = Window::last(25, 86_400, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.periods()), (at("2026-11-18T00:00:00Z"), 2));
    }

    #[test]
    fn the_current_period_is_included_up_to_the_last_five_minutes() {
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
    fn the_longest_periods_begin_and_end_with_the_window() {
        let longest = |hours, period, now| {
            let window = Window::last(hours, period, at(now)).in_longest_periods();
            assert_eq!(window, Window { period: window.period, ..Window::last(hours, period, at(now)) });
            (window.period, window.periods())
        };
        assert_eq!(longest(24, 3_600, "2026-11-20T10:37:12Z"), (7_200, 12));
        assert_eq!(longest(24, 3_600, "2026-11-20T12:37:12Z"), (43_200, 2));
        assert_eq!(longest(24, 3_600, "2026-11-20T00:00:00Z"), (86_400, 1));
        assert_eq!(longest(24, 3_600, "2026-11-20T11:00:00Z"), (3_600, 24));
        assert_eq!(longest(6, 300, "2026-11-20T10:37:12Z"), (300, 72));
        assert_eq!(longest(6, 300, "2026-11-20T06:00:00Z"), (21_600, 1));
        assert_eq!(longest(48, 86_400, "2026-11-20T10:37:12Z"), (86_400, 2));
        // A period that does not divide a day.
        assert_eq!(longest(24, 4_200, "2026-11-20T10:37:12Z").0 % 4_200, 0);
    }

    #[test]
    fn days_are_complete_utc_days_and_the_current_one() {
        let window = Window::days(7, at("2026-11-20T10:37:12Z"));
        assert_eq!((window.start, window.end), (at("2026-11-13T00:00:00Z"), at("2026-11-20T10:35:00Z")));
        assert_eq!((window.periods(), window.period), (8, 86_400));
        let whole = window.last_whole(3);
        assert_eq!((whole.start, whole.end), (at("2026-11-17T00:00:00Z"), at("2026-11-20T00:00:00Z")));
        // In the first minutes of a day, the day has no five minutes yet.
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
    fn cloudwatch_keeps_the_usual_period_over_the_whole_window() {
        for hours in 1..=LONGEST_HOURS {
            assert_eq!(usual_period(hours) % finest_period(hours), 0, "{hours} hours");
        }
        for (hours, period) in [(1, 300), (6, 300), (7, 3_600), (360, 3_600), (361, 86_400)] {
            assert_eq!(usual_period(hours), period, "{hours} hours");
        }
    }
}
