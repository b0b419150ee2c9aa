-- The way back from 0004: every API token is gone, and whatever used one has to be given another way in.
DROP TABLE api_tokens;
