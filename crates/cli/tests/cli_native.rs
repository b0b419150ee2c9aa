//! Every case, with the three workers in this process behind a server on this machine.
#![cfg(test)]

mod scene;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use testkit::{Native, World};
use tokio::net::TcpListener;

/// Serves a deployment on a port of its own, as long as the test runs.
async fn serve(world: Arc<Native>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |request: Request| {
        let world = world.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            let reply = world.send(http::Request::from_parts(parts, body)).await;
            let mut response = Response::new(axum::body::Body::from(reply.body));
            *response.status_mut() = reply.status;
            *response.headers_mut() = reply.headers;
            response
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

macro_rules! natively {
    ($($case:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let world = Arc::new(Native::new());
            let url = serve(world.clone()).await;
            scene::cases::$case(&*world, &url).await;
        })+
    };
}

scene::cases::each_case!(natively);
