"""Signatures and sealed files are those of the standards, and of the program openssl."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import ciphers
from reporter.errors import ArchiveError

PASSPHRASE = "correct horse battery"  # noqa: S105  of keys that live as long as a test

# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)

# NIST's GCM test case 16 (McGrew and Viega), and Wycheproof's aes_gcm_test 120 and 128 to 130.
GCM = (
    (
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        (
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa0de657ba637b39"
        ),
        (
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
            "c5f61e6393ba7a0abcc9f662"
        ),
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    (
        "44c8d0cdb8f7e736cfd997c872a5d9c5ef30afbe44b6566606b90aa5e3e8b797",
        "6f39afba021e4c36eb92962e",
        (
            "98d1ca1788cbeb300ea5c6b1eec95eb2347177201400913d45225622b6273eec8a74c3f12c8d5248dabee586229786ff"
            "192c4df0c79547f7ad6a92d78d9f8952758635783add2a5977d386e0aef76482211d2c3ae98de4baadb3f8b35b510464"
            "755dc75ceb2bf25b233317523f399a6c507db214f085fa2818f0d3702b10952b"
        ),
        "2e6f40f9d3725836ac0c858177938fd67be19432",
        "b42428f8094ef7e65c9e8c45ef3e95c28ce07d72",
        "32b25dfbb896d0f9d79c823bdd8e5d06",
    ),
    (
        "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f",
        "000000000000000000000000",
        "",
        "561008fa07a68f5c61285cd013464eaf",
        "23293e9b07ca7d1b0cae7cc489a973b3",
        "ffffffffffffffffffffffffffffffff",
    ),
    (
        "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f",
        "ffffffffffffffffffffffff",
        "",
        "c6152244cea1978d3e0bc274cf8c0b3b",
        "7cb6fc7c6abc009efe9551a99f36a421",
        "00000000000000000000000000000000",
    ),
)
CHANGED = (
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "505152535455565758595a5bb2061457c0759fc1749f174ee1ccadfa9de8fef6d8ab1bf1bf887232eab590dd",
)


def public_of(raw: str) -> str:
    return ciphers.KIND + b64encode(bytes.fromhex(raw)).decode()


def pem_of(secret: str) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )


# --- signatures --------------------------------------------------------------------------------


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_signatures_are_those_of_rfc_8032(
    secret: str, public: str, message: str, signature: str
) -> None:
    pem, data = pem_of(secret), bytes.fromhex(message)
    made = ciphers.sign(pem, PASSPHRASE, data)
    assert b64decode(made) == bytes.fromhex(signature)
    assert ciphers.public_key(pem, PASSPHRASE) == public_of(public)
    assert ciphers.is_signed(data, made, public_of(public))
    assert not ciphers.is_signed(data + b"x", made, public_of(public))
    assert not ciphers.is_signed(data, made, public_of(RFC_8032[0][0]))


@given(st.integers(0, 511))
def test_a_changed_bit_of_a_signature_is_seen(bit: int) -> None:
    _, public, message, signature = RFC_8032[2]
    changed = bytearray.fromhex(signature)
    changed[bit // 8] ^= 1 << bit % 8
    data = bytes.fromhex(message)
    assert not ciphers.is_signed(data, b64encode(changed).decode(), public_of(public))


@given(st.text(), st.text())
def test_what_is_no_signature_is_none(signature: str, public: str) -> None:
    good = public_of(RFC_8032[0][1])
    assert not ciphers.is_signed(b"", signature, good)
    assert not ciphers.is_signed(b"", signature, ciphers.KIND + public)
    assert not ciphers.is_signed(b"", signature, public)


def test_a_key_under_which_anybody_could_sign_is_none() -> None:
    """With a public key of small order, one signature holds for every message."""
    identity = bytes([1, *bytes(31)])
    forged = b64encode(identity + bytes(32)).decode()
    for raw in (identity, bytes([1, *bytes(30), 0x80]), bytes(32)):
        weak = ciphers.KIND + b64encode(raw).decode()
        assert not ciphers.is_public_key(weak)
        assert not ciphers.is_signed(b"anything", forged, weak)


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of edwards25519, by the formula of RFC 8032, section 5.1.4."""
    (x1, y1), (x2, y2) = one, other
    z = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + z, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - z, -1, P)
    return x % P, y % P


def test_the_weak_keys_are_those_of_small_order() -> None:
    for raw in ciphers._WEAK:
        y = int.from_bytes(raw, "little") % P
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
        assert x * x % P == square
        point = (x, y)
        for _ in range(3):
            point = added(point, point)
        assert point == (0, 1)


