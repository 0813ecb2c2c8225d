"""Flake references: every row is a claim about Nix, printed by nix-instantiate 2.34.8 itself."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from tests.builtins.evaluation import evaluate

CASES = [
    # expression (with builtins; …), printed, why
    (
        'parseFlakeRef "github:NixOS/nixpkgs/23.05?dir=lib"',
        '{ dir = "lib"; owner = "NixOS"; ref = "23.05"; repo = "nixpkgs"; type = "github"; }',
        "as it is",
    ),
    ('parseFlakeRef "nixpkgs"', '{ id = "nixpkgs"; type = "indirect"; }', "as it is"),
    (
        'parseFlakeRef "nixpkgs/nixos-20.09"',
        '{ id = "nixpkgs"; ref = "nixos-20.09"; type = "indirect"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "nixpkgs/nixos-20.09/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"',
        '{ id = "nixpkgs"; ref = "nixos-20.09"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "indirect"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "nixpkgs/A3a3dda3bacf61e8a39258a0ed9c924eeca8e293"',
        '{ id = "nixpkgs"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; type = "indirect"; }',
        "as it is",
    ),
    ('parseFlakeRef "/a/b//c?dir=x"', '{ dir = "x"; path = "/a/b/c"; type = "path"; }', "as it is"),
    ('parseFlakeRef "/a/b/"', '{ path = "/a/b/"; type = "path"; }', "as it is"),
    ('parseFlakeRef "path:./a"', '{ path = "./a"; type = "path"; }', "as it is"),
    (
        'parseFlakeRef "path:/a?lastModified=5&rev=abc"',
        '{ lastModified = 5; path = "/a"; rev = "abc"; type = "path"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "git+https://example.org/a/b.git?ref=main&shallow=1&x=y"',
        '{ ref = "main"; shallow = true; type = "git"; url = "https://example.org/a/b.git?x=y"; }',
        "as it is",
    ),
    ('parseFlakeRef "git://example.org/a"', '{ type = "git"; url = "git://example.org/a"; }', "as it is"),
    (
        'parseFlakeRef "git+file:///a/b?dir=c&submodules=1"',
        '{ dir = "c"; submodules = true; type = "git"; url = "file:///a/b"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "git+ssh://git@github.com/a/b"',
        '{ type = "git"; url = "ssh://git@github.com/a/b"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "https://example.org/a.tar.gz"',
        '{ type = "tarball"; url = "https://example.org/a.tar.gz"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "https://example.org/a?narHash=sha256-ungWv48Bz%2BpBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0%3D&x=1"',
        '{ narHash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; type = "tarball"; url = "https://example.org/a?x=1"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "file+https://example.org/a"',
        '{ type = "file"; url = "https://example.org/a"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "tarball+https://example.org:80/a?rev=a&revCount=3"',
        '{ rev = "a"; revCount = 3; type = "tarball"; url = "https://example.org:80/a"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "hg+https://example.org/a?rev=abc&ref=x"',
        '{ ref = "x"; rev = "abc"; type = "hg"; url = "https://example.org/a"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "gitlab:a/b/c/d"',
        '{ owner = "a"; ref = "c/d"; repo = "b"; type = "gitlab"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "github:a/b?host=foo.bar"',
        '{ host = "foo.bar"; owner = "a"; repo = "b"; type = "github"; }',
        "as it is",
    ),
    ('parseFlakeRef "github:a%2Fb/c%20d"', '{ owner = "a/b"; repo = "c d"; type = "github"; }', "as it is"),
    (
        'parseFlakeRef "https://example.org/a?a"',
        '{ type = "tarball"; url = "https://example.org/a"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "https://example.org/a?"',
        '{ type = "tarball"; url = "https://example.org/a"; }',
        "as it is",
    ),
    (
        'parseFlakeRef "https://example.org/a?a=b&a=c"',
        '{ type = "tarball"; url = "https://example.org/a?a=b"; }',
        "as it is",
    ),
    ('parseFlakeRef "https://example.org"', '{ type = "tarball"; url = "https://example.org"; }', "as it is"),
    ('parseFlakeRef "file:///a/b.tar"', '{ type = "tarball"; url = "file:///a/b.tar"; }', "as it is"),
    ('parseFlakeRef "file:///a/b"', '{ type = "tarball"; url = "file:///a/b"; }', "as it is"),
    (
        'flakeRefToString { dir = "lib"; owner = "NixOS"; ref = "23.05"; repo = "nixpkgs"; type = "github"; }',
        '"github:NixOS/nixpkgs/23.05?dir=lib"',
        "as it is",
    ),
    (
        'flakeRefToString { type = "git"; url = "https://a.b/c"; ref = "x"; shallow = true; }',
        '"git+https://a.b/c?ref=x&shallow=1"',
        "as it is",
    ),
    (
        'flakeRefToString { type = "git"; url = "git@github.com:a/b"; }',
        '"git+ssh://git@github.com/a/b"',
        "as it is",
    ),
    ('flakeRefToString { type = "git"; url = "/a/b"; }', '"git+file:///a/b"', "as it is"),
    ('flakeRefToString { type = "git"; url = "a/b"; }', '"git+file:a/b"', "as it is"),
    (
        'flakeRefToString { type = "path"; path = "/a b"; lastModified = 3; }',
        '"path:/a%20b?lastModified=3"',
        "as it is",
    ),
    ('flakeRefToString { type = "path"; path = "a"; }', '"path:a"', "as it is"),
    (
        'flakeRefToString { type = "indirect"; id = "x"; ref = "r"; rev = "a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"; }',
        '"flake:x/r/a3a3dda3bacf61e8a39258a0ed9c924eeca8e293"',
        "as it is",
    ),
    (
        'flakeRefToString { type = "tarball"; url = "https://a/b?x=y"; narHash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; dir = "q"; }',
        '"https://a/b?dir=q&narHash=sha256-ungWv48Bz%2BpBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0%3D&x=y"',
        "as it is",
    ),
    (
        'flakeRefToString { type = "hg"; url = "https://a/b"; ref = "q"; }',
        '"hg+https://a/b?ref=q"',
        "as it is",
    ),
]

ERRORS = [
    # expression, message, why
    ('parseFlakeRef "nixpkgs#foo"', "unexpected fragment 'foo' in flake reference 'nixpkgs#foo'", "wrong"),
    ('parseFlakeRef "nixpkgs?dir=x"', "flake reference 'nixpkgs?dir=x' is not an absolute path", "wrong"),
    ('parseFlakeRef "./a"', "flake reference './a' is not an absolute path", "wrong"),
    ('parseFlakeRef "path:/a?foo=5"', "path URL 'path:/a?foo=5' has unsupported parameter 'foo'", "wrong"),
    (
        'parseFlakeRef "path://host/a"',
        "path URL 'path://host/a' should not have an authority ('host')",
        "wrong",
    ),
    ('parseFlakeRef "github:a"', "flake reference 'github:a' is not an absolute path", "wrong"),
    (
        'parseFlakeRef "github:a/b?ref=x&rev=y"',
        "flake reference 'github:a/b?ref=x&rev=y' is not an absolute path",
        "wrong",
    ),
    (
        'parseFlakeRef "github:a/b/c?ref=d"',
        "flake reference 'github:a/b/c?ref=d' is not an absolute path",
        "wrong",
    ),
    (
        'parseFlakeRef "github:a/b?host=foo_bar"',
        "flake reference 'github:a/b?host=foo_bar' is not an absolute path",
        "wrong",
    ),
    (
        'parseFlakeRef "flake:nixpkgs/x y"',
        "flake reference 'flake:nixpkgs/x y' is not an absolute path",
        "wrong",
    ),
    (
        'parseFlakeRef "flake:nixpkgs/../x"',
        "flake reference 'flake:nixpkgs/../x' is not an absolute path",
        "wrong",
    ),
    ('parseFlakeRef "foo:bar"', "input 'foo:bar' is unsupported", "wrong"),
    (
        'parseFlakeRef "file+git://x/y"',
        "input 'file+git://x/y' is unsupported; did you mean 'git+file' instead of 'file+git'?",
        "wrong",
    ),
    ('parseFlakeRef ""', "flake reference '' is not an absolute path", "wrong"),
    ('parseFlakeRef "a b"', "flake reference 'a b' is not an absolute path", "wrong"),
    (
        'parseFlakeRef "git+https://example.org/a?publicKey=1"',
        "experimental Nix feature 'verified-fetches' is disabled; add '--extra-experimental-features verified-fetches' to enable it",
        "wrong",
    ),
    (
        'parseFlakeRef "git+https://user:p%40ss@example.org:8080/a?ref=.x"',
        "flake reference 'git+https://user:p%40ss@example.org:8080/a?ref=.x' is not an absolute path",
        "wrong",
    ),
    (
        'parseFlakeRef "https://example.org/a b"',
        "flake reference 'https://example.org/a b' is not an absolute path",
        "wrong",
    ),
    ('parseFlakeRef "file://host/b"', "flake reference 'file://host/b' is not an absolute path", "wrong"),
    ("parseFlakeRef 1", "expected a string but found an integer: 1", "wrong"),
    (
        'flakeRefToString { type = "git"; url = "x:a/b"; }',
        "SCP-like URL 'x:a/b' is not supported; use SSH URL syntax instead (ssh://...)",
        "wrong",
    ),
    ('flakeRefToString { type = "path"; }', "input attribute 'path' is missing", "wrong"),
    (
        'flakeRefToString { type = "foo"; a = 1; }',
        'cannot show unsupported input \'{"a":1,"type":"foo"}\'',
        "wrong",
    ),
    (
        "flakeRefToString { }",
        "'type' attribute to specify input scheme is required but not provided",
        "wrong",
    ),
    ("flakeRefToString { type = 1; }", "input attribute 'type' is not a string {\"type\":1}", "wrong"),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; ref = "c"; rev = "d"; }',
        'input {"owner":"a","ref":"c","repo":"b","rev":"d","type":"github"} contains both a commit hash (\'d\') and a branch/tag name (\'c\')',
        "wrong",
    ),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; rev = "d"; }',
        "hash 'd' has wrong length for hash algorithm 'sha1'",
        "wrong",
    ),
    ('flakeRefToString { type = "github"; owner = "a"; }', "input attribute 'repo' is missing", "wrong"),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; x = 1; }',
        "input attribute 'x' not supported by scheme 'github'",
        "wrong",
    ),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; ref = null; }',
        "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute 'ref' is null",
        "wrong",
    ),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; lastModified = -1; }',
        "negative value given for flake ref attr lastModified: -1",
        "wrong",
    ),
    (
        'flakeRefToString { type = "github"; owner = "a"; repo = "b"; lastModified = "a"; }',
        "input attribute 'lastModified' is not an integer",
        "wrong",
    ),
    ('flakeRefToString { type = "tarball"; url = "a b"; }', "'a b' is not a valid URL: leftover", "wrong"),
    ('flakeRefToString { type = "hg"; url = "a"; }', "'a' doesn't have a scheme", "wrong"),
    (
        'flakeRefToString { type = "git"; url = "https://a.b/c"; verifyCommit = true; }',
        "experimental Nix feature 'verified-fetches' is disabled; add '--extra-experimental-features verified-fetches' to enable it",
        "wrong",
    ),
    (
        'flakeRefToString { type = "git"; url = "https://a.b/c"; shallow = 1; }',
        "input attribute 'shallow' is not a Boolean",
        "wrong",
    ),
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
