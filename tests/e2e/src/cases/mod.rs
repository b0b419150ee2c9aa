//! What a deployment must do, whatever it runs on.

use serde_json::{Value, json};
use testkit::{Client, World};

pub mod accounts;
pub mod admin_tenants;
pub mod admin_users;
pub mod audit;
pub mod authzen;
pub mod bodies;
pub mod combinations;
pub mod cron;
pub mod documentation;
pub mod enforcement;
pub mod faults;
pub mod flags;
pub mod mail;
pub mod management;
pub mod matrix;
pub mod pages;
pub mod passwords;
pub mod plan;
pub mod races;
pub mod regressions;
pub mod revocation;
pub mod role_data;
pub mod roles;
pub mod rollout;
pub mod sessions;
pub mod sweep;
pub mod tokens;

/// Names every case of the default deployment to `$run`, a macro.
#[macro_export]
macro_rules! each_case {
    ($run:ident) => {
        $run! {
            accounts::register_then_sign_in_loads_the_user,
            accounts::login_answers_a_stranger_and_a_wrong_password_alike,
            accounts::logout_ends_the_session,
            accounts::the_token_is_nowhere_but_in_the_cookie,
            accounts::a_browser_of_another_origin_is_refused,
            accounts::own_account_can_be_read_and_renamed,
            accounts::the_account_of_another_needs_a_permission,
            accounts::delete_ends_the_account_and_its_sessions,
            accounts::own_account_is_deleted_by_its_password,
            accounts::deleting_the_account_is_delayed_by_wrong_passwords,
            accounts::an_account_without_a_password_is_not_deleted_by_whoever_finds_a_session,
            accounts::the_last_super_admin_can_not_delete_the_own_account,
            accounts::a_401_says_how_to_authenticate,
            accounts::an_unknown_path_is_not_found_and_an_unknown_method_not_allowed,
            accounts::a_request_id_spans_the_workers,
            audit::the_log_is_found_by_each_filter,
            audit::the_log_pages_from_the_newest_to_the_oldest,
            audit::a_filter_that_can_not_be_read_is_named,
            audit::the_log_is_hidden_while_management_is_off,
            audit::the_log_is_exported_whole,
            audit::a_failed_sign_in_is_told_of,
            audit::a_denial_is_told_of,
            audit::every_end_of_a_session_has_its_reason,
            audit::changed_flags_are_told_of_once,
            audit::retention_removes_the_oldest_events,
            audit::a_change_by_a_page_is_by_its_user,
            bodies::what_can_not_be_read_is_refused_with_the_field,
            authzen::one_question_is_answered_as_the_scenario_asks,
            authzen::several_questions_are_answered_as_the_scenario_asks,
            authzen::searches_are_answered_as_the_scenario_asks,
            authzen::the_configuration_says_where_to_ask,
            authzen::an_answer_says_why_and_follows_every_change,
            authzen::resources_are_made_known_and_forgotten,
            cron::what_is_over_is_deleted_by_the_cron_trigger,
            documentation::the_sql_of_the_documentation_does_what_it_says,
            documentation::the_requests_of_the_documentation_are_answered,
            faults::session_state_that_fails_or_hangs_blocks_nothing_and_catches_up,
            faults::a_store_that_answers_with_what_was_opens_no_strict_check,
            faults::a_record_that_can_not_be_read_is_none_and_is_written_anew,
            faults::a_batch_that_fails_half_way_has_no_effect,
            faults::a_clock_that_was_far_ahead_holds_nothing_up,
            faults::a_clock_that_was_far_behind_opens_nothing,
            mail::a_mailed_link_confirms_the_address_once,
            mail::confirming_the_address_ends_every_session,
            mail::a_forgotten_password_is_set_by_a_mailed_link,
            mail::two_resets_with_one_token_at_once_are_one,
            mail::a_token_is_good_for_one_thing_only,
            mail::a_newer_token_takes_the_place_of_the_older_one,
            mail::an_invitation_activates_the_account,
            mail::the_named_address_becomes_super_admin_when_it_is_confirmed,
            mail::a_hostile_name_stays_text,
            management::nobody_grants_what_they_do_not_hold,
            management::the_last_super_admin_stays,
            management::every_change_has_one_audit_event,
            management::what_is_built_in_stays,
            matrix::the_matrix_is_read_in_parts,
            matrix::cells_of_several_roles_change_together_after_a_preview,
            matrix::nobody_changes_a_role_beyond_their_own,
            pages::a_new_account_is_confirmed_on_the_page_of_its_mail,
            pages::a_forgotten_password_is_set_on_the_page_of_its_mail,
            pages::a_known_device_signs_in_by_the_page_whatever_strangers_guess,
            passwords::a_common_password_can_not_be_chosen,
            passwords::the_algorithm_can_be_changed_at_any_time,
            passwords::a_hash_of_the_older_framework_is_good_for_one_sign_in,
            passwords::a_hash_that_can_not_be_read_opens_nothing,
            passwords::guessing_is_delayed_alike_with_and_without_an_account,
            passwords::the_right_password_after_the_delay_signs_in,
            passwords::changing_the_password_is_delayed_apart_from_signing_in,
            passwords::an_address_that_tries_too_often_is_refused,
            passwords::a_strangers_guesses_do_not_hold_up_a_known_device,
            races::parallel_guesses_are_all_counted,
            races::two_admins_removed_at_once_leave_one,
            races::parallel_registration_makes_one_account,
            races::whoever_is_being_demoted_can_not_still_grant,
            regressions::cookie_not_http_only,
            regressions::reset_token_expiry_ignored,
            regressions::sessions_alive_after_a_reset,
            regressions::enumeration_by_404_or_409,
            regressions::eternal_sessions,
            regressions::stale_permissions,
            regressions::e_mail_not_unique,
            regressions::client_address_from_a_forgeable_header,
            regressions::missing_permission_array_skipping_the_check,
            regressions::secret_in_the_log,
            regressions::bad_json_giving_500,
            regressions::session_and_cache_keys_colliding,
            revocation::a_role_taken_from_a_user_denies_the_next_request_and_reaches_the_cache,
            revocation::sign_out_reaches_the_cache,
            roles::roles_are_created_listed_changed_and_deleted,
            roles::a_role_grants_exactly_what_it_was_set_to,
            roles::the_catalogue_pages_and_takes_wildcards,
            roles::a_manifest_twice_changes_nothing,
            roles::check_answers_for_the_caller,
            roles::effective_permissions_name_their_roles,
            sessions::sessions_list_ones_own_and_never_those_of_others,
            sessions::a_session_is_ended_by_its_owner_alone,
            sessions::all_other_sessions_end_at_once,
            sessions::other_sessions_are_ended_after_a_sign_in_just_now_alone,
            sessions::a_changed_password_ends_every_session_and_starts_a_new_one,
            sessions::two_changes_of_a_password_at_once_leave_one,
            sessions::sign_in_gives_a_new_token_and_ends_the_session_it_replaces,
            sessions::a_cookie_that_is_not_one_live_token_is_nobodys,
            sessions::a_stale_record_is_recomputed_before_it_is_used,
            sessions::ten_thousand_permissions_go_from_the_manifest_to_the_cache,
            tokens::a_token_acts_within_its_scopes,
            tokens::a_user_has_so_many_tokens_and_no_more,
            tokens::scopes_beyond_what_one_holds_are_refused,
            tokens::a_token_shrinks_with_its_owner,
            tokens::a_token_of_a_demoted_admin_manages_nothing,
            tokens::a_token_manages_neither_tokens_nor_sessions_nor_passwords,
            tokens::a_token_without_the_scope_may_not_even_touch_its_owners_account,
            tokens::a_token_that_is_over_is_nobodys,
            tokens::a_token_is_shown_once_and_to_its_owner_alone,
            tokens::a_token_is_no_session_and_a_session_no_token,
            tokens::rbac_off_hides_tokens_and_keeps_them,
            admin_users::users_are_listed_in_pages_by_filters_and_by_search,
            admin_users::what_can_not_be_listed_is_refused_with_the_parameter,
            admin_users::an_invited_user_accepts_by_mail_and_has_their_roles,
            admin_users::ones_own_address_is_changed_after_a_sign_in_just_now_alone,
            admin_users::a_user_with_an_initial_password_signs_in,
            admin_users::a_user_is_created_with_no_more_than_the_creator_holds,
            admin_users::an_invitation_without_mail_is_refused_clearly,
            admin_users::the_address_of_the_super_admin_is_not_given_away,
            admin_users::roles_are_given_and_taken_below_the_user_too,
            admin_users::who_may_not_assign_roles_learns_of_none,
            admin_users::core_off_hides_the_admin_api,
            admin_users::names_tenant_and_cohort_are_changed_with_their_audit_event,
            admin_users::another_address_is_verified_anew_and_ends_every_session,
            admin_users::a_suspended_user_is_out_until_reactivated,
            admin_users::an_invitation_is_mailed_once_more,
            admin_users::an_administrator_ends_the_sessions_of_others,
            admin_users::nobody_manages_an_account_that_may_do_more,
            admin_users::the_last_super_admin_stays_in_every_way,
            admin_users::an_account_that_is_being_promoted_is_not_taken_over,
            admin_users::two_admins_suspended_at_once_leave_one,
            admin_tenants::tenants_are_listed_with_their_members,
            admin_tenants::a_tenant_is_made_and_renamed,
            admin_tenants::members_of_a_suspended_tenant_are_out_until_it_is_reactivated,
            admin_tenants::a_tenant_is_suspended_by_those_who_may_do_as_much_as_its_members,
            sweep::every_change_by_any_route_has_one_audit_event,
            sweep::every_route_answers_every_credential_as_it_declares,
            role_data::hc_is_reproduced_exactly,
            role_data::domino_is_reproduced_exactly,
            flags::rbac_off_hides_management_and_keeps_accounts,
            flags::rbac_off_and_on_again_keeps_every_role,
            flags::enforce_decides_who_may_change_an_account,
            flags::own_account_is_deleted_whatever_enforce_says,
            enforcement::a_cohort_is_enforced_for_before_the_others,
            enforcement::role_data_that_can_not_be_read_closes_only_what_rests_on_it,
            rollout::the_report_says_what_enforcement_would_change,
            rollout::the_report_names_the_defects_of_the_matrix,
            rollout::the_report_is_hidden_and_guarded,
            combinations::every_combination_of_flags_shows_and_enforces_what_it_says,
        }
    };
}

