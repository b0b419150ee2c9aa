use accounts::{
    ApiToken, DeviceToken, Email, LoginToken, OneTimeToken, PersonName, RoleId, SessionToken, TenantName,
    TenantStatus, Timestamp, TokenHash, TokenName, UserId, UserStatus, device_name,
};

use crate::{print_is_read_again, print_is_what_was_read};

/// Tokens, ids, times, addresses and names.
pub fn texts(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };

    // Tokens and ids have one spelling: two that look different are different.
    if let Ok(token) = SessionToken::parse(text) {
        assert_eq!(token.reveal(), text);
        let [once, device, login] = [
            OneTimeToken::parse(text).map(|token| token.hash()),
            DeviceToken::parse(text).map(|token| token.hash()),
            LoginToken::parse(text).map(|token| token.hash()),
        ];
        assert!([once, device, login].iter().all(|hash| *hash == Ok(token.hash())));
        assert!(!format!("{token:?}").contains(text));
    }
    if let Ok(token) = ApiToken::parse(text) {
        assert_eq!(token.reveal(), text);
        assert!(!format!("{token:?}").contains(&text[ApiToken::PREFIX.len()..]));
        assert!(SessionToken::parse(text).is_err(), "one is never taken for the other");
    }
    print_is_what_was_read(text, TokenHash::parse);
    print_is_what_was_read(text, UserId::parse);
    print_is_what_was_read(text, RoleId::parse);
    print_is_what_was_read(text, UserStatus::parse);
    print_is_what_was_read(text, TenantStatus::parse);
    print_is_read_again(text, str::parse::<Timestamp>);

    if let Some(email) = print_is_read_again(text, Email::parse) {
        let address = email.as_str();
        assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && !b",;<>\"()[]:\\".contains(&byte)));
        assert_eq!(address, address.to_lowercase());
        assert_eq!(address.matches('@').count(), 1);
    }
    for name in [
        print_is_read_again(text, PersonName::parse).map(|name| name.as_str().to_owned()),
        print_is_read_again(text, TokenName::parse).map(|name| name.as_str().to_owned()),
        print_is_read_again(text, TenantName::parse).map(|name| name.as_str().to_owned()),
    ]
    .into_iter()
    .flatten()
    {
        assert!(!name.is_empty() && name.trim() == name && !name.contains(char::is_control));
    }
    assert!(device_name(Some(text)).chars().count() <= 80);
}
