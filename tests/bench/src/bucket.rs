//! How AWS limits requests: a bucket of them, which is refilled all the time.

use std::time::Instant;

#[derive(Debug)]
pub(crate) struct Bucket {
    most: f64,
    a_second: f64,
    left: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn full(most: u32, a_second: u32) -> Self {
        Self { most: most.into(), a_second: a_second.into(), left: most.into(), filled: Instant::now() }
    }

    /// Takes a request out of the bucket; returns whether there was one.
    pub(crate) fn take(&mut self) -> bool {
        let now = Instant::now();
        self.left = self.most.min(self.left + (now - self.filled).as_secs_f64() * self.a_second);
        self.filled = now;
        let has_one = self.left >= 1.0;
        if has_one {
            self.left -= 1.0;
        }
        has_one
    }
}