/// A password that is long enough.
pub const PASSWORD: &str = "correct horse battery";

/// Registers and signs in.
pub async fn member<'w, W: World>(world: &'w W, email: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.register(email, PASSWORD).await.expect(201);
    client.login(email, PASSWORD).await.expect(200);
    client
}

/// Signs in, in another browser.
pub async fn signed_in<'w, W: World>(world: &'w W, email: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.login(email, PASSWORD).await.expect(200);
    client
}

/// Registers, becomes `SUPER_ADMIN` by the database as the first one does, and signs in.
pub async fn super_admin<'w, W: World>(world: &'w W, email: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.register(email, PASSWORD).await.expect(201);
    world
        .sql(&format!(
            "INSERT INTO user_roles (user_id, role_id, granted_at) \
             SELECT users.id, roles.id, 0 FROM users, roles WHERE email = '{email}' AND name = 'SUPER_ADMIN'"
        ))
        .await;
    client.login(email, PASSWORD).await.expect(200);
    client
}

/// The id of the signed-in user.
pub async fn my_id<W: World>(client: &mut Client<'_, W>) -> String {
    text(&client.get("/load-user").await.expect(200).json()["userId"])
}

/// Registers permissions of the application `demo`.
pub async fn register_permissions<W: World>(admin: &mut Client<'_, W>, names: &[&str]) {
    let permissions: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    let manifest = json!({ "application": "demo", "permissions": permissions });
    admin.put("/rbac/permissions", &manifest).await.expect(200);
}

