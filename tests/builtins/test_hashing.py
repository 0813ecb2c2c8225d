"""Hashes: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    ('hashString "md5" "hello"', '"5d41402abc4b2a76b9719d911017c592"', "md5"),
    ('hashString "sha1" "é"', '"bf15be717ac1b080b4f1c456692825891ff5073d"', "the bytes are hashed"),
    ('hashString "sha256" ""', '"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"', "empty"),
    (
        'hashString "sha512" "hello"',
        '"9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"',
        "sha512",
    ),
    (
        'hashString "sha256" (substring 0 1 "é")',
        '"ae3f4619b0413d70d3004b9131c3752153074e45725be13b9a148978895e359e"',
        "any bytes",
    ),
    (
        'convertHash { hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; toHashFormat = "base16"; }',
        '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"',
        "from SRI",
    ),
    (
        'convertHash { hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; toHashFormat = "nix32"; }',
        '"1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"',
        "to nix32",
    ),
    (
        'convertHash { hash = "md5:d41d8cd98f00b204e9800998ecf8427e"; toHashFormat = "base64"; }',
        '"1B2M2Y8AsgTpgAmY7PhCfg=="',
        "with a prefix",
    ),
    (
        'convertHash { hash = "d41d8cd98f00b204e9800998ecf8427e"; hashAlgo = "md5"; toHashFormat = "sri"; }',
        '"md5-1B2M2Y8AsgTpgAmY7PhCfg=="',
        "bare",
    ),
    (
        'convertHash { hash = "3y8bwfr609h3lh9ch0izcqq7fl"; hashAlgo = "md5"; toHashFormat = "base16"; }',
        '"d41d8cd98f00b204e9800998ecf8427e"',
        "from nix32",
    ),
    (
        'convertHash { hash = "1B2M2Y8AsgTpgAmY7PhCfg=="; hashAlgo = "md5"; toHashFormat = "base16"; }',
        '"d41d8cd98f00b204e9800998ecf8427e"',
        "from base64",
    ),
]

ERRORS = [
    # expression, message, why
    (
        'hashString "sha384" "x"',
        "unknown hash algorithm 'sha384', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
        "unknown",
    ),
    (
        'hashString "blake3" "x"',
        "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it",
        "experimental",
    ),
    (
        'hashString "foo" (throw "no")',
        "unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
        "the algorithm first",
    ),
    ('hashString "md5" 1', "expected a string but found an integer: 1", "no string"),
    ("convertHash { }", "attribute 'hash' missing", "no hash"),
    ('convertHash { hash = "x"; }', "attribute 'toHashFormat' missing", "no format"),
    (
        'convertHash { hash = "x"; hashAlgo = "md5"; }',
        "attribute 'toHashFormat' missing",
        "the format before the hash is read",
    ),
    (
        'convertHash { hash = "x"; hashAlgo = "md5"; toHashFormat = "z"; }',
        "unknown hash format 'z', expect 'base16', 'base32', 'base64', or 'sri'",
        "unknown format",
    ),
    (
        'convertHash { hash = "x"; toHashFormat = "sri"; }',
        "hash 'x' does not include a type, nor is the type otherwise known from context",
        "of what kind",
    ),
    (
        'convertHash { hash = "x"; hashAlgo = "md5"; toHashFormat = "sri"; }',
        "hash 'x' has wrong length for hash algorithm 'md5'",
        "wrong length",
    ),
    (
        'convertHash { hash = "sha1-x"; hashAlgo = "md5"; toHashFormat = "sri"; }',
        "hash 'sha1-x' should have type 'md5'",
        "another kind",
    ),
    ("convertHash 1", "expected a set but found an integer: 1", "no set"),
    ('hashFile "md5" /nowhere/at/all', "path '/nowhere/at/all' does not exist", "no such file"),
]


@pytest.mark.parametrize(("expression", "printed"), [row[:2] for row in CASES], ids=[row[0] for row in CASES])
def test_value(expression: str, printed: str) -> None:
    """The value is printed as by Nix."""
    assert evaluate(expression) == printed


@pytest.mark.parametrize(
    ("expression", "message"), [row[:2] for row in ERRORS], ids=[row[0] for row in ERRORS]
)
def test_error(expression: str, message: str) -> None:
    """The error is worded as by Nix."""
    with pytest.raises(NixError) as caught:
        evaluate(expression)
    assert caught.value.message.strip("\n") == message
