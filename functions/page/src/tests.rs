//! Responses to the gateway's events.

use super::*;

const EVENT: &str = include_str!("../../../events/page.json");

const FILES: Files = Files {
    index: r#"<script type="module" src="%BASE%assets/a-1.js"></script><link href="%BASE%assets/a-1.css">"#,
    description: r#"{"openapi": "3.1.0", "info": {"title": "t"}, "servers": [{"url": "/v1"}], "paths": {}}"#,
    assets: &[("a-1.css", "body {}"), ("a-1.js", "run()"), ("a-1.svg", "<svg/>"), ("a.json", "{}")],
};

/// A request for `route` whose path is `path` below the gateway's own host name, with further changes to the event.
fn request(route: &str, path: &str, change: impl FnOnce(&mut serde_json::Value)) -> Request {
    let mut event: serde_json::Value = serde_json::from_str(EVENT).unwrap();
    event["resource"] = route.into();
    event["path"] = path.into();
    event["requestContext"]["resourcePath"] = route.into();
    event["requestContext"]["path"] = format!("/v1{path}").into();
    change(&mut event);
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

fn get(route: &str, path: &str) -> Response<Body> {
    respond(&FILES, &request(route, path, |_| {})).unwrap()
}

fn asset(name: &str) -> Result<Response<Body>, ApiError> {
    let request =
        request("/assets/{file}", "/assets/x", |event| event["pathParameters"] = serde_json::json!({"file": name}));
    respond(&FILES, &request)
}

fn text(response: &Response<Body>) -> &str {
    let Body::Text(text) = response.body() else { panic!("a text body") };
    text
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[test]
fn the_page_refers_to_its_assets_below_the_stage() {
    for path in ["/", ""] {
        let response = get("/", path);
        assert_eq!(
            text(&response),
            r#"<script type="module" src="/v1/assets/a-1.js"></script><link href="/v1/assets/a-1.css">"#
        );
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&response, "cache-control"), "no-cache");
    }
}

#[test]
fn below_a_custom_domain_name_the_page_is_at_its_root() {
    let request = request("/", "/", |event| event["requestContext"]["path"] = "/".into());
    let response = respond(&FILES, &request).unwrap();
    assert!(text(&response).contains(r#"src="/assets/a-1.js""#), "{}", text(&response));
}

#[test]
fn nothing_of_a_hostile_path_is_in_the_page() {
    let request =
        request("/", "/", |event| event["requestContext"]["path"] = "/v1/\"><script>alert(1)</script>".into());
    let response = respond(&FILES, &request).unwrap();
    assert!(!text(&response).contains("alert"), "{}", text(&response));
    assert!(text(&response).contains(r#"src="/v1/assets/a-1.js""#), "{}", text(&response));
}

#[test]
fn an_asset_has_its_type_and_is_kept_for_ever() {
    for (name, content_type, content) in [
        ("a-1.css", "text/css; charset=utf-8", "body {}"),
        ("a-1.js", "text/javascript; charset=utf-8", "run()"),
        ("a-1.svg", "image/svg+xml", "<svg/>"),
        ("a.json", "application/json", "{}"),
    ] {
        let response = asset(name).unwrap();
        assert_eq!((header(&response, "content-type"), text(&response)), (content_type, content));
        assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
    }
}

#[test]
fn a_file_that_is_not_there_is_a_404() {
    for name in ["", "a-2.js", "A-1.JS", "../index.html", "a-1.js/", "%61-1.js", "a-1.js\0"] {
        let error = asset(name).unwrap_err();
        assert_eq!((error.status(), error.code()), (404, "NotFound"), "{name}");
    }
    let without_a_name = request("/assets/{file}", "/assets/", |_| {});
    assert_eq!(respond(&FILES, &without_a_name).unwrap_err().status(), 404);
    assert_eq!(respond(&FILES, &request("/other", "/other", |_| {})).unwrap_err().status(), 404);
    assert_eq!(respond(&FILES, &Request::default()).unwrap_err().status(), 404);
}

#[test]
fn the_description_names_the_url_that_it_came_from() {
    let response = get("/openapi.json", "/openapi.json");
    let described: serde_json::Value = serde_json::from_str(text(&response)).unwrap();
    let servers = serde_json::json!([{"url": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/v1"}]);
    assert_eq!(described["servers"], servers);
    assert_eq!((&described["openapi"], &described["info"]["title"]), (&"3.1.0".into(), &"t".into()));
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "cache-control"), "public, max-age=300");
}

#[test]
fn who_has_the_text_already_gets_it_no_more() {
    for (route, path) in [("/", "/"), ("/openapi.json", "/openapi.json")] {
        let tag = header(&get(route, path), "etag").to_owned();
        let again = |tag: &str| {
            let request =
                request(route, path, |event| event["multiValueHeaders"]["If-None-Match"] = serde_json::json!([tag]));
            respond(&FILES, &request).unwrap()
        };
        let response = again(&tag);
        assert_eq!((response.status().as_u16(), response.body()), (304, &Body::Empty), "{route}");
        assert_eq!(header(&response, "etag"), tag);
        assert_eq!(again("\"another\"").status(), 200);
    }
    let below_a_domain = request("/", "/", |event| event["requestContext"]["path"] = "/".into());
    let tags = [get("/", "/"), respond(&FILES, &below_a_domain).unwrap()].map(|r| header(&r, "etag").to_owned());
    assert_ne!(tags[0], tags[1]);
}

#[test]
fn every_response_has_the_headers_that_protect_the_page() {
    let csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
               base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    for response in [get("/", "/"), get("/openapi.json", "/openapi.json"), asset("a-1.js").unwrap()] {
        assert_eq!(header(&response, "content-security-policy"), csp);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(header(&response, name), value);
        }
        assert!(header(&response, "permissions-policy").contains("camera=()"));
    }
}

#[test]
fn the_built_page_finds_each_of_its_assets() {
    let response = handle(&request("/", "/", |_| {})).unwrap();
    let names: Vec<_> =
        text(&response).split("\"/v1/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!names.is_empty(), "{}", text(&response));
    for name in names {
        assert!(BUILT.asset(name).is_some(), "{name} is not built");
    }
    assert!(!text(&response).contains("%BASE%"));
}

#[test]
fn the_real_description_names_one_server() {
    let response = handle(&request("/openapi.json", "/openapi.json", |_| {})).unwrap();
    let described: serde_json::Value = serde_json::from_str(text(&response)).unwrap();
    let servers = serde_json::json!([{"url": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/v1"}]);
    assert_eq!(described["servers"], servers);
    // Nothing else is changed.
    let mut written: serde_json::Value = serde_json::from_str(BUILT.description).unwrap();
    written["servers"] = servers;
    assert_eq!(described, written);
}
