//! The Lambda function behind `GET /`, `GET /assets/{file}` and `GET /openapi.json`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    api::serve_public(page::handle).await
}
