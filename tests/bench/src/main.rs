//! Measures functions as Lambda runs them, with AWS at a distance.
//!
//! `bench serve` is the distant AWS alone, for clients of other kinds; `bench invoke` runs a function's binary under
//! Lambda's runtime interface beside it, gives it an event several times, and prints one JSON object of what that took.

mod aws;
mod runtime;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::aws::{Account, Aws};

const USAGE: &str = "bench serve|invoke [--port N] [--function PATH --event FILE --count N] [--resources N] \
                     [--only-instances yes] [--round-trip-ms N] [--metric-requests-a-second N] [--bill-lines N]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().ok_or(USAGE)?;
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        options.insert(name.trim_start_matches("--").to_owned(), value);
    }
    let number = |name: &str, usual: usize| options.get(name).map_or(Ok(usual), |text| text.parse());
    let account = Account {
        resources: number("resources", 1_000)?,
        only_instances: options.contains_key("only-instances"),
        round_trip: Duration::from_millis(number("round-trip-ms", 50)?.try_into()?),
        metric_requests_a_second: options.get("metric-requests-a-second").map(|text| text.parse()).transpose()?,
        bill_lines: number("bill-lines", 40)?,
    };
    let aws = Arc::new(Aws::new(account));
    let listener = TcpListener::bind(("127.0.0.1", u16::try_from(number("port", 0)?)?)).await?;
    let address = listener.local_addr()?;
    let server = Router::new().fallback(answer).with_state(Arc::clone(&aws));
    let serving = tokio::spawn(async move { axum::serve(listener, server).await });
    match command.as_str() {
        "serve" => {
            println!("{}", serde_json::json!({"url": format!("http://{address}")}));
            serving.await??;
        }
        "invoke" => {
            let event = std::fs::read_to_string(options.get("event").ok_or(USAGE)?)?;
            let function = options.get("function").ok_or(USAGE)?;
            let measured = runtime::measure(function, &event, number("count", 1)?, &format!("http://{address}")).await?;
            let asked = aws.asked.lock().map_err(|_| "a request panicked")?.clone();
            println!("{}", serde_json::json!({"measured": measured, "asked": asked}));
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

/// Answers as AWS; `GET /_asked` says what was asked so far, and forgets it.
async fn answer(State(aws): State<Arc<Aws>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if uri.path() == "/_asked" {
        let asked = aws.asked.lock().map(|mut asked| std::mem::take(&mut *asked)).unwrap_or_default();
        return serde_json::json!(asked).to_string().into_response();
    }
    let (status, kind, body) = aws.answer(&uri, &headers, body).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if kind == "application/cbor" {
        response.headers_mut().insert("smithy-protocol", header::HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}
