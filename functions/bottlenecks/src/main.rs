//! The Lambda function behind `GET /bottlenecks`.

use bottlenecks::Settings;
use collector::Accounts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let accounts = Accounts::from_env().await?;
    let settings = Settings::from_env();
    api::serve(|call| bottlenecks::handle(&accounts, settings, call)).await
}
