//! The path that the API is reached by: `/v1/` below the gateway's own host name, `/` or a mapping below a custom one.
//!
//! The page needs it for its links. Relative ones would break at `/v1`, which the gateway serves like `/v1/`, and a
//! `<base>` element would let injected markup redirect every link, so the content security policy forbids it.
//!
//! It comes from the path of the request, which the caller chooses as far as the gateway allows. It is written into HTML
//! and JSON, so anything but plain segments is discarded, above all a second slash: `//host/` would be another origin.

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

/// The longest path of a mapping of a custom domain name, and some room for the stage.
const LONGEST: usize = 512;

/// The path that the API is reached by. It begins and ends with a slash, and contains only letters, digits and `-._~/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base(String);

impl Base {
    /// Returns the base of the request: its path without that of the route, or the stage if that is not plain.
    pub(crate) fn of(gateway: &ApiGatewayProxyRequestContext) -> Self {
        let route = gateway.resource_path.as_deref().unwrap_or_default();
        let path = gateway.path.as_deref().unwrap_or_default();
        // Only the last segments of a route have parameters, and an asset does not need the base.
        let above = path.strip_suffix(route).unwrap_or(path);
        let stage = || Self::plain(gateway.stage.as_deref().unwrap_or_default());
        Self::plain(above).or_else(stage).unwrap_or_else(|| Self("/".to_owned()))
    }

    /// Returns the base with these segments, if they are plain.
    fn plain(path: &str) -> Option<Self> {
        let inner = path.trim_matches('/');
        let plain = |segment: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(allowed)
        };
        match inner {
            "" => Some(Self("/".to_owned())),
            _ if inner.len() <= LONGEST && inner.split('/').all(plain) => Some(Self(format!("/{inner}/"))),
            _ => None,
        }
    }

    /// The path, with a slash at both ends.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of the API without a slash at its end: with the host, if the gateway names it.
    pub(crate) fn url(&self, gateway: &ApiGatewayProxyRequestContext) -> String {
        let path = self.0.trim_end_matches('/');
        match gateway.domain_name.as_deref().filter(|host| is_host(host)) {
            Some(host) => format!("https://{host}{path}"),
            None if path.is_empty() => "/".to_owned(),
            None => path.to_owned(),
        }
    }
}

/// Returns whether this is a plain host name.
fn is_host(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    (1..=253).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gateway(path: &str, route: &str) -> ApiGatewayProxyRequestContext {
        let mut gateway = ApiGatewayProxyRequestContext::default();
        gateway.path = Some(path.to_owned());
        gateway.resource_path = Some(route.to_owned());
        gateway.stage = Some("v1".to_owned());
        gateway
    }

    #[test]
    fn the_base_is_the_path_above_the_route() {
        for (path, route, base) in [
            ("/v1/", "/", "/v1/"),
            ("/v1", "/", "/v1/"),
            ("/v1/openapi.json", "/openapi.json", "/v1/"),
            ("/v1/openapi.json/", "/openapi.json", "/v1/openapi.json/"),
            // A custom domain name, without and with a mapping.
            ("/", "/", "/"),
            ("", "/", "/"),
            ("//", "/", "/"),
            ("/openapi.json", "/openapi.json", "/"),
            ("/inventory/eu", "/", "/inventory/eu/"),
            ("/inventory/eu/openapi.json", "/openapi.json", "/inventory/eu/"),
        ] {
            assert_eq!(Base::of(&gateway(path, route)).as_str(), base, "{path} {route}");
        }
    }

    #[test]
    fn a_path_that_is_not_plain_is_replaced_by_the_stage() {
        for path in [
            "/v1//evil.example/x",
            "/\\evil.example/",
            "/v1/\"><script>",
            "/v1/%22%3E/",
            "/v1/../x/",
            "/./",
            "/v1/é/",
            "/javascript:x/",
            &format!("/{}/", "x".repeat(LONGEST + 1)),
        ] {
            assert_eq!(Base::of(&gateway(path, "/")).as_str(), "/v1/", "{path}");
        }
        assert_eq!(Base::of(&gateway("//evil.example/", "/")).as_str(), "/evil.example/");
        let mut without_stage = gateway("/<>/", "/");
        without_stage.stage = Some("<>".to_owned());
        assert_eq!(Base::of(&without_stage).as_str(), "/");
    }

    #[test]
    fn the_url_has_the_host_that_the_gateway_names() {
        let mut gateway = gateway("/v1/", "/");
        let base = Base::of(&gateway);
        assert_eq!(base.url(&gateway), "/v1");
        assert_eq!(Base("/".to_owned()).url(&gateway), "/");
        gateway.domain_name = Some("a1b2.execute-api.us-east-1.amazonaws.com".to_owned());
        assert_eq!(base.url(&gateway), "https://a1b2.execute-api.us-east-1.amazonaws.com/v1");
        assert_eq!(Base("/".to_owned()).url(&gateway), "https://a1b2.execute-api.us-east-1.amazonaws.com");
        for host in ["a\"b", "a b", "a/b", "", "user@host", &"x".repeat(254)] {
            gateway.domain_name = Some(host.to_owned());
            assert_eq!(base.url(&gateway), "/v1", "{host}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_request_can_leave_an_attribute_or_the_origin(path in ".*", route in "/|/openapi.json|.*", stage in ".*") {
            let mut gateway = gateway(&path, &route);
            gateway.stage = Some(stage);
            let base = Base::of(&gateway).0;
            prop_assert!(base.starts_with('/') && base.ends_with('/') && !base.contains("//"), "{base}");
            prop_assert!(base.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/".contains(&b)), "{base}");
        }
    }
}
