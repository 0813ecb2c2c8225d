"""The documentation as a site. That its examples are right is in `tests/test_readme.py`."""
