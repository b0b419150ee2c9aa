-- The way back from 0009: searches for resources find none until applications make theirs known again.
DROP TABLE access_resources;
