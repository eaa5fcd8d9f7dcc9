//! Lambda's runtime interface for one function: sends it an event, receives its response, and measures the time.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::{Mutex, mpsc};

/// How long to wait for one response.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the function did, and when.
enum Seen {
    Ready(Instant),
    Answered(Instant, Bytes),
    Failed(Bytes),
}

struct Interface {
    event: String,
    /// One ticket per invocation: the function waits for the next one, as it does on Lambda.
    tickets: Mutex<mpsc::Receiver<()>>,
    seen: mpsc::Sender<Seen>,
}

/// What to run, and how often to invoke it.
pub(crate) struct Run {
    /// A program and its arguments.
    pub(crate) command: Vec<String>,
    pub(crate) event: String,
    /// The endpoint of AWS.
    pub(crate) aws: String,
    /// Environment variables in addition to those that Lambda sets.
    pub(crate) environment: Vec<(String, String)>,
    /// How many times to send the event.
    pub(crate) count: usize,
    /// How long to wait between a response and the next event.
    pub(crate) pause: Duration,
}

/// Starts a process, sends it the event `count` times, and returns the measurements.
pub(crate) async fn measure(run: &Run) -> Result<Value, Box<dyn std::error::Error>> {
    let Run { command, event, aws, environment, count, pause } = run;
    let (program, arguments) = command.split_first().ok_or("a command is needed")?;
    let (give, tickets) = mpsc::channel(1);
    let (seen, mut sees) = mpsc::channel(8);
    let interface = Arc::new(Interface { event: event.clone(), tickets: Mutex::new(tickets), seen });
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable()) // a response has up to 6 MB
        .with_state(interface);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let started = Instant::now();
    let mut process = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "123456789012")
        .env("AWS_SECRET_ACCESS_KEY", "bench")
        .env("AWS_ENDPOINT_URL", aws)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null()) // the log
        .kill_on_drop(true)
        .spawn()?;
    let pid = process.id().unwrap_or_default();
    let mut ready_ms = None;
    let (mut answers_ms, mut cpu_ms) = (Vec::new(), Vec::new());
    let (mut sent, mut bytes, mut answers) = (started, 0, Vec::new());
    give.send(()).await?;
    while answers_ms.len() < *count {
        let seen = tokio::select! {
            seen = tokio::time::timeout(PATIENCE, sees.recv()) => seen?.ok_or("the runtime interface is gone")?,
            ended = process.wait() => return Err(format!("{program} exited unexpectedly: {}", ended?).into()),
        };
        match seen {
            Seen::Ready(at) => {
                ready_ms.get_or_insert_with(|| ms(at - started));
                sent = at;
            }
            Seen::Answered(at, answer) => {
                answers_ms.push(ms(at - sent));
                cpu_ms.push(cpu(pid)?);
                bytes = answer.len();
                answers.push(told(&answer)?);
                if answers_ms.len() < *count {
                    tokio::time::sleep(*pause).await;
                    give.send(()).await?;
                }
            }
            Seen::Failed(reason) => return Err(String::from_utf8_lossy(&reason).into_owned().into()),
        }
    }
    let memory = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = |name: &str| {
        memory.lines().find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse::<u64>().ok())
    };
    let measured = json!({
        "ready_ms": ready_ms, "answers_ms": answers_ms, "cpu_ms": cpu_ms, "peak_kib": kib("VmHWM:"), "bytes": bytes,
        "answers": answers,
    });
    // Stop the process with SIGTERM, like Lambda, so that a profiler can write its results.
    terminate(pid)?;
    tokio::time::timeout(PATIENCE, process.wait()).await??;
    Ok(measured)
}

/// Returns what the benchmark needs of a response: for a route, its status, `meta`, the error if it is one, what the
/// counts say, how many resources are on this page and the cursor of the next one; for an authorizer, the effect.
fn told(answer: &[u8]) -> serde_json::Result<Value> {
    let answer: Value = serde_json::from_slice(answer)?;
    let body: Value = answer["body"].as_str().map_or(Ok(Value::Null), serde_json::from_str)?;
    let effect = &answer["policyDocument"]["Statement"][0]["Effect"];
    let data = &body["data"];
    let lists = data.as_object().into_iter().flat_map(|lists| lists.values()).filter_map(Value::as_array);
    Ok(json!({
        "status": answer["statusCode"], "meta": body["meta"], "error": body["error"], "effect": effect,
        "total": data["counts"]["total"], "by_type": data["counts"]["by_type"], "by_rule": data["summary"]["by_rule"],
        "savings": data["summary"]["savings"],
        "items": lists.map(Vec::len).sum::<usize>(), "next_cursor": data["next_cursor"],
    }))
}

/// Returns the CPU time of a process so far, in milliseconds: the greater of the time of its current threads, which is
/// exact to the nanosecond, and the time that includes finished threads, which is exact to a hundredth of a second.
fn cpu(pid: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedule = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        nanoseconds += schedule.split(' ').next().and_then(|time| time.parse::<u64>().ok()).unwrap_or(0);
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // After the name, which may contain spaces: the 12th and 13th fields are the user and the system time.
    let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = numbers.filter_map(|time| time.parse::<u64>().ok()).sum();
    Ok(ms(Duration::from_nanos(nanoseconds).max(Duration::from_millis(ticks * 10))))
}

fn terminate(pid: u32) -> Result<(), Box<dyn std::error::Error>> {
    let done = std::process::Command::new("kill").args(["-TERM", &pid.to_string()]).status()?;
    if done.success() { Ok(()) } else { Err("the function exited unexpectedly".into()) }
}

fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

async fn next(State(interface): State<Arc<Interface>>) -> Response {
    // The first request shows that the function is ready; Lambda would already have an event for it.
    if interface.tickets.lock().await.recv().await.is_none() {
        return StatusCode::GONE.into_response();
    }
    let _ = interface.seen.send(Seen::Ready(Instant::now())).await;
    let deadline = SystemTime::now() + Duration::from_secs(900);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string();
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("Lambda-Runtime-Deadline-Ms", deadline),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    (headers, interface.event.clone()).into_response()
}

async fn response(State(interface): State<Arc<Interface>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    let _ = interface.seen.send(Seen::Answered(Instant::now(), body)).await;
    StatusCode::ACCEPTED
}

async fn error(State(interface): State<Arc<Interface>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    let _ = interface.seen.send(Seen::Failed(body)).await;
    StatusCode::ACCEPTED
}

async fn init_error(State(interface): State<Arc<Interface>>, body: Bytes) -> StatusCode {
    let _ = interface.seen.send(Seen::Failed(body)).await;
    StatusCode::ACCEPTED
}
