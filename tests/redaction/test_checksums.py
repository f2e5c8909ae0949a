"""Check digits agree with python-stdnum, notice a changed digit, and never raise."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.redaction.checksums import americas, asia, crypto, devices, europe, korea, network, payment
from privmw.redaction.checksums.arithmetic import is_date, luhn, mod97
from privmw.redaction.checksums.standard import standard

Checksum = Callable[[str], bool | None]

# (checksum, python-stdnum module, shape): "#" a digit, "@" a capital, "y" yymmdd, "d" ddmmyy, "c" 19yymmdd, "*" either
AGREED: tuple[tuple[Checksum, str, str], ...] = (
    (americas.br_cpf, "br.cpf", "###########"),
    (americas.ca_sin, "ca.sin", "#########"),
    (americas.cl_rut, "cl.rut", "#########"),
    (americas.ar_cuit, "ar.cuit", "20#########"),
    (americas.mx_curp, "mx.curp", "BOXWyHNERXN0#"),
    (asia.au_abn, "au.abn", "5##########"),
    (asia.au_acn, "au.acn", "#########"),
    (asia.au_tfn, "au.tfn", "#########"),
    (asia.cn_uscc, "cn.uscc", "91######M#########"),
    (asia.in_aadhaar, "in_.aadhaar", "2###########"),
    (asia.jp_my_number, "jp.in_", "############"),
    (asia.th_tnin, "th.pin", "1############"),
    (europe.be_rrn, "be.nn", "y#####"),
    (europe.ch_ahv, "ch.ssn", "756##########"),
    (europe.cz_birth_number, "cz.rc", "y####"),
    (europe.de_vat, "de.vat", "1########"),
    (europe.es_cif, "es.cif", "B########"),
    (europe.es_nif, "es.dni", "########@"),
    (europe.es_nif, "es.nie", "X#######@"),
    (europe.fi_hetu, "fi.hetu", "d-###*"),
    (europe.fr_nir, "fr.nir", "1851075########"),
    (europe.fr_spi, "fr.nif", "############3"),
    (europe.ie_pps, "ie.pps", "#######@"),
    (europe.no_fnr, "no.fodselsnummer", "d#####"),
    (europe.pl_pesel, "pl.pesel", "y#####"),
    (europe.se_organisation, "se.orgnr", "556#######"),
    (europe.se_personnummer, "se.personnummer", "y-####"),
    (europe.tr_national_id, "tr.tckimlik", "###########"),
    (europe.uk_nhs, "gb.nhs", "##########"),
    (devices.imei, "imei", "###############"),
    (payment.iban, "iban", "GB##NWBK##############"),
)

# (checksum, valid value from a public source)
PUBLISHED: tuple[tuple[Checksum, str], ...] = (
    (korea.kr_brn, "120-81-47521"),
    (korea.kr_brn, "220-81-62517"),
    (korea.kr_rrn, "960121-1021413"),
    (korea.kr_corporate, "130111-0006246"),
    (payment.credit_card, "4111 1111 1111 1111"),
    (payment.credit_card, "2223003122003222"),
    (payment.credit_card, "378282246310005"),
    (payment.credit_card, "30569309025904"),
    (payment.credit_card, "6200000000000005"),
    (payment.credit_card, "3530111333300000"),
    (americas.us_npi, "1234567893"),
    (americas.us_dea, "AB1234563"),
    (americas.br_cnpj, "12.ABC.345/01DE-35"),
    (americas.br_cnpj, "11.222.333/0001-81"),
    (americas.mx_rfc, "GODE561231GR8"),
    (americas.mx_clabe, "032180000118359719"),
    (asia.tw_id, "A123456789"),
    (asia.hk_hkid, "A123456(3)"),
    (asia.hk_hkid, "AB987654(3)"),
    (asia.sg_nric, "S2740116C"),
    (asia.sg_nric, "M4332674T"),
    (asia.cn_resident_id, "11010519491231002X"),
    (asia.ae_eid, "784-1980-1234567-8"),
    (asia.za_id, "8001015009087"),
    (asia.au_medicare, "2123 45670 1"),
    (asia.nz_nhi, "ZZZ0016"),
    (asia.nz_nhi, "ZBN77VL"),
    (europe.de_tax_id, "36574261809"),
    (europe.de_document, "T220001293"),
    (europe.de_document, "C01X00T478"),
    (europe.de_social_security, "65170839J003"),
    (europe.de_health_insurance, "A123456780"),
    (europe.it_fiscal_code, "RSSMRA85T10A562S"),
    (europe.pl_id_card, "ABA300000"),
    (europe.lv_code, "161175-19997"),
    (europe.dk_cpr, "070761-4285"),
    (europe.ie_pps, "6433435F"),
    (devices.vin, "1HGCM82633A004352"),
    (devices.iccid, "89014103211118510720"),
    (crypto.wallet, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    (crypto.wallet, "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
    (crypto.wallet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    (crypto.wallet, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    (crypto.wallet, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
    (network.ipv6, "2001:db8::ff00:42:8329"),
    (network.ipv6, "::ffff:192.0.2.128/96"),
    (luhn, "79927398713"),
    (payment.aba_routing, "111000025"),
    (payment.aba_routing, "0711-0130-7"),
)

# one changed sign that a check digit must notice; the place is one that its weights cover
# python-stdnum asks for more than the check digit: a date not in the future, a first digit, no number for testing
STRICTER = {"be.nn", "fi.hetu", "fr.nif", "no.fodselsnummer"}

CHANGED = tuple(
    (checksum, value)
    for checksum, value in PUBLISHED
    if checksum not in {network.ipv6, asia.au_medicare, payment.credit_card, devices.iccid, korea.kr_corporate}
)

ALL: tuple[Checksum, ...] = tuple(
    {checksum for checksum, *_ in AGREED} | {checksum for checksum, _ in PUBLISHED} | {standard("nl.bsn"), korea.kr_frn}
)


def _draw(shape: str, rng: random.Random) -> str:
    year, month, day = rng.randrange(100), rng.randrange(1, 13), rng.randrange(1, 29)
    signs = {
        "#": lambda: rng.choice("0123456789"),
        "@": lambda: rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "*": lambda: rng.choice("0123456789ABCDEFHJKLMNPRSTUVWXY"),
        "y": lambda: f"{year:02}{month:02}{day:02}",
        "d": lambda: f"{day:02}{month:02}{year:02}",
    }
    return "".join(signs[sign]() if sign in signs else sign for sign in shape)


@pytest.mark.parametrize(("checksum", "module", "shape"), AGREED, ids=[module for _, module, _ in AGREED])
def test_checksums_agree_with_python_stdnum(checksum: Checksum, module: str, shape: str) -> None:
    """On random numbers of the right shape our answer is python-stdnum's (or ours is the laxer), and both answers occur."""
    rng = random.Random(module)
    reference = import_module(f"stdnum.{module}").is_valid
    drawn = [_draw(shape, rng) for _ in range(4000)]
    agreed = [(value, checksum(value), reference(value)) for value in drawn]
    assert (
        []
        == [
            (value, ours, theirs)
            for value, ours, theirs in agreed
            if ours != theirs and (theirs or module not in STRICTER)
        ][:5]
    )
    assert {True, False} == {ours for _, ours, _ in agreed}


