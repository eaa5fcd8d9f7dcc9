//! The Lambda function behind `GET /metrics`.

use collector::Accounts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let accounts = Accounts::from_env().await?;
    api::serve(|call| metrics::handle(&accounts, call)).await
}
