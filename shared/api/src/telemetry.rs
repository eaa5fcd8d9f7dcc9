//! Logs: JSON lines on standard output, as Lambda's `LogFormat: JSON` expects them.
//!
//! The project's own crates log at the level in the function's configuration (`ApplicationLogLevel`, which Lambda
//! passes as `AWS_LAMBDA_LOG_LEVEL`); libraries log only warnings, so that no SDK logs a request or its headers.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// Sets up logging; called once, first thing in `main`. `function` is the calling crate's name.
pub fn init(function: &str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok();
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let ours = ["api", "collector", function].map(|target| (target.to_owned(), level));
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let filter = Targets::new().with_default(LevelFilter::WARN).with_targets(ours);
    tracing_subscriber::registry().with(lines).with(filter).init();
}

#[cfg(test)]
mod tests {
    use tracing::{Level, enabled};

    #[test]
    fn own_crates_log_from_info_and_libraries_from_warnings() {
        super::init("resources");
        assert!(enabled!(target: "resources", Level::INFO) && !enabled!(target: "resources", Level::DEBUG));
        assert!(enabled!(target: "api", Level::INFO) && enabled!(target: "collector", Level::INFO));
        assert!(enabled!(target: "aws_config", Level::WARN) && !enabled!(target: "aws_config", Level::INFO));
    }
}
