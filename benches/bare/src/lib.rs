//! Binding calls with nothing around them: what was counted in a worker, made again on the same data, with the answers taken
//! over as text. `PUT /NAME` takes the calls of a job, `GET /NAME` makes them, and any other address is answered at once.
//!
//! `benches/workerd/bare/worker.mjs` does the same in JavaScript.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen_futures::JsFuture;
use worker::js_sys::{Array, Function, JSON, Promise, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Request, Response};
use worker::{Context, Env, event};

thread_local! {
    static JOBS: RefCell<HashMap<String, Vec<Call>>> = RefCell::default();
}

/// One call of a binding.
#[derive(Clone, Deserialize)]
#[serde(tag = "binding", rename_all = "lowercase")]
enum Call {
    D1 { statements: Vec<Statement> },
    Kv { operation: String, args: Value },
    Service,
}

#[derive(Clone, Deserialize)]
struct Statement {
    sql: String,
    params: Value,
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let url = request.url();
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    if request.method() == "PUT" {
        let calls = JsFuture::from(request.text()?).await?.as_string().unwrap_or_default();
        let calls = serde_json::from_str(&calls)?;
        JOBS.with_borrow_mut(|jobs| jobs.insert(path.to_owned(), calls));
    } else {
        let calls = JOBS.with_borrow(|jobs| jobs.get(path).cloned()).unwrap_or_default();
        for call in calls {
            make(call, &env).await?;
        }
    }
    Ok(Response::new_with_opt_str(Some("done"))?)
}

async fn make(call: Call, env: &Env) -> worker::Result<String> {
    let answer = match call {
        Call::D1 { statements } => {
            let database = Reflect::get(env, &"DB".into())?;
            let prepare = |Statement { sql, params }: &Statement| -> worker::Result<JsValue> {
                let prepared = ask(&database, "prepare", &Array::of1(&JsValue::from_str(sql)))?;
                ask(&prepared, "bind", &list(params)?)
            };
            let batch = statements.iter().map(prepare).collect::<worker::Result<Array>>()?;
            wait(ask(&database, "batch", &Array::of1(&batch))?).await?
        }
        Call::Kv { operation, args } => {
            let found = ask(&Reflect::get(env, &"SESSIONS".into())?, &operation, &list(&args)?)?;
            // Several values come as a map, which JSON has no form for.
            Array::from(&wait(found).await?).into()
        }
        Call::Service => {
            let next = Reflect::get(env, &"NEXT".into())?;
            let answer = wait(ask(&next, "fetch", &Array::of1(&"http://next/".into()))?).await?;
            wait(answer.unchecked_into::<Response>().text()?.into()).await?
        }
    };
    Ok(JSON::stringify(&answer)?.into())
}

fn ask(of: &JsValue, method: &str, arguments: &Array) -> worker::Result<JsValue> {
    let method: Function = Reflect::get(of, &method.into())?.unchecked_into();
    Ok(method.apply(of, arguments)?)
}

fn list(values: &Value) -> worker::Result<Array> {
    Ok(JSON::parse(&values.to_string())?.unchecked_into())
}

async fn wait(promise: JsValue) -> worker::Result<JsValue> {
    Ok(JsFuture::from(promise.unchecked_into::<Promise>()).await?)
}
