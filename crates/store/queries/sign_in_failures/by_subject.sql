SELECT failures, failed_at FROM sign_in_failures WHERE subject = ?1
