//! What is measured: the product's own functions, with other users, roles and places each time.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use edgeward_accounts::{
    AuditEventId, Email, OutboxId, RoleId, SessionId, SessionLimits, TenantId, Timestamp, TokenHash, UserId,
    UserStatus,
};
use edgeward_store::audit::{self, Action, Actions, AuditEvent};
use edgeward_store::outbox::{self, Schedule};
use edgeward_store::sessions::NewSession;
use edgeward_store::user_details::{self, SearchText};
use edgeward_store::users::NewUser;
use edgeward_store::{
    Db, Statement, StoreError, guard, permissions, rbac_meta, roles, sessions, user_roles, users,
};
use edgeward_store_sqlite::Sqlite;

use crate::seed::{HOLDS_ALL, HOLDS_TENTH, NOW, Numbered, Scale, mix, token};

/// What a page holds where nobody asks for another number; one more row says whether there is a next page.
const PAGE: u32 = 50;

const LIMITS: SessionLimits =
    SessionLimits { idle: Duration::from_secs(3_600), absolute: Duration::from_secs(86_400) };

/// How often a case is run, if that does not take longer than [`LONG`].
const ROUNDS: u64 = 300;
const LEAST_ROUNDS: u64 = 20;
const LONG: Duration = Duration::from_secs(1);

/// How long something took, in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) median: f64,
    pub(crate) p99: f64,
}

/// A list at three depths.
pub(crate) struct Pages {
    pub(crate) what: &'static str,
    pub(crate) places: [Figures; 3],
}

pub(crate) struct Single {
    pub(crate) what: String,
    pub(crate) figures: Figures,
}

pub(crate) struct Measured {
    pub(crate) lists: Vec<Pages>,
    pub(crate) events: Vec<Pages>,
    pub(crate) searches: Vec<Single>,
    pub(crate) checks: Vec<Single>,
    pub(crate) changes: Vec<Single>,
}

/// How much of a list lies behind a page, in hundredths: none, half, all but the last hundredth.
const PLACES: [u64; 3] = [100, 50, 1];

pub(crate) struct Bench {
    db: Sqlite,
    scale: Scale,
    /// Makes ids new, run after run on the same file.
    started: u64,
}

fn wait<T>(future: impl Future<Output = Result<T, StoreError>>) -> T {
    pollster::block_on(future).unwrap()
}

