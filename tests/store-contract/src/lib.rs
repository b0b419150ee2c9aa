//! What every driver of the store owes it, and what every statement of the store does.
//!
//! In scope: cases that run on any [`Db`] with the newest schema, natively and inside workerd alike; together they run
//! each file of SQL at least once. Not in scope: what only one driver has, and the rules that tests of the migrations
//! show on SQLite alone.
//!
//! The cases share one database. Each works with ids and names of its own, so that it neither sees nor disturbs the
//! others.

mod access;
mod api_tokens;
mod audit;
mod batches;
mod check;
mod fixture;
mod guards;
mod identities;
mod limits;
mod mail;
mod outbox;
mod people;
mod permissions;
mod role_permissions;
mod roles;
mod rollout;
mod sessions;
mod sign_in_failures;
mod telemetry;
mod tenants;
mod user_details;
mod user_roles;
mod users;
mod values;

use store::Db;

/// How a case ended: well, or not as expected, in words.
pub type Outcome = Result<(), String>;

/// Runs cases one after the other, each by the name of its module and its own.
macro_rules! run_each {
    ($db:expr => $($module:ident { $($case:ident)+ })+) => {{
        let mut outcomes = Vec::new();
        $($(
            // Boxed, since the future of all cases together would be too large for a stack.
            let outcome = Box::pin($module::$case($db)).await;
            outcomes.push((
                concat!(stringify!($module), "::", stringify!($case)),
                outcome.map_err(|failure| failure.to_string()),
            ));
        )+)+
        outcomes
    }};
}

