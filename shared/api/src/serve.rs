//! Runs a function: turns the gateway's event into a response, around the function's own handler.
//!
//! This is the only place that reads the clock, sets the deadline, writes the envelope, the headers, the log line and
//! the metrics of a call, and turns a panic during a call into that call's error.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::FutureExt as _;
use jiff::Timestamp;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response, service_fn};
use lambda_runtime::Context;
use serde::Serialize;

use crate::call_metrics::{self, CallMetrics, Measured, Usage};
use crate::caller::{AskedAccounts, Caller, Subject};
use crate::envelope::{self, Answer, Written};
use crate::error::ApiError;
use crate::format::Format;
use crate::parameter::Parameter;
use crate::query::Query;

/// The longest that a response may take. The gateway gives up after 29 s, which also include the authorizer, a cold
/// start and writing the response.
const LONGEST: Duration = Duration::from_secs(25);

/// The part of the function's time that is reserved for writing the response.
const MARGIN: Duration = Duration::from_millis(1_500);

/// The header that says whether a table lacks anything, and the one that says what.
const PARTIAL: &str = "x-stratoscope-partial";
const GAPS: &str = "x-stratoscope-gaps";

/// The headers that pages of other origins may read.
const EXPOSED: &str = "link, x-stratoscope-partial, x-stratoscope-gaps";

/// The variable that holds the origin from which browsers may call the API.
const ALLOW_ORIGIN: &str = "ALLOW_ORIGIN";

/// One call to the API, as a handler sees it.
#[derive(Debug)]
pub struct Call {
    parameters: QueryMap,
    about: Subject,
    /// The caller's name.
    principal: String,
    /// When the call arrived: the current time for everything that is computed for it.
    pub received_at: Timestamp,
    /// When the response must be ready; whatever is missing by then becomes a gap.
    pub deadline: Instant,
}

impl Call {
    /// Returns the query string, in which only these `parameters` may occur.
    pub fn query(&self, parameters: &'static [Parameter]) -> Result<Query, ApiError> {
        Ok(Query::parse(self.parameters.iter(), parameters)?.about(self.other_account()))
    }

    /// Returns what the token allows, if the call is for the list of accounts.
    #[must_use]
    pub fn accounts(&self) -> Option<&AskedAccounts> {
        match &self.about {
            Subject::Accounts(asked) => Some(asked),
            Subject::Home | Subject::Other(_) => None,
        }
    }

    /// The caller's name.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// Returns what `find` has for the account of the call (`None` for the home account) and the caller's name.
    ///
    /// # Errors
    /// If it has nothing: the deployment has no access to that account.
    pub fn account<T>(&self, find: impl FnOnce(Option<&str>, &str) -> Option<T>) -> Result<T, ApiError> {
        let account = self.other_account();
        find(account, &self.principal).ok_or_else(|| ApiError::unknown_account(account.unwrap_or_default()))
    }

    /// Returns the account that the call is about, unless it is the home account or none.
    fn other_account(&self) -> Option<&str> {
        match &self.about {
            Subject::Other(account) => Some(account),
            Subject::Home | Subject::Accounts(_) => None,
        }
    }
}

/// Handles every event of this function with `handler`, until Lambda ends the process.
pub async fn serve<H, F, D, C>(handler: H) -> Result<(), lambda_http::Error>
where
    H: Fn(Call) -> F + Sync,
    F: Future<Output = Result<Answer<D, C>, ApiError>> + Send,
    D: Serialize + Send,
    C: Serialize + Send,
{
    let metrics = CallMetrics::from_env(|name| std::env::var(name).ok());
    let (handler, allow_origin, metrics) = (&handler, &allow_origin(), metrics.as_ref());
    lambda_http::run(service_fn(move |request: Request| async move {
        let mut response = respond(handler, metrics, &request).await;
        let headers = response.headers_mut();
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        if let Some(origin) = allow_origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        Ok::<_, lambda_http::Error>(response)
    }))
    .await
}

/// Returns the origin from which browsers may call the API.
pub(crate) fn allow_origin() -> Option<HeaderValue> {
    std::env::var(ALLOW_ORIGIN).ok().and_then(|origin| HeaderValue::try_from(origin).ok())
}