impl Bench {
    pub(crate) fn new(db: Sqlite, scale: Scale) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        // Waiting for the disk is the platform's business, and another one's on every machine.
        wait(db.fetch(Statement { name: "bench", sql: "PRAGMA synchronous = OFF", params: Vec::new() }));
        Self { db, scale, started }
    }

    pub(crate) fn measure(&self) -> Measured {
        Measured {
            lists: self.lists(),
            events: self.events(),
            searches: self.searches(),
            checks: self.checks(),
            changes: self.changes(),
        }
    }

    /// Runs something with other numbers each time; `prepare` comes before each run and does not count.
    fn time<T>(&self, mut prepare: impl FnMut(u64) -> T, mut run: impl FnMut(T)) -> Figures {
        let mut samples = Vec::new();
        let mut spent = Duration::ZERO;
        for round in 0..ROUNDS {
            if spent > LONG && round >= LEAST_ROUNDS {
                break;
            }
            let prepared = prepare(mix(round));
            let start = Instant::now();
            run(prepared);
            let took = start.elapsed();
            spent += took;
            samples.push(took.as_secs_f64() * 1e3);
            // Recorded for tests; here they would pile up.
            self.db.take_calls();
        }
        samples.sort_by(f64::total_cmp);
        let at = |part: f64| samples[((samples.len() - 1) as f64 * part).round() as usize];
        Figures { median: at(0.5), p99: at(0.99) }
    }

    /// A number of a list of so many at a place, and not always the same.
    fn near(&self, place: u64, of: u64, random: u64) -> u64 {
        let middle = of * place / 100;
        middle.saturating_sub(random % (of / 200).max(1)).min(of - 1)
    }

    fn lists(&self) -> Vec<Pages> {
        let all = user_details::Filter::default();
        let cases = [
            ("users", all.clone()),
            (
                "users of a tenant with half of them",
                user_details::Filter { tenant: Some("default".into()), ..all.clone() },
            ),
            (
                "users of a small tenant",
                user_details::Filter { tenant: Some("tenant-0".into()), ..all.clone() },
            ),
            (
                "users with a role that all have",
                user_details::Filter { role: Some("MEMBER".into()), ..all.clone() },
            ),
            ("suspended users", user_details::Filter { status: Some(UserStatus::Suspended), ..all.clone() }),
            (
                "suspended users with a role that all have",
                user_details::Filter {
                    status: Some(UserStatus::Suspended),
                    role: Some("MEMBER".into()),
                    ..all
                },
            ),
        ];
        let users = cases.map(|(what, filter)| {
            self.pages(what, |place, random| {
                let after =
                    (place < 100).then(|| self.scale.user(self.near(place, self.scale.users, random)));
                let filter = &filter;
                move || drop(wait(user_details::page(&self.db, filter, after, PAGE)))
            })
        });
        let name = |place: u64, random: u64, of: u64| {
            if place == 100 {
                String::new()
            } else {
                format!("Role {:05}", of - 1 - self.near(place, of, random))
            }
        };
        let roles = self.pages("roles with what they grant", |place, random| {
            let after = name(place, random, self.scale.roles());
            move || drop(wait(roles::columns(&after, PAGE + 1).all(&self.db)))
        });
        let permissions = self.pages("permissions", |place, random| {
            let after = match place {
                100 => String::new(),
                50 => format!("orders.{}", random % 1_000),
                _ => format!("tickets.{}", random % 1_000),
            };
            move || drop(wait(permissions::list(&after, PAGE + 1).all(&self.db)))
        });
        users.into_iter().chain([roles, permissions]).collect()
    }

    fn pages<R: FnOnce()>(&self, what: &'static str, case: impl Fn(u64, u64) -> R) -> Pages {
        Pages { what, places: PLACES.map(|place| self.time(|random| case(place, random), |run| run())) }
    }

    fn events(&self) -> Vec<Pages> {
        let all = audit::Filter::default();
        let admin = Some(self.scale.user(0));
        let one = |action: &str| Some(Actions::One(action.to_owned()));
        let small = Some("tenant-0".to_owned());
        let cases = [
            ("events", all.clone()),
            ("by one of a hundred actors", audit::Filter { actor: admin, ..all.clone() }),
            ("of a frequent action", audit::Filter { actions: one("session.created"), ..all.clone() }),
            ("of a rare action", audit::Filter { actions: one("role.permissions_set"), ..all.clone() }),
            (
                "of a group of actions",
                audit::Filter { actions: Some(Actions::Group("user.".into())), ..all.clone() },
            ),
            (
                "of a tenant with half of them",
                audit::Filter { tenant: Some("default".into()), ..all.clone() },
            ),
            ("of a small tenant", audit::Filter { tenant: small.clone(), ..all.clone() }),
            (
                "of a small tenant, of a frequent action",
                audit::Filter { tenant: small, actions: one("session.created"), ..all.clone() },
            ),
            (
                "by one of a hundred actors, of a rare action",
                audit::Filter { actor: admin, actions: one("role.permissions_set"), ..all },
            ),
        ];
        cases
            .into_iter()
            .map(|(what, filter)| {
                self.pages(what, |place, random| {
                    let after = match place {
                        100 => String::new(),
                        _ => self.scale.event(self.near(place, self.scale.events(), random)).to_string(),
                    };
                    let filter = &filter;
                    move || drop(wait(audit::page(&self.db, filter, &after, PAGE)))
                })
            })
            .collect()
    }

    fn searches(&self) -> Vec<Single> {
        let (first, last) = self.scale.names(self.scale.users / 2);
        let fixed = |text: &str| {
            let text = text.to_owned();
            move |_: u64| text.clone()
        };
        let all = user_details::Filter::default();
        let suspended = user_details::Filter { status: Some(UserStatus::Suspended), ..all.clone() };
        let small = user_details::Filter { tenant: Some("tenant-0".into()), ..all.clone() };
        type Text<'a> = Box<dyn Fn(u64) -> String + 'a>;
        let cases: Vec<(&str, Text<'_>, &user_details::Filter, Option<u64>)> = vec![
            ("one letter, `a`", Box::new(fixed("a")), &all, None),
            ("two letters, `an`", Box::new(fixed("an")), &all, None),
            ("three letters, `ann`", Box::new(fixed("ann")), &all, None),
            ("in every address, `example.com`", Box::new(fixed("example.com")), &all, None),
            ("the same, a page from the middle", Box::new(fixed("example.com")), &all, Some(50)),
            ("the same, the last page", Box::new(fixed("example.com")), &all, Some(1)),
            ("first and last name", Box::new(fixed(&format!("{first} {last}"))), &all, None),
            ("one whole address", Box::new(|random| self.scale.email(random % self.scale.users)), &all, None),
            (
                "a whole address that nobody has",
                Box::new(|random| self.scale.email(random % self.scale.users).replace('@', "0@")),
                &all,
                None,
            ),
            ("nobody, `qqq`", Box::new(fixed("qqq")), &all, None),
            ("nobody, of frequent parts, `ann.gold`", Box::new(fixed("ann.gold")), &all, None),
            ("`example.com`, suspended", Box::new(fixed("example.com")), &suspended, None),
            ("`example.com`, of a small tenant", Box::new(fixed("example.com")), &small, None),
        ];
        cases
            .into_iter()
            .map(|(what, text, filter, place)| {
                let figures = self.time(
                    |random| {
                        let after = place.map(|place| self.near(place, self.scale.users, random) as i64);
                        (text(random).parse::<SearchText>().unwrap(), after)
                    },
                    |(text, after)| drop(wait(user_details::search(&self.db, &text, filter, after, PAGE))),
                );
                Single { what: what.to_owned(), figures }
            })
            .collect()
    }

    fn checks(&self) -> Vec<Single> {
        let now = Timestamp::from_millis(NOW);
        let somebody = |random| self.scale.somebody(random);
        let principal = |who: &dyn Fn(u64) -> u64| {
            self.time(
                |random| token(who(random)),
                |token| drop(wait(sessions::principal(&token, &LIMITS, now).one(&self.db))),
            )
        };
        let effective = self.time(
            |random| self.scale.user(somebody(random)),
            |user| drop(wait(user_roles::effective(user).all(&self.db))),
        );
        let account = self.time(
            |random| token(somebody(random)),
            |token| drop(wait(sessions::account(&token, &LIMITS, now).one(&self.db))),
        );
        let credentials = self.time(
            |random| Email::parse(&self.scale.email(random % self.scale.users)).unwrap(),
            |email| drop(wait(users::credentials_by_email(&email).one(&self.db))),
        );
        let grants = self.scale.permissions();
        [
            ("strict check: session, account, roles, 11 grants".to_owned(), principal(&somebody)),
            (format!("the same with {} grants", grants / 10), principal(&|_| HOLDS_TENTH)),
            (format!("the same with {grants} grants"), principal(&|_| HOLDS_ALL)),
            ("strict check with RBAC off".to_owned(), account),
            ("effective permissions, and through which roles".to_owned(), effective),
            ("what sign-in needs to know of an account".to_owned(), credentials),
        ]
        .map(|(what, figures)| Single { what, figures })
        .into()
    }

    fn changes(&self) -> Vec<Single> {
        let now = Timestamp::from_millis((self.started / 1_000_000) as i64);
        let id = |random: u64| Numbered(self.started ^ random);
        let actor = self.scale.user(0);
        let schedule = Schedule { created_at: now, due_at: now };
        let event = |random, action, target: String| {
            audit::insert(&AuditEvent {
                id: AuditEventId::generate_at(now, &id(random)),
                at: now,
                action,
                actor: Some(actor),
                target_id: target,
                tenant: Some(TenantId::DEFAULT),
                request_id: SessionId::generate_at(now, &id(random)).to_string(),
                client_address: Some("203.0.113.17".to_owned()),
                details: serde_json::json!({ "role": "Role 00001" }),
            })
        };
        let work = |random| OutboxId::generate_at(now, &id(random));
        let current = || guard::decision_current(actor, 1, wait(rbac_meta::epoch().one(&self.db)).epoch);
        // Never the actor, whose version must stay.
        let somebody = |random| self.scale.somebody(random).max(HOLDS_TENTH + 1);
        let batch = |statements: Vec<Statement>| drop(wait(self.db.batch(statements)));

        let mut given: Option<(UserId, RoleId)> = None;
        let assign = self.time(
            |random| {
                if let Some((user, role)) = given {
                    wait(user_roles::delete(user, role).run(&self.db));
                }
                let n = somebody(random);
                let (user, role) = (self.scale.user(n), self.scale.role(self.scale.not_role_of(n)));
                given = Some((user, role));
                vec![
                    current(),
                    guard::user_exists(user),
                    guard::role_exists(role),
                    user_roles::insert(user, role, now, Some(actor)),
                    users::bump_authz_version(user, now),
                    outbox::insert_invalidation_of_user(work(random), user, schedule),
                    sessions::outdate(user),
                    event(random, Action::RoleAssigned, user.to_string()),
                ]
            },
            batch,
        );
        if let Some((user, role)) = given {
            wait(user_roles::delete(user, role).run(&self.db));
        }

        let epoch = self.time(
            |random| {
                vec![
                    current(),
                    rbac_meta::bump_epoch(),
                    outbox::insert(work(!random), outbox::RAISE_EPOCH, &serde_json::json!({}), schedule),
                    event(!random, Action::RolePermissionsSet, self.scale.role(2).to_string()),
                ]
            },
            batch,
        );

        let revoke = |sessions_of_each: u64| {
            let mut ended: Option<u64> = None;
            let sign_in_again = |n: u64| self.cached_session(n, token(n), n);
            let figures = self.time(
                |random| {
                    ended.into_iter().for_each(sign_in_again);
                    let n = somebody(random);
                    ended = Some(n);
                    for other in 1..sessions_of_each {
                        let number = mix(self.started ^ random ^ other);
                        self.cached_session(n, token(number), number);
                    }
                    let user = self.scale.user(n);
                    vec![
                        current(),
                        outbox::insert_revocation_of_user(work(random ^ sessions_of_each), user, schedule),
                        sessions::delete_by_user(user),
                        event(random ^ sessions_of_each, Action::UserSessionsEnded, user.to_string()),
                    ]
                },
                batch,
            );
            ended.into_iter().for_each(sign_in_again);
            figures
        };
        let (revoke_one, revoke_many) = (revoke(1), revoke(20));

        let mut made: Option<UserId> = None;
        let register = self.time(
            |random| {
                if let Some(user) = made {
                    wait(users::delete(user).run(&self.db));
                }
                let user = UserId::generate_at(now, &id(random));
                made = Some(user);
                vec![
                    users::insert(&NewUser {
                        id: user,
                        tenant_id: TenantId::DEFAULT,
                        email: Email::parse(&format!("new.{random}@example.com")).unwrap(),
                        email_verified_at: Some(now),
                        password_hash: None,
                        first_name: None,
                        last_name: None,
                        status: UserStatus::Active,
                        staff: false,
                        created_at: now,
                    }),
                    user_roles::insert(user, RoleId::MEMBER, now, None),
                    event(random ^ 0xAC, Action::UserRegistered, user.to_string()),
                ]
            },
            batch,
        );
        if let Some(user) = made {
            wait(users::delete(user).run(&self.db));
        }
        [
            ("assign a role", assign),
            ("change what a role grants: the epoch rises", epoch),
            ("end all sessions of a user who has 1", revoke_one),
            ("end all sessions of a user who has 20", revoke_many),
            ("a new account, found by search at once", register),
        ]
        .map(|(what, figures)| Single { what: what.to_owned(), figures })
        .into()
    }

    /// Starts a session that the cache has a record of.
    fn cached_session(&self, n: u64, token_hash: TokenHash, number: u64) {
        let now = Timestamp::from_millis(NOW);
        let id = SessionId::generate_at(now, &Numbered(self.started ^ number));
        let session = sessions::insert(&NewSession {
            id,
            token_hash,
            user_id: self.scale.user(n),
            user_agent: None,
            created_at: now,
            expires_at: LIMITS.expiry(now),
        });
        let cached = "UPDATE sessions SET cached = 'live' WHERE id = ?1";
        let cached = Statement { name: "bench", sql: cached, params: vec![(&id).into()] };
        wait(self.db.batch(vec![session, cached]));
    }
}
