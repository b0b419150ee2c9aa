DELETE FROM one_time_tokens WHERE token_hash = ?1
