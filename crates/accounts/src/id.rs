use uuid::{Builder, Uuid};

use crate::ambient::{Clock, Random};
use crate::text::text_type;
use crate::timestamp::Timestamp;

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID in lower case with hyphens")]
pub struct ParseIdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id (UUID version 7): later ids sort after earlier ones.
            pub fn generate(clock: &(impl Clock + ?Sized), random: &(impl Random + ?Sized)) -> Self {
                Self::generate_at(clock.now(), random)
            }

            /// A new id of something that happens at this time.
            pub fn generate_at(time: Timestamp, random: &(impl Random + ?Sized)) -> Self {
                let mut bytes = [0; 10];
                random.fill(&mut bytes);
                Self::of_parts(time, bytes)
            }

            fn of_parts(time: Timestamp, rest: [u8; 10]) -> Self {
                let millis = u64::try_from(time.as_millis()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
            }

            /// Reads the canonical form only, so that one id has one spelling.
            pub fn parse(text: &str) -> Result<Self, ParseIdError> {
                let id = Uuid::try_parse(text).map_err(|_| ParseIdError)?;
                let canonical = id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
                if canonical { Ok(Self(id)) } else { Err(ParseIdError) }
            }

            /// An id that is written into the code, such as the one of a system role.
            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }

            fn to_text(self) -> String {
                self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned()
            }
        }

        text_type!($name, ParseIdError, { "format": "uuid" }, "A UUID.");
    };
}

id!(
    /// A user account.
    UserId
);
id!(
    /// A session, as its owner sees it in a list; not the token.
    SessionId
);
id!(
    /// An API token, as its owner sees it in a list; not the secret.
    ApiTokenId
);
id!(
    /// A tenant: an organisation whose users belong together.
    TenantId
);
id!(
    /// A role.
    RoleId
);
id!(
    /// A permission of the catalogue.
    PermissionId
);
id!(
    /// An entry of the audit log.
    AuditEventId
);
id!(
    /// An identity at a provider that an account signs in with.
    IdentityId
);
id!(
    /// A piece of work in the outbox.
    OutboxId
);

impl AuditEventId {
    /// The first id that an event of this time can have: what lies before it is older.
    pub fn first_at(time: Timestamp) -> Self {
        Self::of_parts(time, [0; 10])
    }
}

impl OutboxId {
    /// The first id that work of this time can have: what lies before it is older.
    pub fn first_at(time: Timestamp) -> Self {
        Self::of_parts(time, [0; 10])
    }
}

impl TenantId {
    /// The tenant that every user belongs to unless said otherwise.
    pub const DEFAULT: Self = Self::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
}

impl RoleId {
    /// The system role that holds `admin:all`.
    pub const SUPER_ADMIN: Self = Self::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0011);
    /// The system role that every new account gets.
    pub const MEMBER: Self = Self::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0012);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct At(i64);
    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }
    struct Counting(Cell<u8>);
    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            self.0.set(self.0.get() + 1);
            buffer.fill(self.0.get());
        }
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let random = Counting(Cell::new(0));
        let early = UserId::generate(&At(1_000), &random);
        let late = UserId::generate(&At(2_000), &random);
        assert!(early.to_string() < late.to_string());
        assert_eq!(UserId::parse(&late.to_string()), Ok(late));
    }

    #[test]
    fn first_id_of_a_time_separates_what_is_older_from_what_is_not() {
        let random = Counting(Cell::new(250));
        let before = AuditEventId::generate_at(Timestamp::from_millis(1_999), &random);
        let after = AuditEventId::generate_at(Timestamp::from_millis(2_000), &random);
        let first = AuditEventId::first_at(Timestamp::from_millis(2_000));
        assert!(before < first && first <= after, "{before} {first} {after}");
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = RoleId::MEMBER.to_string();
        assert_eq!(id, "00000000-0000-7000-8000-000000000012");
        for other in
            [id.to_uppercase().replace('0', "A"), id.replace('-', ""), format!("{{{id}}}"), String::new()]
        {
            assert_eq!(RoleId::parse(&other), Err(ParseIdError), "{other}");
        }
    }
}