def test_another_passphrase_opens_nothing() -> None:
    pem = ciphers.new_signing_key(PASSPHRASE)
    for wrong in ("", PASSPHRASE + " ", PASSPHRASE.upper()):
        with pytest.raises(ArchiveError, match="the passphrase does not open the key"):
            ciphers.sign(pem, wrong, b"x")


def test_a_passphrase_is_the_same_on_every_keyboard() -> None:
    pem = ciphers.new_signing_key("zürich zürich")
    assert ciphers.public_key(pem, "zu\u0308rich zu\u0308rich")


def test_a_passphrase_that_is_no_text_is_refused() -> None:
    with pytest.raises(ArchiveError, match="no text in UTF-8"):
        ciphers.new_signing_key("abc\udcff")


def test_other_keys_are_refused() -> None:
    private = serialization.PrivateFormat.PKCS8
    kept = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, private, kept
    )
    with pytest.raises(ArchiveError, match="no Ed25519 key"):
        ciphers.sign(other, PASSPHRASE, b"x")
    bare = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, private, serialization.NoEncryption()
    )
    with pytest.raises(ArchiveError, match="without a passphrase"):
        ciphers.sign(bare, PASSPHRASE, b"x")
    with pytest.raises(ArchiveError, match="does not open"):
        ciphers.sign(b"no key", PASSPHRASE, b"x")


def test_openssl_reads_the_key_and_checks_the_signature(tmp_path: Path) -> None:
    pem, data = ciphers.new_signing_key(PASSPHRASE), b'{"kind":"approval"}'
    key, public = tmp_path / "key.pem", tmp_path / "public.pem"
    key.write_bytes(b"Public key: above it\n" + pem)
    passed = ["-passin", f"pass:{PASSPHRASE}"]

    def openssl(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert "ED25519" in openssl("pkey", "-in", "key.pem", *passed, "-noout", "-text").stdout
    assert openssl("pkey", "-in", "key.pem", *passed, "-pubout", "-out", "public.pem").stdout == ""
    raw = b64decode("".join(public.read_text().splitlines()[1:-1]))[-32:]
    assert ciphers.public_key(pem, PASSPHRASE) == ciphers.KIND + b64encode(raw).decode()
    assert openssl("pkey", "-in", "key.pem", "-passin", "pass:wrong", "-noout").returncode == 1

    (tmp_path / "data").write_bytes(data)
    (tmp_path / "signature").write_bytes(b64decode(ciphers.sign(pem, PASSPHRASE, data)))
    verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "data",
              "-sigfile", "signature"]  # fmt: skip
    assert "Verified Successfully" in openssl(*verify).stdout
    (tmp_path / "data").write_bytes(data + b" ")
    assert openssl(*verify).returncode == 1

    made = openssl("pkeyutl", "-sign", "-inkey", "key.pem", *passed, "-rawin", "-in", "data",
                   "-out", "theirs")  # fmt: skip
    assert made.returncode == 0, made.stderr
    theirs = b64encode((tmp_path / "theirs").read_bytes()).decode()
    assert ciphers.is_signed(data + b" ", theirs, ciphers.public_key(pem, PASSPHRASE))


# --- sealed files ------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "iv", "about", "plain", "sealed", "tag"), GCM)
def test_sealed_files_are_those_of_the_standard(  # noqa: PLR0913, PLR0917  a vector has six
    key: str, iv: str, about: str, plain: str, sealed: str, tag: str
) -> None:
    data, also = bytes.fromhex(iv + sealed + tag), bytes.fromhex(about)
    assert ciphers.unseal(bytes.fromhex(key), data, also) == bytes.fromhex(plain)
    with pytest.raises(ArchiveError, match="another key, or changed bytes"):
        ciphers.unseal(bytes.fromhex(key), data, also + b"x")


def test_a_changed_tag_of_the_standard_s_is_refused() -> None:
    with pytest.raises(ArchiveError, match="another key, or changed bytes"):
        ciphers.unseal(bytes.fromhex(CHANGED[0]), bytes.fromhex(CHANGED[1]), b"")


@given(st.binary(max_size=300), st.binary(max_size=40), st.data())
def test_what_is_sealed_opens_only_whole(data: bytes, about: bytes, draw: st.DataObject) -> None:
    key = ciphers.new_client_key()
    sealed = ciphers.seal(key, data, about)
    assert ciphers.unseal(key, sealed, about) == data
    changed = bytearray(sealed)
    changed[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    for wrong in (bytes(changed), sealed[:-1], sealed + b"x", b""):
        with pytest.raises(ArchiveError):
            ciphers.unseal(key, wrong, about)
    with pytest.raises(ArchiveError):
        ciphers.unseal(ciphers.new_client_key(), sealed, about)
