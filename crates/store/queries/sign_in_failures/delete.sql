DELETE FROM sign_in_failures WHERE subject = ?1
