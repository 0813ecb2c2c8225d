"""Texts of hashes, blake3 among them; values printed by nix hash and nix-instantiate 2.34.8."""

from __future__ import annotations

import pytest

from nixlite.errors import NixError
from nixlite.store.hashing import (
    Hash,
    compress_hash,
    digest,
    format_hash,
    from_base32,
    hash_bytes,
    parse_hash,
    parse_hash_and_format,
    to_base32,
)

ABC = hash_bytes("sha256", b"abc")
TEXTS = [
    ("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "base16"),
    ("sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", "nix32"),
    ("sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "base64"),
    ("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "sri"),
]


@pytest.mark.parametrize(("text", "name"), TEXTS, ids=[name for _, name in TEXTS])
def test_text_of_hash(text: str, name: str) -> None:
    assert ABC.text(name) == text
    assert parse_hash_and_format(text) == (ABC, name)


@pytest.mark.parametrize(("text", "name"), TEXTS[:3], ids=[name for _, name in TEXTS[:3]])
def test_bare_text_of_hash(text: str, name: str) -> None:
    assert parse_hash(text.removeprefix("sha256:"), "sha256") == ABC
    assert format_hash("sha256", ABC.raw, name, prefix=False) == text.removeprefix("sha256:")


def test_padding_of_base64_may_be_missing() -> None:
    assert parse_hash("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0") == ABC


@pytest.mark.parametrize("size", range(70))
def test_base32_round_trip(size: int) -> None:
    raw = bytes((7 * n + size) % 256 for n in range(size))
    assert from_base32(to_base32(raw)) == raw


BLAKE3 = [
    # length of abcdefg repeated, base-16 text
    (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    (1, "17762fddd969a453925d65717ac3eea21320b66b54342fde15128d6caf21215f"),
    (64, "17fd658d075a5892531f94f0066fb80220a0b43d85336634d27ea11b032bc294"),
    (65, "a9a7a486dbb530d2f0c578c2190254cb4225d3b9f0cab821c48e3ec06335fd43"),
    (1024, "8f9b9a5eda1afa7bc23601370cd094ccd04ccab2073ce7ef498f1f734e5ed421"),
    (1025, "fd04cc1bd1eee9eb42a8ccdea45fc37b5e06662953ea68dfc9bc26a38f257261"),
    (2048, "568f87d10aa7f39444e3eb69cdc5c06b17f6999aec63010ca64520f9964abeda"),
    (3073, "a1a3e0ec0c306d596e4dc8d1acea33dd848fd06b602c8ecf379505abf3a7b8fc"),
    (5000, "95f50fbaed058faef45ef8c4594dfd0c28d862f26c5235cbfc7e05e1ba1a4086"),
]


@pytest.mark.parametrize(("length", "text"), BLAKE3)
def test_blake3(length: int, text: str) -> None:
    assert digest("blake3", bytes(b"abcdefg"[n % 7] for n in range(length))).hex() == text


BAD = [
    # text, algorithm, message
    ("zz!", None, "hash 'zz!' does not include a type, nor is the type otherwise known from context"),
    ("zz!", "sha256", "hash 'zz!' has wrong length for hash algorithm 'sha256'"),
    ("sha256-zz", None, "invalid SRI hash 'zz', length 1 != expected length 32"),
    ("sha1:" + "0" * 40, "sha256", f"hash 'sha1:{'0' * 40}' should have type 'sha256'"),
    ("g" * 64, "sha256", f"invalid base16 hash '{'g' * 64}', length 0 != expected length 32"),
    ("e" * 52, "sha256", f"invalid nix32 hash '{'e' * 52}', length 0 != expected length 32"),
    ("z" * 52, "sha256", f"invalid nix32 hash '{'z' * 52}', length 33 != expected length 32"),
    ("a" * 43 + "!", "sha256", f"invalid Base64 hash '{'a' * 43}!', length 0 != expected length 32"),
    ("sha3:00", None, "unknown hash algorithm 'sha3', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
    (
        "blake3:00",
        None,
        (
            "experimental Nix feature 'blake3-hashes' is disabled; "
            "add '--extra-experimental-features blake3-hashes' to enable it"
        ),
    ),
]


@pytest.mark.parametrize(("text", "algorithm", "message"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_bad_hash(text: str, algorithm: str | None, message: str) -> None:
    with pytest.raises(NixError) as caught:
        parse_hash(text, algorithm)
    assert caught.value.message == message


def test_compressed_hash_is_folded() -> None:
    assert compress_hash(bytes(range(25)), 20) == bytes(
        [0 ^ 20, 1 ^ 21, 2 ^ 22, 3 ^ 23, 4 ^ 24, *range(5, 20)]
    )


def test_feature_lets_blake3_in() -> None:
    text = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    assert parse_hash(text, None, frozenset({"blake3-hashes"})) == Hash("blake3", digest("blake3", b""))
