//! The Lambda function behind `GET /costs`.

use collector::Collector;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let collector = Collector::from_env().await;
    api::serve(|call| costs::handle(&collector, call)).await
}
