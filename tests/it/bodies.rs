//! Bodies of requests: those that take too long, are too large, or break off.

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use slipway::web::failure;
use slipway::web::form::Fields;
use slipway::web::server::BodyTimeout;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// A server with one form, which waits this long for a body of at most 100 bytes.
async fn form(limit: Duration) -> SocketAddr {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(BodyTimeout(limit)))
            .app_data(web::PayloadConfig::new(100))
            .wrap(from_fn(failure::show))
            .default_service(web::to(|fields: Fields| async move { HttpResponse::Ok().body(fields.text("name").to_owned()) }))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a free port");
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    address
}

/// Sends the head of a form of this length with the start of its body, and reads the whole answer.
async fn answer(address: SocketAddr, length: usize, body: &'static str, then_close: bool) -> String {
    let asked = tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).expect("it listens");
        connection.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
        write!(connection, "POST / HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").expect("it listens");
        if then_close {
            connection.shutdown(Shutdown::Write).expect("it was open");
        }
        let mut text = String::new();
        connection.read_to_string(&mut text).expect("an answer, then the end");
        text
    });
    asked.await.expect("it answers")
}

#[actix_web::test]
async fn a_whole_one_is_read() {
    let answer = answer(form(Duration::from_secs(60)).await, 8, "name=Ada", false).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("Ada"), "{answer}");
}

#[actix_web::test]
async fn a_slow_one_is_given_up() {
    let answer = answer(form(Duration::from_millis(50)).await, 8, "name", false).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("Too slow"), "{answer}");
}

#[actix_web::test]
async fn a_large_one_is_refused() {
    let answer = answer(form(Duration::from_secs(60)).await, 101, "name", false).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("Too large"), "{answer}");
}
