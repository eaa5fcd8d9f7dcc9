//! How long a response waits for AWS.
//!
//! A slow answer is worth more than none: what AWS is about to send is waited for as long as the response has time, and
//! nothing that is under way is cut. No attempt has a time limit of its own, since giving up and asking again adds load
//! to a service that is slow for everybody, and throws away what was nearly there. Three things are decided here, for
//! all calls of a response together:
//!
//! - A region or a service that has sent nothing at all is given up after [`SILENCE`], once no other call is
//!   outstanding; a region that is down therefore costs a response these seconds once. If nobody has sent anything,
//!   nobody is given up, since the response would be empty.
//! - A call that is far slower than nearly all of its neighbours in the same service gets one second attempt beside the
//!   first, since its connection may be dead. If many are slow, none gets one, so slowness never adds load.
//! - If nothing arrives while requests are still being sent, the others are held back and sent as answers arrive: see
//!   [`pace`](crate::call::pace).
//!
//! Clients are shared by all responses, so this belongs to the task, like the count of requests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{self, Duration};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use crate::call::gate::Gate;
use crate::call::pace::Pace;

/// After this time without a byte, a region or a service is given up, as soon as nothing else is outstanding.
const SILENCE: Duration = Duration::from_secs(8);
/// What a call gets at least if its region or service has used up its time.
const AT_LEAST: Duration = Duration::from_secs(1);
/// How often a call looks whether the others are done, once it could be given up.
const LOOKS_AGAIN: Duration = Duration::from_secs(1);
/// When a call is first compared with its neighbours; AWS's usual responses take a fraction of it. It is compared
/// again each time it has taken twice as long.
const FIRST_COMPARED: Duration = Duration::from_secs(2);
/// A call is far slower if it takes this many times as long as the slowest of its answered neighbours.
const FAR_SLOWER: u32 = 4;
/// How many neighbours must have been answered for each call of the service that is outstanding.
const ANSWERED_FOR_ONE: u32 = 3;
/// A service in a region gets one second attempt, and another one for each so many answers.
const ANSWERS_FOR_A_SECOND: u32 = 10;

tokio::task_local! {
    static PATIENCE: Arc<Patience>;
}

/// What a response knows about the calls that it makes.
#[derive(Debug, Default)]
struct Patience {
    calls: Mutex<Calls>,
    pace: Pace,
}

#[derive(Debug, Default)]
struct Calls {
    endpoints: HashMap<usize, Endpoint>,
    regions: HashMap<String, Group>,
    services: HashMap<&'static str, Group>,
}

/// One service in one region.
#[derive(Debug)]
struct Endpoint {
    gate: Arc<Gate>,
    /// Calls that wait for their turn or for AWS.
    outstanding: u32,
    answers: u32,
    second_attempts: u32,
}

/// All calls of a region, or all calls of a service.
#[derive(Debug, Default)]
struct Group {
    /// When the first call was sent.
    first_sent: Option<Instant>,
    /// Whether AWS has sent anything, an error included.
    is_heard: bool,
    outstanding: u32,
    /// The calls that were answered, and the longest that one took.
    answers: u32,
    slowest: Duration,
}

impl Calls {
    /// Changes what is known about an endpoint, its region and its service.
    fn change(&mut self, key: usize, endpoint: impl FnOnce(&mut Endpoint), group: impl Fn(&mut Group)) {
        let Some(found) = self.endpoints.get_mut(&key) else { return };
        endpoint(found);
        if let Some(region) = self.regions.get_mut(found.gate.region()) {
            group(region);
        }
        if let Some(service) = self.services.get_mut(found.gate.service()) {
            group(service);
        }
    }

    fn begin(&mut self, gate: &Arc<Gate>) {
        if let Entry::Vacant(vacant) = self.endpoints.entry(key(gate)) {
            vacant.insert(Endpoint { gate: Arc::clone(gate), outstanding: 0, answers: 0, second_attempts: 0 });
            self.regions.entry(gate.region().to_owned()).or_default();
            self.services.entry(gate.service()).or_default();
        }
        self.change(key(gate), |endpoint| add(&mut endpoint.outstanding), |group| add(&mut group.outstanding));
    }

    /// Returns since when the region or the service of an endpoint has sent nothing; `None` if both have sent
    /// something.
    fn silent_since(&self, endpoint: &Endpoint) -> Option<Instant> {
        let since = |group: &Group| if group.is_heard { None } else { group.first_sent };
        let region = self.regions.get(endpoint.gate.region()).and_then(since);
        let service = self.services.get(endpoint.gate.service()).and_then(since);
        [region, service].into_iter().flatten().min()
    }

    /// Returns whether somebody has sent something, and every outstanding call waits for a silent region or service.
    fn only_silence_is_left(&self) -> bool {
        if !self.regions.values().any(|region| region.is_heard) {
            return false;
        }
        let mut outstanding = self.endpoints.values().filter(|endpoint| endpoint.outstanding > 0);
        outstanding.all(|endpoint| self.silent_since(endpoint).is_some())
    }

    /// Returns whether a call that has `waited` is far slower than nearly all others of its service, and its endpoint
    /// may have another second attempt.
    fn is_left_behind(&self, endpoint: &Endpoint, waited: Duration) -> bool {
        let allowed = endpoint.answers.checked_div(ANSWERS_FOR_A_SECOND).unwrap_or(0).saturating_add(1);
        endpoint.second_attempts < allowed
            && self.services.get(endpoint.gate.service()).is_some_and(|service| {
                service.answers >= service.outstanding.saturating_mul(ANSWERED_FOR_ONE)
                    && waited >= service.slowest.saturating_mul(FAR_SLOWER)
            })
    }
}

