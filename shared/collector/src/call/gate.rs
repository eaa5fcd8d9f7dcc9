//! Keeps the requests to one service, in one region of one account, below the rate that AWS accepts.
//!
//! Each request waits for its turn, and turns are spaced. If AWS publishes a rate, turns start at that rate; otherwise
//! they start without spacing. Each throttled request spaces the turns out further, and time without throttling brings
//! them closer again. Requests therefore settle just below the rate that is currently available, even if others use the
//! same quota, instead of being wasted.
//!
//! The gate limits a rate rather than the number of concurrent requests, since AWS's quotas are rates: one request at a
//! time is 500 a second to an endpoint that responds in 2 ms. But no more requests than the rate allows in a second are
//! outstanding, so a service that gets slow is asked for less. Like the quotas, gates belong to the account, not to a
//! response.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The spacing after the first throttled request. It is 20 requests a second, the rate at which EC2 refills most of its
/// buckets.
const FIRST_SPACING: Duration = Duration::from_millis(50);
/// The widest spacing.
const WIDEST_SPACING: Duration = Duration::from_secs(1);
/// How many turns it takes until the spacing is halved: after about as many responses, one request tries a rate that
/// may be too high.
const HALVED_AFTER: f64 = 16.0;
/// A spacing below this counts as none.
const NO_SPACING: Duration = Duration::from_millis(2);

/// A rate that AWS publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    spacing: Duration,
    burst: u32,
    /// How much longer the requests of a burst take to arrive than the one that follows.
    connecting: Duration,
}

impl Rate {
    /// No published rate.
    pub(crate) const UNKNOWN: Self = Self { spacing: Duration::ZERO, burst: 0, connecting: Duration::ZERO };

    /// A number of requests a second, with up to `burst` more at once.
    pub(crate) const fn a_second(requests: u32, burst: u32) -> Self {
        let Some(micros) = 1_000_000_u32.checked_div(requests) else { return Self::UNKNOWN };
        Self { spacing: Duration::from_micros(micros as u64), burst, connecting: Duration::ZERO }
    }

    /// The same rate, if whatever follows a burst arrives sooner after it than it was sent, by up to `connecting`: the
    /// requests of the burst set up connections first, and AWS counts from their arrival.
    pub(crate) const fn after_connections(self, connecting: Duration) -> Self {
        Self { connecting, ..self }
    }

    /// Returns how many requests may be outstanding: those of a second, and the burst.
    fn outstanding(self) -> usize {
        let a_second = Duration::from_secs(1).as_micros().checked_div(self.spacing.as_micros());
        let a_second = a_second.and_then(|requests| usize::try_from(requests).ok());
        let burst = usize::try_from(self.burst).unwrap_or(0);
        a_second.map_or(Semaphore::MAX_PERMITS, |requests| requests.saturating_add(burst))
    }
}

/// The turns of one service in one region.
#[derive(Debug)]
pub(crate) struct Gate {
    service: &'static str,
    region: String,
    published: Rate,
    turns: Mutex<Turns>,
    /// Has a permit for each request that may be outstanding.
    outstanding: Semaphore,
}

#[derive(Debug, Default)]
struct Turns {
    /// When the next turn is free.
    next: Option<Instant>,
    /// The time of the last throttling, and the spacing that it caused.
    widened: Option<(Instant, Duration)>,
}

impl Turns {
    /// Returns what is left of the spacing that throttling caused; zero if nothing was throttled lately.
    fn spacing(&self, now: Instant) -> Duration {
        let Some((widened, spacing)) = self.widened else { return Duration::ZERO };
        let turns = now.saturating_duration_since(widened).div_duration_f64(spacing);
        let left = spacing.mul_f64((-turns / HALVED_AFTER).exp2());
        if left < NO_SPACING { Duration::ZERO } else { left }
    }
}

/// The turn of one request, which is outstanding until this is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
}

impl Gate {
    pub(crate) fn new(service: &'static str, region: &str, published: Rate) -> Self {
        let outstanding = Semaphore::new(published.outstanding());
        Self { service, region: region.to_owned(), published, turns: Mutex::default(), outstanding }
    }

