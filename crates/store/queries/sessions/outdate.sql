-- Comes after the work that tells the cache, in its batch: what is told once need not be told again.
UPDATE sessions SET cached = 'outdated' WHERE user_id = ?1 AND cached = 'live'
