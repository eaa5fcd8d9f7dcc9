//! Runs a function whose routes need neither a key nor a token: the caller is unknown, and the responses are the same for
//! everyone.
//!
//! The log line and the format of errors are those of [`crate::serve()`]. There is no deadline, since such a function waits
//! for nothing, and no metrics of calls, which are billed and which anyone could then cause.

use std::time::Instant;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, RequestExt as _, Response, service_fn};

use crate::envelope;
use crate::error::ApiError;
use crate::serve::{allow_origin, milliseconds, request_id};

/// Handles every event of this function with `handler`, until Lambda ends the process.
pub async fn serve_public<H>(handler: H) -> Result<(), lambda_http::Error>
where
    H: Fn(&Request) -> Result<Response<Body>, ApiError> + Sync,
{
    let (handler, allow_origin) = (&handler, &allow_origin());
    lambda_http::run(service_fn(move |request: Request| async move {
        let mut response = respond(handler, &request);
        if let Some(origin) = allow_origin {
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        Ok::<_, lambda_http::Error>(response)
    }))
    .await
}

/// Responds to one request.
fn respond(handler: impl Fn(&Request) -> Result<Response<Body>, ApiError>, request: &Request) -> Response<Body> {
    let started = Instant::now();
    let request_id = request_id(request, request.lambda_context_ref());
    let path = request.uri().path();
    match handler(request) {
        Ok(response) => {
            let (status, elapsed_ms) = (response.status().as_u16(), milliseconds(started.elapsed()));
            tracing::info!(request_id, path, status, elapsed_ms, bytes = response.body().len(), "answered");
            response
        }
        Err(error) => {
            let (status, elapsed_ms) = (error.status(), milliseconds(started.elapsed()));
            tracing::info!(request_id, path, status, elapsed_ms, %error, "refused");
            let mut response = Response::new(Body::Text(envelope::error_body(&error, &request_id)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = include_str!("../../../events/resources.json");

    #[test]
    fn a_response_is_that_of_the_handler() {
        let request = lambda_http::request::from_str(EVENT).unwrap();
        let response = respond(|_| Ok(Response::new(Body::Text("a page".to_owned()))), &request);
        assert_eq!((response.status().as_u16(), response.body()), (200, &Body::Text("a page".to_owned())));
    }

    #[test]
    fn an_error_is_in_the_envelope_and_is_not_kept() {
        let request = lambda_http::request::from_str(EVENT).unwrap();
        let response = respond(|_| Err(ApiError::NotFound { message: "There is no such file.".to_owned() }), &request);
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let Body::Text(body) = response.body() else { panic!("a text body") };
        assert_eq!(
            body,
            r#"{"success":false,"error":{"code":"NotFound","message":"There is no such file."},"request_id":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}"#
        );
    }
}
