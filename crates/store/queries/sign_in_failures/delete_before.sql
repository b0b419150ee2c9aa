DELETE FROM sign_in_failures WHERE failed_at < ?1
