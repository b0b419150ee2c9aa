//! The pure domain of accounts: ids, e-mail addresses, passwords, tokens and time limits.