/// Runs every case on a database with the newest schema.
#[expect(clippy::too_many_lines, reason = "the list of all cases")]
pub async fn run(db: &impl Db) -> Vec<(&'static str, Outcome)> {
    run_each! { db =>
        values {
            integers_round_trip
            integers_from_2_to_the_53_are_refused_rather_than_rounded
            whole_numbers_read_as_integers_however_they_are_kept
            texts_round_trip
            null_is_neither_text_nor_number
            texts_of_digits_stay_texts
            flags_are_1_and_0
            lists_of_any_length_go_in_as_json
            limit_takes_a_bound_number
            numbers_are_bound_in_their_order
            statement_without_rows_gives_none
        }
        limits {
            hundred_values_are_taken_and_one_more_is_not
            wrong_number_of_values_is_refused
            statement_longer_than_100_kilobytes_is_refused
            pattern_longer_than_50_bytes_is_refused
            more_than_five_selects_in_one_are_refused
            sql_that_makes_no_sense_is_refused_in_its_own_words
            number_with_a_fraction_is_refused_by_a_whole_column
        }
        batches {
            failure_of_a_statement_alone_says_what_failed
            failure_of_one_statement_undoes_the_whole_batch
            failure_of_the_last_statement_undoes_the_whole_batch
            failure_at_the_second_row_undoes_the_first
            database_works_on_after_a_failure
            batch_gives_the_rows_of_each_statement_in_order
            batch_of_nothing_gives_nothing
            batch_of_a_hundred_statements_lands
            returning_gives_rows_in_a_batch_and_alone
            versions_that_rise_in_a_batch_are_seen_in_it_and_after
            versions_fall_back_with_a_batch_that_fails
            batches_that_rest_on_one_version_let_one_of_them_through
            deletions_cascade_in_a_batch_and_come_back_with_it
        }
        guards {
            decision_is_current_while_no_version_has_risen
            decision_of_somebody_who_is_suspended_or_gone_is_not_current
            target_is_at_the_version_that_was_looked_at
            target_exists_until_it_is_gone
            target_that_never_was_does_not_exist
            manifest_is_current_while_the_catalogue_has_what_it_was_compared_with
            database_answers
        }
        users {
            user_is_read_as_it_was_inserted
            user_with_as_little_as_possible_is_read_as_it_was_inserted
            unknown_user_is_not_found
            credentials_are_found_by_address
            credentials_say_what_is_missing
            address_that_is_taken_is_a_conflict_in_any_case
            names_are_set_and_cleared
            password_hash_is_replaced_only_while_it_is_the_old_one
            changed_password_raises_the_version
            version_rises_for_one_user_alone
            version_rises_for_every_holder_of_a_role
            deleted_user_takes_along_sessions_tokens_and_roles
            changed_address_is_not_verified_and_can_not_be_taken
            user_is_moved_and_joins_the_staff
            suspended_user_is_reactivated_as_what_they_were
        }
        user_details {
            details_are_read_with_the_roles_by_name
            pages_hold_each_user_that_a_filter_leaves_once
            search_finds_parts_of_names_and_addresses
            search_for_one_or_two_characters_finds_beginnings
            search_for_a_whole_address_finds_its_account_alone
            search_follows_the_users
            search_is_narrowed_by_filters
            page_that_sifts_costs_the_same_however_few_are_left
        }
        tenants {
            tenant_is_read_as_it_was_inserted
            name_that_is_taken_is_a_conflict
            pages_of_tenants_hold_each_once_in_order
            members_are_counted
            tenant_is_renamed_suspended_and_reactivated
            roles_of_members_are_all_that_anybody_there_has
        }
        sessions {
            account_is_exactly_what_was_stored
            principal_has_roles_and_distinct_grants_in_order
            principal_without_roles_has_empty_lists
            principal_sees_a_change_at_once
            session_ends_at_its_limits_to_the_millisecond
            unknown_token_is_no_session
            session_of_an_account_that_is_not_active_is_none
            session_of_a_tenant_that_is_not_active_is_none
            touch_moves_forward_only
            session_is_cached_only_at_the_present_version_of_its_user
            deleted_session_is_over_and_others_are_not
            sessions_end_by_token_by_user_and_all_but_one
            pages_of_sessions_hold_each_live_one_once_the_newest_first
            session_needs_a_user_and_a_token_of_its_own
            sessions_that_are_over_are_swept_and_others_stay
        }
        api_tokens {
            token_gives_its_scopes_and_what_its_owner_may_do_at_the_time
            token_ends_to_the_millisecond_and_with_its_owner
            token_that_is_revoked_is_gone_and_others_are_not
            token_is_found_by_its_owner_alone
            pages_of_tokens_hold_each_once_the_newest_first
            use_is_written_down_once_in_a_while
            token_needs_an_owner_and_a_secret_of_its_own
            tokens_that_ended_are_swept_and_others_stay
            tokens_that_have_not_ended_are_counted_no_further_than_asked
        }
        sign_in_failures {
            failures_count_up_and_are_forgotten
            failures_are_counted_no_further_than_they_matter
            failures_of_long_ago_are_swept
            device_is_known_until_its_failures_are_forgotten
        }
        roles {
            role_is_read_with_its_grants_in_order
            role_without_grants_has_an_empty_list
            unknown_role_is_not_found
            roles_are_read_by_their_ids_as_far_as_they_exist
            columns_are_paged_with_their_grants_and_holders
            system_roles_are_there_from_the_start
            pages_of_roles_hold_each_role_once_in_order
            name_that_is_taken_is_a_conflict_in_any_case
            role_is_renamed_and_described
            system_role_keeps_its_name_and_its_place
            deleted_role_takes_along_its_grants_and_assignments
        }
        permissions {
            permission_is_read_as_it_was_inserted
            built_in_permissions_are_there_from_the_start
            permissions_are_found_by_name_as_far_as_they_exist
            pages_of_permissions_hold_each_once_in_order
            rows_start_with_a_prefix_and_are_paged
            name_that_is_taken_is_a_conflict
            manifest_with_a_name_that_is_taken_adds_nothing
            manifest_is_read_by_application_with_what_is_granted
            manifest_of_thousands_is_registered_and_described_anew
            descriptions_change_by_name_within_one_application
            permission_that_no_role_grants_is_deleted
            permission_that_a_role_grants_is_kept
            built_in_permission_is_kept
        }
        role_permissions {
            grants_are_listed_in_order_and_whole
            grants_that_are_lacking_are_named
            grant_is_given_once
            grant_needs_a_role_and_a_permission
            grants_are_set_as_a_whole
            grants_by_the_thousand_are_set_in_one_batch
            grant_is_taken_from_one_role
            grants_are_taken_from_one_role
            permissions_are_taken_from_every_role
            super_admin_keeps_admin_all
        }
        user_roles {
            assignment_is_read_as_it_was_made
            role_is_given_once
            assignment_needs_a_user_and_a_role
            role_is_taken_from_one_user
            effective_permissions_name_the_roles_that_give_them
            user_without_roles_may_do_nothing
            last_active_super_admin_stays
        }
        people {
            role_is_given_to_those_who_lack_it_with_event_version_and_epoch
            role_that_is_given_twice_is_given_once
            accounts_without_a_role_are_paged_but_for_those_it_was_taken_from
            accounts_are_found_by_address_with_what_matters_of_them
            role_is_found_by_its_name_in_any_case
            active_administrators_are_named
            addresses_are_paged_in_order
            imported_accounts_have_their_hash_role_and_event
            thousand_accounts_are_imported_in_one_batch
            inlined_statements_do_what_bound_ones_do
        }
        access {
            subjects_are_found_by_id_and_address_with_what_was_asked_for
            holders_are_paged_over_all_roles_and_each_is_there_once
            holders_of_what_the_catalogue_does_not_know_are_none
            actions_are_those_of_one_resource
            resources_are_known_once_and_paged_by_id
        }
        outbox {
            work_is_read_as_it_was_written
            work_is_taken_up_when_due_the_longest_due_first
            work_that_failed_is_due_again_later
            revocation_of_a_session_names_its_token
            revocation_of_a_user_names_the_tokens_of_all_sessions
            invalidation_of_a_user_names_their_sessions_and_version
            work_of_several_ids_is_what_there_is_of_it
            revocation_of_a_token_or_of_the_others_names_theirs
            revocation_of_nothing_is_no_work
            the_cache_is_told_once_until_it_has_another_record
            the_cache_is_told_nothing_of_what_it_does_not_have
            work_of_long_ago_is_given_up
        }
        mail {
            request_becomes_work_for_a_known_address_alone
            request_too_soon_after_the_last_of_its_kind_is_none
            work_is_claimed_once
            token_is_usable_until_it_is_replaced_deleted_or_too_old
            address_is_verified_once_and_a_reset_ends_sessions
            tokens_that_are_over_are_swept_and_others_stay
            a_newer_mail_takes_the_place_of_one_of_its_kind_that_waits
            requests_of_long_ago_are_swept_and_others_stay
        }
        rollout {
            report_sums_by_day_route_permission_and_user
            report_names_what_no_role_grants_and_nobody_has
            every_unreadable_grant_is_suspect
        }
        telemetry {
            counts_add_up_by_day_finding_mode_route_and_permission
            users_are_named_up_to_the_limit_of_a_day
            minutes_add_up_from_any_minute_on
            routes_keep_the_last_day_of_use
            what_is_old_is_forgotten
            alert_is_written_once_in_a_window
        }
        identities {
            identity_opens_one_account
            candidate_is_found_by_the_address
            identities_are_listed_in_pages
            last_way_in_stays
            identity_of_another_is_none_of_ones_own
            roles_of_groups_are_told_from_those_by_hand
            sessions_are_found_by_how_they_began
            sign_in_under_way_is_taken_once_and_in_time
            logout_token_counts_once
            profile_is_refreshed_and_never_blanked
            account_that_nobody_confirmed_is_claimed
        }
        audit {
            event_is_stored_as_it_happened
            event_happens_once
            event_of_a_change_that_fails_is_not_stored
            event_is_neither_changed_nor_removed
            pages_of_events_hold_each_once_the_newest_first
            events_are_found_by_each_filter_and_by_all_together
            events_that_two_filters_share_are_found_whatever_each_finds_alone
            a_page_that_has_looked_often_enough_is_followed_by_another
            actor_is_named_while_there_is_an_account
            events_that_a_stranger_brings_about_are_bounded
            session_that_is_replaced_is_told_of
            flags_are_told_of_when_they_change
            oldest_events_are_removed_by_telling_of_it
        }
    }
}
