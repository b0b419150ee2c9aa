DELETE FROM external_identities WHERE id = ?1
