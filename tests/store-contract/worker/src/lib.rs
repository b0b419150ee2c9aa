//! The store's contract on D1: `GET /run` runs every case and answers `[{"case", "failure"}]`. Only for tests.

use serde_json::{Value, json};
use store_d1::D1;
use worker::{Context, Env, Request, Response, event};

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    if request.path() != "/run" {
        return Response::error("GET /run is all there is", 404);
    }
    let outcomes = store_contract::run(&D1::new(env.d1("DB")?)).await;
    let outcomes: Vec<Value> = outcomes
        .into_iter()
        .map(|(case, outcome)| json!({ "case": case, "failure": outcome.err() }))
        .collect();
    Response::from_json(&outcomes)
}
