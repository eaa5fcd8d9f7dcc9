//! What a call does after it has waited for so long, in virtual time.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::call::gate::Rate;

/// Some calls of one response, each by its service and region, that were sent at the start.
struct Sent {
    start: Instant,
    patience: Arc<Patience>,
    gates: Vec<Arc<Gate>>,
    /// The calls that have not ended.
    calls: Vec<Option<Call>>,
}

impl Sent {
    fn at_once(endpoints: &[(&'static str, &str)]) -> Self {
        let (start, patience) = (Instant::now(), Arc::new(Patience::default()));
        let gate = |(service, region): &(&'static str, &str)| Arc::new(Gate::new(service, region, Rate::UNKNOWN));
        let gates: Vec<_> = endpoints.iter().map(gate).collect();
        let send = |gate| {
            let mut call = Call::begin(gate, true);
            call.sent(start);
            Some(call)
        };
        let calls = PATIENCE.sync_scope(Arc::clone(&patience), || gates.iter().map(send).collect());
        Self { start, patience, gates, calls }
    }

    fn hear_from(&self, index: usize) {
        PATIENCE.sync_scope(Arc::clone(&self.patience), || heard_from(&self.gates[index]));
    }

    /// Answers a call after so many seconds, and ends it.
    fn answer(&mut self, index: usize, seconds: u64) {
        self.hear_from(index);
        self.calls[index].take().unwrap().answered(self.start + Duration::from_secs(seconds));
    }

    fn look(&mut self, index: usize, seconds: u64) -> Look {
        self.calls[index].as_mut().unwrap().look(self.start + Duration::from_secs(seconds))
    }
}

#[test]
fn a_silent_region_is_given_up_after_its_time_once_the_others_are_done() {
    let mut calls = Sent::at_once(&[("ec2", "a"), ("rds", "a"), ("ec2", "b")]);
    calls.hear_from(2);
    assert!(matches!(calls.look(0, 9), Look::Wait(_)), "another call is under way");
    calls.answer(2, 10);
    assert!(matches!(calls.look(1, 7), Look::Wait(_)));
    assert_eq!((calls.look(0, 10), calls.look(1, 10)), (Look::GiveUp, Look::GiveUp));
}

#[test]
fn if_nobody_has_sent_anything_nobody_is_given_up() {
    let mut calls = Sent::at_once(&[("ec2", "a"), ("rds", "b")]);
    assert!(matches!(calls.look(0, 24), Look::Wait(_)));
}

#[test]
fn a_silent_service_is_given_up_in_regions_that_answer() {
    let mut calls = Sent::at_once(&[("tag", "a"), ("tag", "b"), ("ec2", "a"), ("ec2", "b")]);
    calls.answer(2, 1);
    calls.answer(3, 1);
    assert_eq!((calls.look(0, 8), calls.look(1, 8)), (Look::GiveUp, Look::GiveUp));
}

#[test]
fn a_region_and_a_service_that_have_sent_something_are_waited_for() {
    let mut calls = Sent::at_once(&[("ec2", "a"), ("rds", "a"), ("ec2", "b")]);
    calls.answer(1, 1);
    calls.answer(2, 1);
    assert!(matches!(calls.look(0, 24), Look::Wait(_)));
}

#[test]
fn what_is_called_late_in_a_silent_region_has_a_second() {
    let mut calls = Sent::at_once(&[("ec2", "a"), ("rds", "a"), ("sts", "b")]);
    calls.answer(2, 1);
    let start = calls.start;
    calls.calls[1].as_mut().unwrap().sent(start + Duration::from_secs(9));
    assert_eq!(calls.look(0, 9), Look::GiveUp);
    assert_eq!(calls.look(1, 9), Look::Wait(start + Duration::from_secs(10)));
    assert_eq!(calls.look(1, 10), Look::GiveUp);
}

#[test]
fn only_a_call_that_is_far_slower_than_its_neighbours_is_sent_a_second_time_and_only_once() {
    let mut calls = Sent::at_once(&[("ec2", "a"), ("ec2", "b"), ("ec2", "c"), ("ec2", "d"), ("rds", "a")]);
    calls.answer(4, 1);
    assert!(matches!(calls.look(0, 2), Look::Wait(_)), "nobody has been answered");
    for index in 1..=2 {
        calls.answer(index, 1);
    }
    assert!(matches!(calls.look(0, 4), Look::Wait(_)), "two of four are slow");
    calls.answer(3, 1);
    assert!(matches!(calls.look(0, 7), Look::Wait(_)), "compared at 2, 4 and 8 seconds");
    assert_eq!(calls.look(0, 8), Look::SecondAttempt);
    assert!(matches!(calls.look(0, 16), Look::Wait(_)));
}

#[test]
fn calls_outside_a_response_wait_for_their_deadline() {
    let gate = Arc::new(Gate::new("ec2", "a", Rate::UNKNOWN));
    let mut call = Call::begin(&gate, true);
    let start = Instant::now();
    call.sent(start);
    assert!(matches!(call.look(start + Duration::from_mins(1)), Look::Wait(_)));
}

/// A region of one service whose pages take so many milliseconds.
struct Region {
    gate: Arc<Gate>,
    pages: std::vec::IntoIter<u64>,
    /// The call under way, and when AWS answers it.
    call: Option<(Call, Instant)>,
}

impl Region {
    fn proceed(&mut self, now: Instant) {
        self.call = self.pages.next().map(|took| {
            let mut call = Call::begin(&self.gate, true);
            call.sent(now);
            (call, now + Duration::from_millis(took))
        });
    }
}

/// Lists all regions at once; returns how many of them were given up, and how many second attempts were sent.
fn list(regions: &[Vec<u64>]) -> (usize, usize) {
    let mut now = Instant::now();
    let (mut given_up, mut seconds) = (0, 0);
    let mut regions: Vec<_> = regions
        .iter()
        .enumerate()
        .map(|(number, pages)| Region {
            gate: Arc::new(Gate::new("s", &number.to_string(), Rate::UNKNOWN)),
            pages: pages.clone().into_iter(),
            call: None,
        })
        .collect();
    for region in &mut regions {
        region.proceed(now);
    }
    while regions.iter().any(|region| region.call.is_some()) {
        now += Duration::from_millis(100);
        for region in &mut regions {
            let Some((call, end)) = &mut region.call else { continue };
            if *end <= now {
                heard_from(&region.gate);
                call.answered(*end);
                // The next call begins before the last one ends.
                region.proceed(now);
            } else {
                match call.look(now) {
                    Look::Wait(_) => {}
                    Look::SecondAttempt => seconds += 1,
                    Look::GiveUp => {
                        given_up += 1;
                        region.call = None;
                    }
                }
            }
        }
    }
    (given_up, seconds)
}

proptest! {
    /// Whatever the order and the slowness, nothing is lost of a region that begins to answer in time.
    #[test]
    fn no_region_that_answers_is_given_up(
        regions in vec((0_u64..8_000, vec(0_u64..60_000, 0..5)), 1..20),
    ) {
        let regions: Vec<Vec<u64>> =
            regions.into_iter().map(|(first, rest)| std::iter::once(first).chain(rest).collect()).collect();
        let pages: usize = regions.iter().map(Vec::len).sum();
        let (given_up, seconds) = PATIENCE.sync_scope(Arc::default(), || list(&regions));
        prop_assert_eq!(given_up, 0);
        // A service that is slow for everybody is not asked twice.
        prop_assert!(seconds <= regions.len() + pages / 10, "{} of {}", seconds, pages);
    }
}

#[test]
fn if_all_are_slow_nothing_is_sent_twice() {
    let regions = vec![vec![6_000, 6_000, 6_000]; 17];
    assert_eq!(PATIENCE.sync_scope(Arc::default(), || list(&regions)), (0, 0));
}

#[test]
fn regions_that_never_answer_are_given_up_and_the_others_are_not() {
    let mut regions = vec![vec![1_000, 20_000]; 8];
    regions.extend(vec![vec![u64::from(u32::MAX)]; 8]);
    assert_eq!(PATIENCE.sync_scope(Arc::default(), || list(&regions)), (8, 0));
}
