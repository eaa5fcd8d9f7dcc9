//! The Lambda function behind `GET /resources` and `GET /accounts`.

use collector::Accounts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let accounts = Accounts::from_env().await?;
    api::serve(|call| resources::handle(&accounts, call)).await
}