@pytest.mark.parametrize(("checksum", "value"), PUBLISHED, ids=[value for _, value in PUBLISHED])
def test_published_numbers_are_valid(checksum: Checksum, value: str) -> None:
    """A number that its issuer publishes as an example passes."""
    assert checksum(value) is True


@pytest.mark.parametrize(("checksum", "value"), CHANGED, ids=[value for _, value in CHANGED])
def test_a_changed_last_digit_is_noticed(checksum: Checksum, value: str) -> None:
    """Of the nine other digits in the place of a number's last digit at most one passes too."""
    place = max(index for index, sign in enumerate(value) if sign.isdigit())
    others = [value[:place] + digit + value[place + 1 :] for digit in "0123456789" if digit != value[place]]
    assert sum(checksum(item) is True for item in others) <= 1


@given(st.text(alphabet="0123456789ABCXYZabc -./:()é가", max_size=40))
def test_no_checksum_raises(text: str) -> None:
    """Whatever stands there, a checksum answers."""
    for checksum in ALL:
        assert checksum(text) in {True, False}


def test_dates_exist() -> None:
    """30 February and month 13 are refused, 29 February of a leap year is not."""
    assert [False, False, False, True] == [is_date(0, 2, 30), is_date(0, 13, 1), is_date(1, 2, 29), is_date(4, 2, 29)]


def test_mod97_of_letters_counts_two_digits() -> None:
    """Letters count 10 to 35, as ISO 7064 has it."""
    assert 1 == mod97("WEST12345698765432GB82")
