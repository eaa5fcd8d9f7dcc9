//! What an account costs: questions to Cost Explorer, asked once and kept.
//!
//! A question costs a cent a page and its answer changes at most three times a day, so an answer is kept in the warm
//! function: a forecast and costs that AWS still estimates for an hour, costs that are final for a day. The same question
//! asked twice at once is sent once. A fault is not kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_costexplorer::Client;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use tokio::sync::OnceCell;

use crate::clients::Gated;
use crate::coverage::{Coverage, Gap};
use crate::fault::Fault;
use crate::refusal::Refusal;
use crate::requests::metered;
use crate::{Collector, cost_explorer};

/// How long an answer is kept while a part of it is still estimated, and when none is.
const KEPT_ESTIMATED: Duration = Duration::from_hours(1);
const KEPT_FINAL: Duration = Duration::from_hours(24);

/// How many answers are kept at most.
const KEPT_ANSWERS: usize = 64;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// A day.
    Daily,
    /// A calendar month, or the part of it that was asked for.
    Monthly,
    /// An hour; an account has to opt in for it.
    Hourly,
}

/// What costs are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// A dimension by AWS's name, `SERVICE`.
    Dimension(&'static str),
    /// A cost allocation tag's key.
    Tag(String),
    /// A cost category's name.
    CostCategory(String),
}

/// A question about the past.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CostQuestion {
    /// The first day, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
    /// The length of a period.
    pub granularity: Granularity,
    /// AWS's name of the basis, `UnblendedCost`.
    pub metric: &'static str,
    /// At most two.
    pub group_by: Vec<Grouping>,
    /// Record types to leave out, by AWS's names.
    pub exclude: Vec<&'static str>,
}

/// A question about the future.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForecastQuestion {
    /// Today, UTC.
    pub start: Date,
    /// The day after the last, UTC.
    pub end: Date,
    /// AWS's name of the basis, `UNBLENDED_COST`.
    pub metric: &'static str,
}

/// What one period cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostPeriod {
    /// The first day or hour, as AWS writes it.
    pub start: String,
    /// The first day or hour that is not in it.
    pub end: String,
    /// Whether AWS may still change it.
    pub estimated: bool,
    /// The amount of each group by its keys, in the order of the groupings; one without keys where nothing is grouped.
    pub groups: Vec<(Vec<String>, Decimal)>,
    /// The currency, or the unit of usage; `None` where the groups differ in it or there are none.
    pub unit: Option<String>,
}

impl CostPeriod {
    /// The sum of the groups.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.groups.iter().fold(Decimal::ZERO, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    pub(crate) fn push(&mut self, keys: Vec<String>, (amount, unit): (Decimal, String)) {
        let first = self.groups.is_empty();
        self.groups.push((keys, amount));
        self.unit = self.unit.take().filter(|known| *known == unit).or_else(|| first.then_some(unit));
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.unit = if self.unit == other.unit { self.unit.take() } else { None };
        self.estimated |= other.estimated;
        self.groups.extend(other.groups);
    }
}

/// What a period will cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// What is most likely.
    pub mean: Decimal,
    /// The interval that the cost will be in with a likelihood of `level` percent.
    pub lower: Decimal,
    /// The upper end of it.
    pub upper: Decimal,
    /// The likelihood in percent.
    pub level: i32,
    /// The currency.
    pub unit: String,
}

/// The answer to a [`CostQuestion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// Every period in the order of time.
    pub periods: Vec<CostPeriod>,
    /// When AWS was asked.
    pub as_of: Timestamp,
}

/// The forecast, or AWS's words for why there is none.
pub type ForecastAnswer = Result<Forecast, Gap>;

/// The place of one answer: empty until somebody has asked, and whoever asks meanwhile waits for it.
type Place<A> = Arc<OnceCell<Arc<A>>>;

/// Answers that were paid for, by their question, with the time of asking.
#[derive(Debug)]
pub(crate) struct Kept<Q, A>(Mutex<HashMap<Q, (Instant, Place<A>)>>);

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Clone + Eq + Hash, A: Lasting> Kept<Q, A> {
    /// The place of a question's answer: the one that is there, if it is fresh, or a new one.
    fn place(&self, question: &Q, now: Instant) -> Place<A> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (asked, place)| match place.get() {
            Some(answer) => now.saturating_duration_since(*asked) < answer.lasts(),
            // Nobody waits any more: the question was refused, and is a new one when it is asked again.
            None => Arc::strong_count(place) > 1,
        });
        if kept.len() >= KEPT_ANSWERS && !kept.contains_key(question) {
            kept.clear();
        }
        Arc::clone(&kept.entry(question.clone()).or_insert_with(|| (now, Arc::default())).1)
    }

    /// The answer to a question: the one that is kept, or what `ask` brings.
    async fn get(&self, question: &Q, ask: impl Future<Output = Result<A, Fault>>) -> Result<Arc<A>, Fault> {
        let place = self.place(question, Instant::now());
        place.get_or_try_init(|| async { ask.await.map(Arc::new) }).await.cloned()
    }
}

/// How long an answer is kept.
pub(crate) trait Lasting {
    /// For so long after it was asked for.
    fn lasts(&self) -> Duration;
}

impl Lasting for Costs {
    fn lasts(&self) -> Duration {
        if self.periods.iter().any(|period| period.estimated) { KEPT_ESTIMATED } else { KEPT_FINAL }
    }
}

