//! The page for browsers, its assets, and the description of the API.
//!
//! All of them are in the binary, so that the page has the origin of the API: it needs no bucket, no distribution and no
//! CORS, and works where only the API can be reached. They are the same for everybody, and contain nothing of the
//! account; whatever a browser shows of it, it requests from the other routes with the caller's key and token.
//!
//! A response depends on the path that the API is reached by (see `base.rs`) and on nothing else that a caller sends.

mod base;
mod files;
mod tag;

use api::ApiError;
use lambda_http::http::header::{self, HeaderName};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};

use crate::base::Base;
use crate::files::{BUILT, Files};

/// Headers of every response. The page runs only its own files, sends requests only to its own origin, and is shown
/// in no frame.
const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// A browser asks for the page each time whether it is still the same, so that nobody keeps an old one.
const ASK_EACH_TIME: &str = "no-cache";

/// The description changes with a deployment.
const FIVE_MINUTES: &str = "public, max-age=300";

/// The name of an asset has a hash of its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Responds to a request.
///
/// # Errors
/// If there is no such file.
pub fn handle(request: &Request) -> Result<Response<Body>, ApiError> {
    respond(&BUILT, request)
}

fn respond(files: &Files, request: &Request) -> Result<Response<Body>, ApiError> {
    let Some(RequestContext::ApiGatewayV1(gateway)) = request.request_context_ref() else {
        return Err(unknown());
    };
    let base = Base::of(gateway);
    match gateway.resource_path.as_deref() {
        Some("/") => Ok(tagged(request, "text/html; charset=utf-8", ASK_EACH_TIME, files.index(&base))),
        Some("/openapi.json") => {
            Ok(tagged(request, "application/json", FIVE_MINUTES, files.description(&base, gateway)))
        }
        Some("/assets/{file}") => {
            let path = request.path_parameters();
            let asset = path.first("file").and_then(|name| files.asset(name)).ok_or_else(unknown)?;
            Ok(response(asset.content_type, FOR_EVER, asset.text.to_owned()))
        }
        _ => Err(unknown()),
    }
}

fn unknown() -> ApiError {
    ApiError::NotFound { message: "There is no such file; reload the page if it asked for this one.".to_owned() }
}

/// Returns a response with an entity tag, or without a body if the caller already has this one.
fn tagged(request: &Request, content_type: &'static str, cache: &'static str, text: String) -> Response<Body> {
    let tag = tag::of(&text);
    let same = tag::is_among(&tag, request.headers());
    let mut response = response(content_type, cache, text);
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::Empty;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn response(content_type: &'static str, cache: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    let headers = response.headers_mut();
    secure(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// Adds the headers that a browser needs to keep the page to itself.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests;
