DELETE FROM external_identities WHERE user_id = ?1 AND id <> ?2
