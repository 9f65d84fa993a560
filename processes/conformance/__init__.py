"""Outside cases: models and what they must give, written by others and run against ours."""
