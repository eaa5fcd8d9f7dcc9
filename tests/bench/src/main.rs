//! Measures functions as Lambda runs them, against a simulated, distant AWS.
//!
//! `bench serve` only serves that AWS, for other clients. `bench invoke` also runs a command under Lambda's runtime
//! interface, sends it an event several times, and prints the measurements: one JSON object per start of the command.

mod aws;
mod bill;
mod bucket;
mod cloudwatch;
mod hub;
mod inventory;
mod others;
mod prices;
mod quotas;
mod runtime;
mod server;
mod wire;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::{Account, Aws};
use crate::inventory::Inventory;
use crate::runtime::Run;

const USAGE: &str = "bench serve|invoke [--NAME VALUE]...
  the account:  --resources N --only-instances yes --all-types yes --quiet yes --round-trip-ms N --metric-requests-a-second N --bill-lines N
                --throttles-prices yes --secret TEXT --tls FILE (serves https, and writes the certificates to trust to FILE)
  serve:        --port N
  invoke:       --command \"PROGRAM ARGUMENTS\" --event FILE [--env NAME=VALUE]...
                --starts N (of the process) --count N (events for each) --pause-ms N (between two events)
                --callers N (processes at the same time, each with an event of its own)";

/// The options of the command line; `--env` may be repeated.
struct Options {
    values: BTreeMap<String, String>,
    environment: Vec<(String, String)>,
}

/// The options that have one value.
const KNOWN: [&str; 17] = [
    "resources",
    "only-instances",
    "all-types",
    "quiet",
    "round-trip-ms",
    "metric-requests-a-second",
    "throttles-prices",
    "bill-lines",
    "secret",
    "tls",
    "port",
    "command",
    "event",
    "starts",
    "count",
    "pause-ms",
    "callers",
];

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn std::error::Error>> {
        let mut options = Self { values: BTreeMap::new(), environment: Vec::new() };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or(USAGE)?;
            match name.trim_start_matches("--") {
                "env" => options
                    .environment
                    .push(value.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).ok_or(USAGE)?),
                name if KNOWN.contains(&name) => drop(options.values.insert(name.to_owned(), value)),
                other => return Err(format!("unknown option {other}\n{USAGE}").into()),
            }
        }
        Ok(options)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, usual: usize) -> Result<usize, std::num::ParseIntError> {
        self.text(name).map_or(Ok(usual), str::parse)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().ok_or(USAGE)?;
    let options = Options::read(arguments)?;
    let account = Account {
        inventory: Inventory {
            resources: options.number("resources", 1_000)?,
            only_instances: options.text("only-instances").is_some(),
            all_types: options.text("all-types").is_some(),
            quiet: options.text("quiet").is_some(),
        },
        round_trip: Duration::from_millis(options.number("round-trip-ms", 50)?.try_into()?),
        metric_requests_a_second: options.text("metric-requests-a-second").map(str::parse).transpose()?,
        throttles_prices: options.text("throttles-prices").is_some(),
        bill_lines: options.number("bill-lines", 40)?,
        secret: options.text("secret").unwrap_or_default().to_owned(),
    };
    let aws = Arc::new(Aws::new(account));
    let port = u16::try_from(options.number("port", 0)?)?;
    let (url, serving) = server::start(Arc::clone(&aws), port, options.text("tls"))?;
    match command.as_str() {
        "serve" => {
            println!("{}", serde_json::json!({"url": url}));
            serving.await??;
        }
        "invoke" => {
            let run = Arc::new(Run {
                command: options.text("command").ok_or(USAGE)?.split_whitespace().map(str::to_owned).collect(),
                event: std::fs::read_to_string(options.text("event").ok_or(USAGE)?)?,
                aws: url,
                environment: options.environment.clone(),
                count: options.number("count", 1)?,
                pause: Duration::from_millis(options.number("pause-ms", 0)?.try_into()?),
            });
            let mut starts = Vec::new();
            for _ in 0..options.number("starts", 1)? {
                let measured = at_once(&run, options.number("callers", 1)?).await?;
                let (asked, priced) = (aws.take_asked(), aws.take_priced());
                let told = |of_one| serde_json::json!({"measured": of_one, "asked": asked, "priced": priced});
                starts.extend(measured.into_iter().map(told));
            }
            println!("{}", serde_json::Value::Array(starts));
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

/// Runs as many processes at the same time, and returns the measurements of each.
async fn at_once(run: &Arc<Run>, callers: usize) -> Result<Vec<serde_json::Value>, String> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let run = Arc::clone(run);
        running.spawn(async move { runtime::measure(&run).await.map_err(|error| error.to_string()) });
    }
    running.join_all().await.into_iter().collect()
}
