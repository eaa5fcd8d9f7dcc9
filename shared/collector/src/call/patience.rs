//! How long a response waits for AWS.
//!
//! A slow answer is worth more than none: what AWS is about to send is waited for as long as the response has time, and
//! nothing that is under way is cut. No attempt has a time limit of its own, since giving up and asking again adds load
//! to a service that is slow for everybody, and throws away what was nearly there. Two things are decided here, for all
//! calls of a response together:
//!
//! - A region or a service that has sent nothing at all is given up after [`SILENCE`], once no other call is
//!   outstanding; a region that is down therefore costs a response these seconds once.
//! - A call that is far slower than nearly all of its neighbours in the same service gets one second attempt beside the
//!   first, since its connection may be dead. If many are slow, none gets one, so slowness never adds load.
//!
//! Clients are shared by all responses, so this belongs to the task, like the count of requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use crate::call::gate::Gate;

/// After this time without a byte, a region or a service is given up, as soon as nothing else is outstanding.
const SILENCE: Duration = Duration::from_secs(8);
/// What a call gets at least if its region or service has used up its time.
const AT_LEAST: Duration = Duration::from_secs(1);
/// How often a call looks whether the others are done, once it could be given up.
const LOOKS_AGAIN: Duration = Duration::from_millis(100);
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
struct Patience(Mutex<HashMap<usize, Endpoint>>);

/// One service in one region.
#[derive(Debug)]
struct Endpoint {
    gate: Arc<Gate>,
    /// Calls that wait for their turn or for AWS.
    outstanding: u32,
    /// When the first call was sent.
    first_sent: Option<Instant>,
    /// Whether AWS has sent anything, an error included.
    has_answered: bool,
    /// The calls that were answered, and the longest that one took.
    answers: u32,
    slowest: Duration,
    second_attempts: u32,
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
        if let Some(endpoint) = patience.endpoints().get_mut(&key(gate)) {
            endpoint.has_answered = true;
        }
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
        let key = key(gate);
        if let Some(patience) = &patience {
            let mut endpoints = patience.endpoints();
            let endpoint = endpoints.entry(key).or_insert_with(|| Endpoint::of(gate));
            endpoint.outstanding = endpoint.outstanding.saturating_add(1);
        }
        Self { patience, key, sent: None, compared: FIRST_COMPARED, may_repeat }
    }

    /// Records that the request is sent now, and returns when to look first.
    pub(crate) fn sent(&mut self, now: Instant) -> Instant {
        self.sent = Some(now);
        let Some(patience) = &self.patience else { return far_from(now) };
        if let Some(endpoint) = patience.endpoints().get_mut(&self.key) {
            endpoint.first_sent.get_or_insert(now);
        }
        after(now, FIRST_COMPARED)
    }

    /// Decides what to do after waiting until `now`.
    pub(crate) fn look(&mut self, now: Instant) -> Look {
        let (Some(patience), Some(sent)) = (&self.patience, self.sent) else { return Look::Wait(far_from(now)) };
        let mut endpoints = patience.endpoints();
        let waited = now.saturating_duration_since(sent);
        if self.may_repeat && waited >= self.compared {
            self.compared = self.compared.saturating_mul(2);
            if is_left_behind(&endpoints, self.key, waited)
                && let Some(endpoint) = endpoints.get_mut(&self.key)
            {
                endpoint.second_attempts = endpoint.second_attempts.saturating_add(1);
                self.may_repeat = false;
                return Look::SecondAttempt;
            }
        }
        let compared = if self.may_repeat { after(sent, self.compared) } else { far_from(now) };
        let Some(silent_since) = silent_since(&endpoints, self.key) else { return Look::Wait(compared) };
        let end = after(silent_since, SILENCE).max(after(sent, AT_LEAST));
        if now < end {
            return Look::Wait(end.min(compared));
        }
        let others_are_done =
            endpoints.iter().all(|(key, other)| other.outstanding == 0 || silent_since_is_some(&endpoints, *key));
        if others_are_done { Look::GiveUp } else { Look::Wait(after(now, LOOKS_AGAIN).min(compared)) }
    }

    /// Records that AWS answered.
    pub(crate) fn answered(&self, now: Instant) {
        let (Some(patience), Some(sent)) = (&self.patience, self.sent) else { return };
        if let Some(endpoint) = patience.endpoints().get_mut(&self.key) {
            endpoint.answers = endpoint.answers.saturating_add(1);
            endpoint.slowest = endpoint.slowest.max(now.saturating_duration_since(sent));
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(patience) = &self.patience
            && let Some(endpoint) = patience.endpoints().get_mut(&self.key)
        {
            endpoint.outstanding = endpoint.outstanding.saturating_sub(1);
        }
    }
}

impl Patience {
    fn endpoints(&self) -> MutexGuard<'_, HashMap<usize, Endpoint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Endpoint {
    fn of(gate: &Arc<Gate>) -> Self {
        Self {
            gate: Arc::clone(gate),
            outstanding: 0,
            first_sent: None,
            has_answered: false,
            answers: 0,
            slowest: Duration::ZERO,
            second_attempts: 0,
        }
    }
}

/// Returns since when the region or the service of an endpoint has sent nothing; `None` if both have sent something.
fn silent_since(endpoints: &HashMap<usize, Endpoint>, key: usize) -> Option<Instant> {
    let Endpoint { gate, .. } = endpoints.get(&key)?;
    let since = |is_of: &dyn Fn(&Endpoint) -> bool| {
        let mut first = None;
        for endpoint in endpoints.values().filter(|endpoint| is_of(endpoint)) {
            if endpoint.has_answered {
                return None;
            }
            first = [first, endpoint.first_sent].into_iter().flatten().min();
        }
        first
    };
    let region = since(&|endpoint| endpoint.gate.region() == gate.region());
    let service = since(&|endpoint| endpoint.gate.service() == gate.service());
    [region, service].into_iter().flatten().min()
}

fn silent_since_is_some(endpoints: &HashMap<usize, Endpoint>, key: usize) -> bool {
    silent_since(endpoints, key).is_some()
}

/// Returns whether a call that has `waited` is far slower than nearly all others of its service, and its endpoint may
/// have another second attempt.
fn is_left_behind(endpoints: &HashMap<usize, Endpoint>, key: usize, waited: Duration) -> bool {
    let Some(endpoint) = endpoints.get(&key) else { return false };
    let allowed = endpoint.answers.checked_div(ANSWERS_FOR_A_SECOND).unwrap_or(0).saturating_add(1);
    let (mut answers, mut outstanding, mut slowest) = (0_u32, 0_u32, Duration::ZERO);
    for neighbour in endpoints.values().filter(|other| other.gate.service() == endpoint.gate.service()) {
        answers = answers.saturating_add(neighbour.answers);
        outstanding = outstanding.saturating_add(neighbour.outstanding);
        slowest = slowest.max(neighbour.slowest);
    }
    endpoint.second_attempts < allowed
        && answers >= outstanding.saturating_mul(ANSWERED_FOR_ONE)
        && waited >= slowest.saturating_mul(FAR_SLOWER)
}

/// Gates live as long as their account's clients, so the address identifies one.
fn key(gate: &Gate) -> usize {
    std::ptr::from_ref(gate).addr()
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
