//! The pages, against a user-mgmt that says what each test wants it to say.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a fixture that fails fails its test")]

mod admin_audit;
mod admin_roles;
mod admin_rollout;
mod admin_sessions;
mod admin_user;
mod admin_users;
mod check_mail;
mod delete_account;
mod errors;
mod forgot_password;
mod forward;
mod home;
mod html;
mod identities;
mod password;
mod profile;
mod register;
mod reset_password;
mod sessions;
mod sign_in;
mod sign_in_again;
mod sign_out;
mod site;
mod templates;
mod tokens;
mod verify_email;
