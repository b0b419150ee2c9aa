//! The pages, against a user-mgmt that says what each test wants it to say.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a fixture that fails fails its test")]

mod errors;
mod forward;
mod home;
mod html;
mod profile;
mod register;
mod sign_in;
mod sign_out;
mod site;
mod templates;
