"""Evaluating with a record: which thunk read which, how sets were made, and where all of it is written."""