/// Creates a role; gives its id.
pub async fn create_role<W: World>(admin: &mut Client<'_, W>, name: &str, permissions: &[&str]) -> String {
    let body = json!({ "name": name, "permissions": permissions });
    text(&admin.post("/rbac/roles", &body).await.expect(201).json()["id"])
}

/// Assigns a role.
pub async fn assign<W: World>(admin: &mut Client<'_, W>, user: &str, role: &str) {
    admin.post(&format!("/rbac/users/{user}/roles"), &json!({ "roleId": role })).await.expect(204);
}

/// The id of a role by its name.
pub async fn role_id<W: World>(world: &W, name: &str) -> String {
    text(&world.sql(&format!("SELECT id FROM roles WHERE name = '{name}'")).await[0]["id"])
}

/// The id of a permission by its name.
pub async fn permission_id<W: World>(world: &W, name: &str) -> String {
    text(&world.sql(&format!("SELECT id FROM permissions WHERE name = '{name}'")).await[0]["id"])
}

/// A count by SQL.
pub async fn count<W: World>(world: &W, what: &str) -> i64 {
    world.sql(&format!("SELECT count(*) AS n FROM {what}")).await[0]["n"].as_i64().unwrap()
}

/// A JSON text.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

/// Gives a user a one-time token by the database, in the place of the older one; gives the token.
pub async fn make_token<W: World>(world: &W, user: &str, purpose: &str) -> String {
    let token = ::accounts::OneTimeToken::generate(&Numbered(&format!("{purpose}{user}")));
    let hash = token.hash();
    world
        .sql(&format!(
            "INSERT OR REPLACE INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at) \
             VALUES ('{hash}', '{user}', '{purpose}', 0, 9000000000000)"
        ))
        .await;
    token.reveal()
}

/// As random as a test needs: other bytes for every user.
struct Numbered<'a>(&'a str);

impl ::accounts::Random for Numbered<'_> {
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, digit) in buffer.iter_mut().zip(self.0.bytes().rev()) {
            *byte = digit;
        }
    }
}