impl Lasting for Forecast {
    fn lasts(&self) -> Duration {
        KEPT_ESTIMATED
    }
}

impl Collector {
    /// Answers a question about the past and, if there is one, about the future, at once.
    ///
    /// Costs that lack anything would be wrong, so they are whole or there are none and the coverage has the gap. A
    /// forecast that AWS can't make is an answer, not a gap.
    ///
    /// # Errors
    /// An account that does not let us in.
    pub async fn costs(
        &self,
        question: &CostQuestion,
        forecast: Option<&ForecastQuestion>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(Option<Arc<Costs>>, Option<ForecastAnswer>, Coverage), Refusal> {
        let asked = Box::pin(async {
            self.enter(deadline).await?;
            let past = self.past_costs(question, now, deadline);
            Ok(tokio::join!(past, self.future_costs(forecast, deadline), self.account(deadline)))
        });
        let (answered, aws_requests) = metered(asked).await;
        let (costs, forecast, account) = answered?;
        let (costs, gap) = costs.map_or_else(|gap| (None, Some(gap)), |costs| (Some(costs), None));
        Ok((costs, forecast, Coverage::new(account, gap.into_iter().collect(), aws_requests)))
    }

    async fn past_costs(&self, question: &CostQuestion, now: Timestamp, deadline: Instant) -> Result<Arc<Costs>, Gap> {
        let ask = async {
            let periods = cost_explorer::periods(&self.cost_explorer()?, question, deadline).await?;
            Ok(Costs { periods, as_of: now })
        };
        let costs = self.common.kept_costs.get(question, ask).await;
        costs.map_err(|fault| self.gap(fault, cost_explorer::REGION, cost_explorer::GET_COST_AND_USAGE, &[]))
    }

    async fn future_costs(&self, question: Option<&ForecastQuestion>, deadline: Instant) -> Option<ForecastAnswer> {
        let question = question?;
        let ask = async { cost_explorer::forecast(&self.cost_explorer()?, question, deadline).await };
        let forecast = self.common.kept_forecasts.get(question, ask).await;
        let forecast = forecast.map(|forecast| Forecast::clone(&forecast));
        Some(forecast.map_err(|fault| self.gap(fault, cost_explorer::REGION, cost_explorer::GET_COST_FORECAST, &[])))
    }

    /// The client of Cost Explorer, which a partition other than the commercial one does not have or has elsewhere.
    fn cost_explorer(&self) -> Result<Gated<Client>, Fault> {
        match self.clients.partition() {
            cost_explorer::PARTITION => Ok(self.clients.cost_explorer(cost_explorer::REGION)),
            other => {
                let message = format!("Cost Explorer is asked in the partition aws only; this account is in {other}");
                Err(Fault::failed("UnsupportedPartition", &message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(day: i8) -> CostQuestion {
        CostQuestion {
            start: jiff::civil::date(2026, 11, day),
            end: jiff::civil::date(2026, 11, 20),
            granularity: Granularity::Daily,
            metric: "UnblendedCost",
            group_by: vec![],
            exclude: vec![],
        }
    }

    /// What was paid for by its question.
    type PastCosts = Kept<CostQuestion, Costs>;

    fn costs(estimated: bool) -> Arc<Costs> {
        let period =
            CostPeriod { start: "2026-11-01".into(), end: "2026-11-02".into(), estimated, groups: vec![], unit: None };
        Arc::new(Costs { periods: vec![period], as_of: Timestamp::UNIX_EPOCH })
    }

    #[test]
    fn an_answer_is_kept_for_an_hour_or_for_a_day_once_it_is_final() {
        let kept = PastCosts::default();
        let start = Instant::now();
        kept.place(&question(1), start).set(costs(true)).unwrap();
        kept.place(&question(2), start).set(costs(false)).unwrap();
        let is_there = |day, after| kept.place(&question(day), start + after).get().is_some();
        assert!(is_there(1, Duration::from_mins(59)) && is_there(2, Duration::from_mins(59)));
        assert!(!is_there(1, KEPT_ESTIMATED) && is_there(2, Duration::from_hours(23)));
        assert!(!is_there(2, KEPT_FINAL));
    }

    #[test]
    fn a_refused_question_is_a_new_one_when_it_is_asked_again() {
        let kept = PastCosts::default();
        let start = Instant::now();
        drop(kept.place(&question(1), start));
        let later = start + Duration::from_hours(2);
        kept.place(&question(1), later).set(costs(true)).unwrap();
        assert!(kept.place(&question(1), later + Duration::from_mins(59)).get().is_some());
    }

    #[test]
    fn a_question_that_is_being_asked_keeps_its_place() {
        let kept = PastCosts::default();
        let start = Instant::now();
        let asking = kept.place(&question(1), start);
        assert!(Arc::ptr_eq(&asking, &kept.place(&question(1), start)));
    }

    #[test]
    fn a_unit_is_told_only_where_all_groups_have_it() {
        let mut period = CostPeriod::clone(&costs(false).periods[0]);
        period.push(vec!["a".into()], (Decimal::ONE, "USD".into()));
        period.push(vec!["b".into()], (Decimal::TWO, "USD".into()));
        assert_eq!((period.unit.as_deref(), period.total()), (Some("USD"), Decimal::from(3)));
        period.push(vec!["c".into()], (Decimal::ONE, "Hrs".into()));
        period.push(vec!["d".into()], (Decimal::ONE, "Hrs".into()));
        assert_eq!(period.unit, None);
    }
}
