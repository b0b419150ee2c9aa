//! Registration, sign-in, sign-out, and who is signed in.

pub(super) mod change_password;
pub(super) mod load_user;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod register;
