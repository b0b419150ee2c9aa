//! What only the shims do: a configuration that is wrong.

use e2e::workerd::{Migrations, Workerd};
use serde_json::{Value, json};

/// What a worker says of its configuration.
fn told(workerd: &Workerd, worker: &str) -> Vec<Value> {
    let logged = workerd.logs().unwrap();
    let lines = logged.iter().filter_map(|line| serde_json::from_str(line["message"].as_str()?).ok());
    lines.filter(|line: &Value| line["worker"] == worker && line["errors"].is_array()).collect()
}

#[test]
fn a_wrong_configuration_is_told_of_whole_and_answers_nothing() {
    let secret = "hunter2 of the mail provider";
    let wrong = json!({
        "user-mgmt": {
            "RBAC_ENABLED": "on", "SESSION_IDLE_MINUTES": "0", "PASSWORD_HASH": "bcrypt", "SUPER_ADMIN_EMAIL": "root",
            "MAIL_HTTP_URL": "http://mail.example.com", "MAIL_HTTP_KEY": secret, "EMAIL_VERIFICATION": "on",
        },
        "session-state": { "PERMISSION_MAX_AGE_SECONDS": "soon" },
    });
    let workerd = Workerd::start(&wrong, Migrations::All).unwrap();
    let mut lines = Vec::new();
    for path in ["/healthz", "/load-user", "/nowhere"] {
        let answer = workerd.fetch("user-mgmt", "GET", path, &[], None).unwrap();
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &problem["code"]), (503, &json!("misconfigured")), "{path}");
        assert!(!answer.body.contains("SESSION_IDLE_MINUTES"), "what is wrong is for the log");
        lines.extend(told(&workerd, "user-mgmt"));
    }
    workerd.scheduled("user-mgmt", "* * * * *", 1).unwrap();
    lines.extend(told(&workerd, "user-mgmt"));
    assert_eq!(lines.len(), 1, "told once: {lines:?}");
    let errors = lines[0]["errors"].as_array().unwrap();
    let wrong =
        ["SESSION_IDLE_MINUTES", "PASSWORD_HASH", "SUPER_ADMIN_EMAIL", "MAIL_HTTP_URL", "EMAIL_VERIFICATION"];
    for name in wrong {
        assert!(errors.iter().any(|error| error.as_str().unwrap().starts_with(name)), "{name}: {errors:?}");
    }
    assert!(errors.len() == wrong.len() && !lines[0].to_string().contains(secret), "{errors:?}");
    let answer = workerd.fetch("session-state", "GET", "/get/x", &[], None).unwrap();
    assert_eq!(answer.status, 503);
    let lines = told(&workerd, "session-state");
    assert!(lines.len() == 1 && lines[0].to_string().contains("PERMISSION_MAX_AGE_SECONDS"), "{lines:?}");

    workerd.update(&json!({ "user-mgmt": { "RBAC_ENABLED": "on" } })).unwrap();
    assert_eq!(workerd.fetch("user-mgmt", "GET", "/healthz", &[], None).unwrap().status, 200);
}
