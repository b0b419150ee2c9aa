//! Fixtures for tests: the three workers in one process, a fixed clock, seeded randomness.
