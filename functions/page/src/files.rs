//! The files in the binary, and what is filled in when they are served.

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

use crate::base::Base;

/// What the page's links begin with, in the built `index.html`.
const BASE: &str = "%BASE%";

/// The list of servers in the description; that of the whole API comes first.
const SERVERS: &str = "\"servers\": [";

/// The files of the page and the description of the API, as they were built.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) index: &'static str,
    pub(crate) description: &'static str,
    /// Names and contents.
    pub(crate) assets: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// One file that the page refers to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
}

impl Files {
    /// The page, with links that begin with `base`.
    pub(crate) fn index(&self, base: &Base) -> String {
        self.index.replace(BASE, base.as_str())
    }

    /// The description, with the URL of the API that it was requested from as its only server.
    pub(crate) fn description(&self, base: &Base, gateway: &ApiGatewayProxyRequestContext) -> String {
        let around = self.description.split_once(SERVERS);
        let around = around.and_then(|(before, rest)| Some((before, rest.split_once(']')?.1)));
        match around {
            Some((before, after)) => format!("{before}{SERVERS}{{\"url\": \"{}\"}}]{after}", base.url(gateway)),
            None => self.description.to_owned(),
        }
    }

    /// The asset of this name, if there is one.
    pub(crate) fn asset(&self, name: &str) -> Option<Asset> {
        let (name, text) = self.assets.iter().find(|(known, _)| *known == name)?;
        let content_type = match name.rsplit('.').next()? {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "application/json",
        };
        Some(Asset { content_type, text })
    }
}