/// Responds to one request.
async fn respond<H, F, D, C>(handler: &H, metrics: Option<&CallMetrics>, request: &Request) -> Response<Body>
where
    H: Fn(Call) -> F,
    F: Future<Output = Result<Answer<D, C>, ApiError>>,
    D: Serialize,
    C: Serialize,
{
    let started = Instant::now();
    let received_at = Timestamp::now();
    let context = request.lambda_context_ref();
    let request_id = request_id(request, context);
    let deadline = deadline(started, context, SystemTime::now());
    let parameters = request.query_string_parameters();
    let caller = Caller::of(request);
    let principal = caller.as_ref().map_or_else(|_| String::new(), |caller| caller.principal.clone());

    let answered = async {
        let Caller { principal, about } = caller?;
        handler(Call { parameters, about, principal, received_at, deadline }).await
    };
    let caught = AssertUnwindSafe(answered).catch_unwind().await;
    let answered =
        caught.unwrap_or_else(|panic| Err(ApiError::Internal(format!("panicked: {}", panic_message(panic.as_ref())))));
    let usage = metrics.map(|_| match &answered {
        Ok(answer) => Usage::of_answer(answer.coverage()),
        Err(error) => Usage::of_error(error),
    });
    let outcome = answered.and_then(|answer| answer.written(received_at, milliseconds(started.elapsed())));

    let elapsed_ms = milliseconds(started.elapsed());
    let path = request.uri().path();
    let response = match outcome {
        Ok(written) => {
            let bytes = written.body.len();
            tracing::info!(request_id, principal, path, status = 200, elapsed_ms, bytes, "answered");
            in_format(written, request)
        }
        Err(error) => {
            let status = error.status();
            if status < 500 {
                tracing::info!(request_id, principal, path, status, elapsed_ms, %error, "refused");
            } else {
                tracing::error!(request_id, principal, path, status, elapsed_ms, %error, "failed");
            }
            let mut response = Response::new(Body::Text(envelope::error_body(&error, &request_id)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response
        }
    };
    if let Some((metrics, usage)) = metrics.zip(usage) {
        let (request_id, status) = (request_id.as_str(), response.status().as_u16());
        let (route, account) = call_metrics::place(request);
        metrics.write(&Measured { received_at, request_id, route: &route, account, status, elapsed_ms, usage });
    }
    response
}

/// Returns a response in its format. What the envelope says about a table is in headers: the next page, relative to this
/// one, and what is missing.
fn in_format(written: Written, request: &Request) -> Response<Body> {
    let Written { body, format, next_cursor, gaps } = written;
    let mut response = Response::new(Body::Text(body));
    if format == Format::Json {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert(PARTIAL, HeaderValue::from_static(if gaps.is_empty() { "false" } else { "true" }));
    if let Some(gaps) = HeaderValue::try_from(gaps).ok().filter(|gaps| !gaps.is_empty()) {
        headers.insert(GAPS, gaps);
    }
    if let Some(cursor) = next_cursor {
        let others = request.uri().query().unwrap_or_default().split('&');
        let others = others.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: Vec<_> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
        if let Ok(next) = HeaderValue::try_from(format!("<?{}>; rel=\"next\"", query.join("&"))) {
            headers.insert(header::LINK, next);
        }
    }
    response
}

/// Returns the id that the caller sees as `x-amzn-RequestId`, or Lambda's own if there is no gateway.
pub(crate) fn request_id(request: &Request, context: Option<&Context>) -> String {
    let of_gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(gateway)) => gateway.request_id.clone(),
        _ => None,
    };
    of_gateway.or_else(|| context.map(|context| context.request_id.clone())).unwrap_or_default()
}

/// Returns when the response must be ready: the function's own deadline minus a margin, and at most after [`LONGEST`].
///
/// A deadline that has already passed is ignored: Lambda sends no such event, but local runtimes send a fixed number.
fn deadline(started: Instant, context: Option<&Context>, now: SystemTime) -> Instant {
    let ends = context.and_then(|context| UNIX_EPOCH.checked_add(Duration::from_millis(context.deadline)));
    let left = ends.and_then(|ends| ends.duration_since(now).ok());
    let left = left.map_or(LONGEST, |left| left.saturating_sub(MARGIN).min(LONGEST));
    started.checked_add(left).unwrap_or(started)
}

/// Returns a duration in whole milliseconds, for logs and responses.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the message of a panic, if it has one.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer_to<F>(event: &str, handler: impl Fn(Call) -> F) -> (u16, serde_json::Value)
    where
        F: Future<Output = Result<Answer<u32, std::collections::BTreeMap<String, String>>, ApiError>>,
    {
        let request = lambda_http::request::from_str(event).unwrap();
        let response = respond(&handler, None, &request).await;
        let Body::Text(body) = response.body() else { panic!("a text body") };
        (response.status().as_u16(), serde_json::from_str(body).unwrap())
    }

    const EVENT: &str = include_str!("../../../events/resources.json");

    #[tokio::test]
    async fn a_success_is_a_200_in_the_envelope() {
        let (status, body) =
            answer_to(EVENT, async |_| Ok(Answer::new(7, [("account".into(), "1".into())].into()))).await;
        assert_eq!(status, 200);
        assert_eq!((&body["success"], &body["data"], &body["meta"]["account"]), (&true.into(), &7.into(), &"1".into()));
    }

    #[tokio::test]
    async fn the_handler_sees_every_value_of_a_repeated_parameter() {
        let event = EVENT.replace(
            r#""multiValueQueryStringParameters": null"#,
            r#""multiValueQueryStringParameters": {"limit": ["1", "2"]}"#,
        );
        let (status, body) = answer_to(&event, async |call: Call| {
            const LIMIT: &[Parameter] = &[crate::page::limit(String::new)];
            call.query(LIMIT)?;
            Ok(Answer::new(7, std::collections::BTreeMap::new()))
        })
        .await;
        assert_eq!((status, &body["error"]["parameter"]), (400, &"limit".into()), "{body}");
    }

    #[tokio::test]
    async fn a_call_without_access_to_its_account_never_reaches_the_handler() {
        let handler = async |_| panic!("the handler must not see this call");
        let event = EVENT.replace(r#""accounts": "*""#, r#""accounts": "210987654321""#);
        let (status, body) = answer_to(&event, handler).await;
        assert_eq!((status, &body["error"]["code"]), (403, &"AccountNotAllowed".into()), "{body}");
    }

    #[tokio::test]
    async fn a_panic_is_the_error_of_its_own_call_and_the_next_one_is_answered() {
        let panics = std::sync::atomic::AtomicBool::new(true);
        let handler = async |_| {
            assert!(!panics.swap(false, std::sync::atomic::Ordering::SeqCst), "a private detail");
            Ok(Answer::new(7, std::collections::BTreeMap::new()))
        };
        let (status, body) = answer_to(EVENT, handler).await;
        assert_eq!((status, &body["error"]["code"]), (500, &"InternalError".into()));
        assert_eq!(body["request_id"], "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
        assert!(!body.to_string().contains("private detail"), "{body}");
        assert_eq!(answer_to(EVENT, handler).await.0, 200);
    }

    /// Records the level of each log line.
    struct Levels(std::sync::Arc<std::sync::Mutex<Vec<tracing::Level>>>);

    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Levels {
        fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            self.0.lock().unwrap().push(*event.metadata().level());
        }
    }

    #[tokio::test]
    async fn the_log_has_an_error_for_a_failed_call_but_not_for_a_rejected_one() {
        use tracing::Level;
        use tracing_subscriber::layer::SubscriberExt as _;

        let levels = std::sync::Arc::default();
        let subscriber = tracing_subscriber::registry().with(Levels(std::sync::Arc::clone(&levels)));
        let _guard = tracing::subscriber::set_default(subscriber);
        for (outcome, status) in [
            (Ok(Answer::new(7, std::collections::BTreeMap::new())), 200),
            (Err(ApiError::invalid("limit", "1 to 10")), 400),
            (Err(ApiError::Internal("an error".to_owned())), 500),
            (Err(ApiError::nothing_collected(&["gap"], None)), 502),
        ] {
            let outcome = std::sync::Mutex::new(Some(outcome));
            let handler = async |_| outcome.lock().unwrap().take().unwrap();
            assert_eq!(answer_to(EVENT, handler).await.0, status);
        }
        assert_eq!(*levels.lock().unwrap(), [Level::INFO, Level::INFO, Level::ERROR, Level::ERROR]);
    }

    #[test]
    fn without_a_gateway_the_request_has_lambdas_id() {
        let mut context = Context::default();
        context.request_id = "of-lambda".to_owned();
        assert_eq!(request_id(&Request::default(), Some(&context)), "of-lambda");
        assert_eq!(request_id(&Request::default(), None), "");
    }

    #[test]
    fn a_duration_is_truncated_to_whole_milliseconds() {
        assert_eq!(milliseconds(Duration::from_micros(412_900)), 412);
    }

    #[test]
    fn a_panic_is_reported_with_its_own_message_if_it_has_one() {
        assert_eq!(panic_message(&"a text"), "a text");
        assert_eq!(panic_message(&"a formatted text".to_owned()), "a formatted text");
        assert_eq!(panic_message(&7), "no message");
    }

    #[test]
    fn the_deadline_is_the_functions_own_minus_the_margin_and_below_the_gateways() {
        let started = Instant::now();
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let mut context = Context::default();
        for (ends_in_ms, expected_ms) in [(60_000, 25_000), (10_000, 8_500), (1_000, 0)] {
            context.deadline = 1_000_000 + ends_in_ms;
            assert_eq!(deadline(started, Some(&context), now) - started, Duration::from_millis(expected_ms));
        }
        context.deadline = 600_000;
        assert_eq!(deadline(started, Some(&context), now) - started, LONGEST);
        assert_eq!(deadline(started, None, now) - started, LONGEST);
    }
}
