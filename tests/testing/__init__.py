"""Tests of tests that are written in Nix."""