    /// Returns the service, by its IAM prefix.
    pub(crate) fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the region, or the endpoint that belongs to none.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Waits for a turn; the next one comes no sooner than `cost` later. The turn lasts until it is dropped.
    pub(crate) async fn turn(&self, cost: Duration) -> Turn<'_> {
        // The semaphore is never closed.
        let permit = self.outstanding.acquire().await.ok();
        let now = Instant::now();
        let turn = self.reserve(now, cost);
        // Tokio's timer has ticks of a millisecond, so it would delay even a request whose turn has come.
        if turn > now {
            tokio::time::sleep_until(turn).await;
        }
        Turn { _permit: permit }
    }

    fn reserve(&self, now: Instant, cost: Duration) -> Instant {
        let mut turns = self.turns();
        // A burst is possible only without throttling.
        let spacing = turns.spacing(now);
        let saved = match spacing {
            Duration::ZERO => {
                let burst = self.published.spacing.saturating_mul(self.published.burst);
                burst.saturating_sub(self.published.connecting)
            }
            _ => Duration::ZERO,
        };
        let earliest = now.checked_sub(saved).unwrap_or(now);
        let free = turns.next.map_or(earliest, |next| next.max(earliest));
        turns.next = free.checked_add(cost.max(spacing).max(self.published.spacing));
        free.max(now)
    }

    /// Records that a request sent at `sent` was throttled. Requests that were sent before the turns were last spaced
    /// out count as one with that throttling, since they add no information.
    fn throttled(&self, sent: Instant, now: Instant) {
        let mut turns = self.turns();
        if turns.widened.is_some_and(|(widened, _)| sent <= widened) {
            return;
        }
        let spacing = turns.spacing(now).saturating_mul(2).clamp(FIRST_SPACING, WIDEST_SPACING);
        turns.widened = Some((now, spacing));
        turns.next = turns.next.max(now.checked_add(spacing));
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The gates of an account, by service and region; the requests of all callers pass the same gates.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<(&'static str, String), Arc<Gate>>>);

impl Gates {
    /// Returns the gate of a service in a region.
    pub(crate) fn of(&self, service: &'static str, region: &str, published: Rate) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            gates
                .entry((service, region.to_owned()))
                .or_insert_with(|| Arc::new(Gate::new(service, region, published))),
        )
    }
}

/// The interceptor that reports a client's retries and throttled requests to its gate.
#[derive(Debug)]
pub(crate) struct TellGate(pub(crate) Arc<Gate>);

/// When an attempt was sent.
#[derive(Debug)]
struct Sent(Instant);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for TellGate {
    fn name(&self) -> &'static str {
        "TellGate"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = Instant::now();
        // The first attempt waited for its turn; a retry waited as the SDK decided, and takes a turn now.
        if config.load::<RequestAttempts>().is_some_and(|attempts| attempts.attempts() > 1) {
            self.0.reserve(now, Duration::ZERO);
        }
        config.interceptor_state().store_put(Sent(now));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = Instant::now();
        if is_throttled(context.response()) {
            self.0.throttled(config.load::<Sent>().map_or(now, |sent| sent.0), now);
        }
        Ok(())
    }
}

