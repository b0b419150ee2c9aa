//! Mail on workerd, by a provider over HTTP and by the platform's binding: both may fail or hang, and lose no mail.
#![cfg(test)]

use std::time::Duration;

use e2e::cases::{PASSWORD, count};
use e2e::live::Live;
use e2e::mail_provider::{Behaviour, MailProvider};
use e2e::workerd::Migrations;
use serde_json::{Value, json};
use testkit::{Client, World};

const ADA: &str = "ada@example.com";
const KEY: &str = "the-key-of-the-tests";
/// No answer waits for a mail: an attempt takes ten seconds where nobody answers.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Has a link mailed that sets a password. The answer is the same whatever becomes of the mail, and waits for nothing.
async fn ask(world: &Live) {
    world.sql("UPDATE mail_requests SET requested_at = 0").await;
    let body = json!({ "username": ADA });
    let asked = async { Client::new(world).post("/forgot-password", &body).await.expect(202) };
    tokio::time::timeout(AT_ONCE, asked).await.expect("somebody was kept waiting");
}

/// Waits until the mail in the outbox has failed so often.
async fn failed(world: &Live, attempts: u8) {
    for _ in 0..200 {
        if count(world, &format!("outbox WHERE kind = 'send_mail' AND attempts = {attempts}")).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the mail has not failed: {:?}", world.sql("SELECT * FROM outbox").await);
}

/// What is left of the outbox is due, and done.
async fn catch_up(world: &Live) {
    world.sql("UPDATE outbox SET due_at = 1").await;
    world.run_cron().await;
    world.settle().await;
}

/// The token of the link in a mail.
fn token(mail: &Value) -> String {
    let (_, rest) = mail["text"].as_str().unwrap().split_once("?token=").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn sets_a_password(world: &Live, token: &str) {
    let body = json!({ "token": token, "password": PASSWORD });
    Client::new(world).post("/forgot-password-new-password", &body).await.expect(204);
    world.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_takes_mail_and_what_it_does_not_take_comes_later() {
    let provider = MailProvider::start();
    let world = Live::start(&[("MAIL_HTTP_URL", provider.url()), ("MAIL_HTTP_KEY", KEY)], Migrations::All);
    let mut ada = Client::new(&world);
    ada.register(ADA, PASSWORD).await.expect(201);

    ask(&world).await;
    world.settle().await;
    let [(head, mail)] = &provider.taken()[..] else { panic!("one mail") };
    assert!(head.starts_with("post /send?tenant=1 http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: bearer {KEY}\r\n")), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    assert_eq!(
        json!([mail["from"], mail["to"], mail["subject"], mail.as_object().unwrap().len()]),
        json!(["Edgeward <no-reply@example.com>", ADA, "Set a new password", 5])
    );
    assert!(mail["html"].as_str().unwrap().contains(&token(mail)));
    sets_a_password(&world, &token(mail)).await;
    assert_eq!(provider.taken().pop().unwrap().1["subject"], "Your password was changed");

    let before = provider.taken().len();
    world.logs().await;
    provider.set(Behaviour::Fails);
    for _ in 0..3 {
        ask(&world).await;
        failed(&world, 1).await;
    }
    provider.set(Behaviour::Hangs);
    ask(&world).await;
    // What else there is to do is done meanwhile.
    ada.login(ADA, PASSWORD).await.expect(200);
    ada.post("/logout", &json!({})).await.expect(204);
    tokio::time::timeout(AT_ONCE, async {
        while count(&world, "outbox WHERE kind <> 'send_mail'").await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the end of the session waits for the mail");
    failed(&world, 1).await;
    let log = world.logs().await.join("\n");
    for told in ["the provider answered 500", "no answer within 10 s"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let refused = provider.refused();
    for secret in refused.iter().map(|(_, mail)| token(mail)).chain([KEY.to_owned()]) {
        assert!(!log.contains(&secret), "{secret}");
    }

    provider.set(Behaviour::Works);
    catch_up(&world).await;
    let taken = provider.taken();
    assert_eq!(taken.len(), before + 1, "four were asked for, and one is enough");
    sets_a_password(&world, &token(&taken[before].1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_binding_that_hangs_keeps_nobody_waiting_and_loses_nothing() {
    let mut world = Live::start(&[], Migrations::All);
    Client::new(&world).register(ADA, PASSWORD).await.expect(201);
    world.set_gate("EMAIL", Behaviour::Hangs);
    ask(&world).await;
    failed(&world, 1).await;
    let log = world.logs().await.join("\n");
    assert!(log.contains("no answer within 10 s"), "{log}");
    world.set_gate("EMAIL", Behaviour::Fails);
    world.sql("UPDATE outbox SET due_at = 1").await;
    world.run_cron().await;
    failed(&world, 2).await;
    assert!(world.mails(ADA).await.is_empty());

    world.restart_with(&[]).await;
    catch_up(&world).await;
    let mails = world.mails(ADA).await;
    assert_eq!(mails.len(), 1);
    sets_a_password(&world, &mails[0].token()).await;
}