fn add(count: &mut u32) {
    *count = count.saturating_add(1);
}

fn subtract(count: &mut u32) {
    *count = count.saturating_sub(1);
}

/// What a waiting call does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Waits for AWS until this time, and looks again.
    Wait(Instant),
    /// Sends a second attempt, and continues to wait for the first.
    SecondAttempt,
    /// Gives up: AWS sent nothing.
    GiveUp,
}

/// Runs `work`, which makes the calls of one response, with one patience.
pub(crate) async fn shared<T>(work: impl Future<Output = T>) -> T {
    PATIENCE.scope(Arc::default(), work).await
}

/// The interceptor that records each response of a client, which passes this gate, as soon as it begins.
#[derive(Debug)]
pub(crate) struct Heard(pub(crate) Arc<Gate>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_after_transmit(
        &self,
        _context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        heard_from(&self.0);
        Ok(())
    }
}

/// Records that AWS has sent something.
fn heard_from(gate: &Gate) {
    let _ = PATIENCE.try_with(|patience| {
        patience.calls().change(key(gate), |_| {}, |group| group.is_heard = true);
        patience.pace.heard(Instant::now());
    });
}

/// A call, from before its turn until its end.
#[derive(Debug)]
pub(crate) struct Call {
    /// `None` outside a response.
    patience: Option<Arc<Patience>>,
    key: usize,
    sent: Option<Instant>,
    compared: Duration,
    may_repeat: bool,
}

impl Call {
    /// Begins a call that passes `gate`; `may_repeat` says whether a second attempt may be sent.
    pub(crate) fn begin(gate: &Arc<Gate>, may_repeat: bool) -> Self {
        let patience = PATIENCE.try_with(Arc::clone).ok();
        if let Some(patience) = &patience {
            patience.calls().begin(gate);
        }
        Self { patience, key: key(gate), sent: None, compared: FIRST_COMPARED, may_repeat }
    }

    /// Waits until the request may be sent.
    pub(crate) async fn paced(&self) {
        if let Some(patience) = &self.patience {
            patience.pace.wait().await;
        }
    }

    /// Records that the request is sent now, and returns when to look first.
    pub(crate) fn sent(&mut self, now: Instant) -> Instant {
        self.sent = Some(now);
        if let Some(patience) = &self.patience {
            patience.pace.sent(now);
        }
        let Some(patience) = &self.patience else { return far_from(now) };
        patience.calls().change(self.key, |_| {}, |group| _ = group.first_sent.get_or_insert(now));
        after(now, FIRST_COMPARED)
    }

    /// Decides what to do after waiting until `now`.
    pub(crate) fn look(&mut self, now: Instant) -> Look {
        let (Some(patience), Some(sent)) = (&self.patience, self.sent) else { return Look::Wait(far_from(now)) };
        let mut calls = patience.calls();
        let Some(endpoint) = calls.endpoints.get(&self.key) else { return Look::Wait(far_from(now)) };
        let waited = now.saturating_duration_since(sent);
        let is_due = self.may_repeat && waited >= self.compared;
        if is_due {
            self.compared = self.compared.saturating_mul(2);
        }
        if is_due && calls.is_left_behind(endpoint, waited) {
            self.may_repeat = false;
            calls.change(self.key, |endpoint| add(&mut endpoint.second_attempts), |_| {});
            return Look::SecondAttempt;
        }
        let compared = if self.may_repeat { after(sent, self.compared) } else { far_from(now) };
        let Some(silent_since) = calls.silent_since(endpoint) else { return Look::Wait(compared) };
        let end = after(silent_since, SILENCE).max(after(sent, AT_LEAST));
        if now < end {
            Look::Wait(end.min(compared))
        } else if calls.only_silence_is_left() {
            Look::GiveUp
        } else {
            Look::Wait(after(now, LOOKS_AGAIN).min(compared))
        }
    }

    /// Records that AWS answered.
    pub(crate) fn answered(&self, now: Instant) {
        let (Some(patience), Some(sent)) = (&self.patience, self.sent) else { return };
        let took = now.saturating_duration_since(sent);
        let of_group = |group: &mut Group| {
            add(&mut group.answers);
            group.slowest = group.slowest.max(took);
        };
        patience.calls().change(self.key, |endpoint| add(&mut endpoint.answers), of_group);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(patience) = &self.patience {
            let of_group = |group: &mut Group| subtract(&mut group.outstanding);
            patience.calls().change(self.key, |endpoint| subtract(&mut endpoint.outstanding), of_group);
            if self.sent.is_some() {
                patience.pace.ended();
            }
        }
    }
}

impl Patience {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gates live as long as their account's clients, so the address identifies one.
fn key(gate: &Gate) -> usize {
    std::ptr::from_ref(gate).addr()
}

/// Returns when the first `share` of the time until `deadline` is over, given as a numerator and a denominator. Calls
/// that others depend on have a share, so that the others have some time, too.
pub(crate) fn share_of_time(deadline: time::Instant, (numerator, denominator): (u32, u32)) -> time::Instant {
    let now = time::Instant::now();
    let share = deadline.saturating_duration_since(now).saturating_mul(numerator).checked_div(denominator);
    now.checked_add(share.unwrap_or_default()).unwrap_or(deadline)
}

fn after(start: Instant, duration: Duration) -> Instant {
    start.checked_add(duration).unwrap_or(start)
}

/// A time after every deadline.
fn far_from(now: Instant) -> Instant {
    after(now, Duration::from_hours(1))
}

#[cfg(test)]
mod tests;