/// Returns whether AWS throttled a request. Each protocol puts the code elsewhere, and the bodies of errors are short,
/// so this searches all headers and the whole body.
fn is_throttled(response: &HttpResponse) -> bool {
    let status = response.status().as_u16();
    let body = || String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let named = |text: &str| THROTTLING_ERRORS.iter().any(|code| text.contains(code));
    status == 429 || (status >= 400 && (response.headers().iter().any(|(_, value)| named(value)) || named(&body())))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn no_more_requests_are_outstanding_than_the_rate_allows_in_a_second() {
        let gate = Gate::new("s", "r", Rate::a_second(5, 2));
        let mut turns: Vec<_> = (0..7).map(|_| gate.outstanding.try_acquire().unwrap()).collect();
        assert!(gate.turn(ms(0)).now_or_never().is_none());
        turns.pop();
        assert!(gate.turn(ms(0)).now_or_never().is_some());
        assert_eq!(Gate::new("s", "r", Rate::UNKNOWN).outstanding.available_permits(), Semaphore::MAX_PERMITS);
    }

    #[test]
    fn what_follows_a_burst_waits_until_the_burst_has_arrived() {
        let gate = Gate::new("s", "r", Rate::a_second(5, 2).after_connections(ms(60)));
        let start = Instant::now();
        let turns: Vec<_> = (0..5).map(|_| gate.reserve(start, Duration::ZERO).duration_since(start)).collect();
        assert_eq!(turns, [ms(0), ms(0), ms(60), ms(260), ms(460)]);
    }

    #[test]
    fn turns_are_spaced_by_the_published_rate_and_by_their_cost() {
        let gate = Gate::new("s", "r", Rate::a_second(50, 0));
        let start = Instant::now();
        assert_eq!(gate.reserve(start, Duration::ZERO), start);
        assert_eq!(gate.reserve(start, ms(500)), start + ms(20));
        assert_eq!(gate.reserve(start + ms(30), ms(5)), start + ms(520));
        let later = start + ms(9_000);
        assert_eq!(gate.reserve(later, ms(0)), later);
        assert_eq!(gate.reserve(later, ms(0)), later + ms(20));
    }

    #[test]
    fn a_burst_passes_at_once_and_becomes_available_again() {
        let gate = Gate::new("s", "r", Rate::a_second(5, 2));
        let start = Instant::now();
        let turns: Vec<_> = (0..4).map(|_| gate.reserve(start, ms(0)) - start).collect();
        assert_eq!(turns, [ms(0), ms(0), ms(0), ms(200)]);
        let later = start + ms(9_000);
        assert_eq!([gate.reserve(later, ms(0)), gate.reserve(later, ms(0))], [later, later]);
    }

    #[test]
    fn without_a_published_rate_nothing_waits() {
        let gate = Gate::new("s", "r", Rate::UNKNOWN);
        let start = Instant::now();
        assert!((0..100).all(|_| gate.reserve(start, ms(0)) == start));
        // This would panic if it needed a timer, since there is no runtime here.
        assert!(gate.turn(ms(0)).now_or_never().is_some());
    }

    #[test]
    fn throttling_spaces_the_turns_out_and_time_brings_them_closer() {
        let gate = Gate::new("s", "r", Rate::UNKNOWN);
        let start = Instant::now();
        let spacing = |now| gate.turns().spacing(now);
        gate.throttled(start, start);
        assert_eq!((spacing(start), gate.reserve(start, ms(0))), (FIRST_SPACING, start + FIRST_SPACING));
        // This one was sent before the throttling was known.
        gate.throttled(start, start + ms(5));
        assert!(spacing(start + ms(5)) < FIRST_SPACING);
        let again = start + ms(6);
        gate.throttled(again, again);
        let widened = spacing(again);
        assert!((ms(98)..=ms(100)).contains(&widened), "{widened:?}");
        let half = spacing(again + widened * 16);
        assert!(half.abs_diff(widened / 2) < ms(1), "{half:?}");
        assert_eq!(spacing(again + widened * 16 * 6), Duration::ZERO);
        for n in 1..20 {
            gate.throttled(again + ms(n), again + ms(n));
        }
        assert_eq!(spacing(again + ms(19)), WIDEST_SPACING);
    }

    #[test]
    fn throttling_is_recognised_in_each_protocol() {
        let response = |status: u16, header: &'static str, body: &'static str| {
            let mut response = HttpResponse::new(status.try_into().unwrap(), body.into());
            response.headers_mut().insert("x-amzn-errortype", header);
            response
        };
        for throttled in [
            response(503, "", "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>"),
            response(400, "", "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"),
            response(429, "TooManyRequestsException:", ""),
            response(400, "ThrottlingException", "{}"),
            response(400, "", r#"{"__type": "ThrottlingException"}"#),
            response(503, "", "<Error><Code>SlowDown</Code></Error>"),
        ] {
            assert!(is_throttled(&throttled), "{throttled:?}");
        }
        for other in
            [response(200, "", "a bucket named Throttling"), response(500, "", ""), response(403, "AccessDenied", "")]
        {
            assert!(!is_throttled(&other), "{other:?}");
        }
    }
}
