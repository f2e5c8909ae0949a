"""Canada, Brazil, Mexico, Argentina, Chile, Colombia."""

from __future__ import annotations

from privmw.redaction.checksums.americas import (
    ar_cuit,
    br_cnpj,
    br_cpf,
    ca_sin,
    cl_rut,
    co_nit,
    mx_clabe,
    mx_curp,
    mx_rfc,
)
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, YYMMDD, keyed

__all__ = ["RECOGNIZERS"]

_SIN_WORDS = (
    "sin",
    "nas",
    "social insurance",
    "social insurance number",
    "assurance sociale",
    "numéro d'assurance sociale",
)
_CPF_WORDS = ("cpf", "cadastro de pessoa", "cadastro de pessoas físicas", "contribuinte")
_CNPJ_WORDS = ("cnpj", "empresa", "cadastro nacional")
_CUIT_WORDS = ("cuit", "cuil", "clave única", "clave unica", "afip")
_RUT_WORDS = ("rut", "rol único", "rol unico", "cédula")


def _mx_rfc(name: str, letters: str, trigger: str, sieve: str = "") -> Recognizer:
    return Recognizer(
        name=name,
        entity_type="MX_RFC",
        pattern=rf"(?<![0-9A-Za-zÑ&]){letters}-?{YYMMDD}-?[0-9A-Z]{{2}}[0-9A]{RIGHT}",
        trigger=trigger,
        sieve=sieve,
        lookback=24,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=mx_rfc,
        policy=ChecksumPolicy.REQUIRED,
        context=("rfc", "registro federal", "contribuyentes"),
        context_overrides=True,
        source="SAT: date and mod 11",
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed(
        "ca_sin", "CA_SIN", rf"{NUM_LEFT}[1-79][0-9]{{2}}([ -]?)[0-9]{{3}}\1[0-9]{{3}}{NUM_RIGHT}", r"[1-79][0-9]{2}[ -]?[0-9]{3}",
        _SIN_WORDS, checksum=ca_sin, boosted=0.95, source="Service Canada: Luhn; 0 and 8 are not issued",
    ),
    keyed(
        "ca_postal_code", "CA_POSTAL_CODE", rf"{LEFT}[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]{RIGHT}",
        r"[A-Y][0-9][A-Z][ -]?[0-9][A-Z][0-9]", ("postal code", "postal", "code postal", "ontario", "quebec", "alberta", "british columbia", "postcode", "address", "zip", "billing address", "canada"),
        source="Canada Post",
    ),
    keyed(
        "ca_health_card", "CA_HEALTH_CARD", rf"{LEFT}(?:[0-9]{{4}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}}(?:[ -]?[A-Z]{{2}})?|[A-Z]{{4}} ?[0-9]{{4}} ?[0-9]{{4}}){RIGHT}",
        r"[0-9]{4}[ -]?[0-9]{3}", ("ohip", "health card", "health card number", "ramq", "assurance maladie", "phn", "personal health number"),
        ignore_case=False, source="Provincial health cards",
    ),
    keyed(
        "ca_passport", "CA_PASSPORT", rf"{LEFT}[A-Z]{{2}}[0-9]{{6}}{RIGHT}", r"[A-Z]{2}[0-9]{6}", ("canadian passport", "passport", "passeport"),
        source="Immigration, Refugees and Citizenship Canada",
    ),
    Recognizer(
        name="br_cpf",
        entity_type="BR_CPF",
        pattern=rf"{NUM_LEFT}[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}-[0-9]{{2}}{NUM_RIGHT}",
        trigger=r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=br_cpf,
        policy=ChecksumPolicy.REQUIRED,
        context=_CPF_WORDS,
        context_overrides=True,
        source="Receita Federal: double mod 11",
    ),
    keyed("br_cpf_bare", "BR_CPF", rf"{NUM_LEFT}[0-9]{{9}}-?[0-9]{{2}}{NUM_RIGHT}", r"[0-9]{9}-?[0-9]{2}", _CPF_WORDS, checksum=br_cpf, boosted=0.95,
          source="Receita Federal"),
    Recognizer(
        name="br_cnpj",
        entity_type="BR_CNPJ",
        pattern=rf"{NUM_LEFT}[0-9A-Z]{{2}}\.[0-9A-Z]{{3}}\.[0-9A-Z]{{3}}/[0-9A-Z]{{4}}-[0-9]{{2}}{NUM_RIGHT}",
        trigger=r"\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}",
        lookback=24,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=br_cnpj,
        policy=ChecksumPolicy.REQUIRED,
        context=_CNPJ_WORDS,
        context_overrides=True,
        source="Receita Federal IN 2229/2024: letters from July 2026",
    ),
    keyed("br_cnpj_bare", "BR_CNPJ", rf"{LEFT}(?=[0-9A-Z]*[0-9])[0-9A-Z]{{12}}[0-9]{{2}}{RIGHT}", r"[0-9A-Z]{12}[0-9]{2}", _CNPJ_WORDS, checksum=br_cnpj,
          boosted=0.95, source="Receita Federal IN 2229/2024"),
    keyed("br_rg", "BR_RG", rf"{NUM_LEFT}[0-9]{{1,2}}\.?[0-9]{{3}}\.?[0-9]{{3}}-?[0-9X]{NUM_RIGHT}", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}",
          ("rg", "registro geral", "identidade"), source="State identity registries"),
    Recognizer(
        name="mx_curp",
        entity_type="MX_CURP",
        pattern=rf"{LEFT}[A-Z][AEIOUX][A-Z]{{2}}{YYMMDD}[HMX][A-Z]{{2}}[B-DF-HJ-NP-TV-Z]{{3}}[0-9A-Z][0-9]{RIGHT}",
        trigger=r"[A-Z]{4}[0-9]{2}[01][0-9][0-3][0-9][HMX][A-Z]{5}[0-9A-Z][0-9]\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=mx_curp,
        policy=ChecksumPolicy.REQUIRED,
        context=("curp", "clave única", "registro de población"),
        context_overrides=True,
        source="RENAPO: weighted mod 10",
    ),
    _mx_rfc("mx_rfc", "[A-Z&]{2,3}[A-Z]", r"[A-Z]-?[0-9]{2}[01][0-9][0-3][0-9]-?[0-9A-Z]{2}[0-9A]\b", SIEVE),
    _mx_rfc("mx_rfc_tilde", "(?=[A-Z&]{0,2}Ñ)[A-ZÑ&]{2,3}[A-ZÑ]", r"\xc3\x91[A-Z&\xc3\x91]{0,4}-?[0-9]{6}-?[0-9A-Z]{2}[0-9A]"),
    keyed("mx_clabe", "MX_CLABE", rf"{NUM_LEFT}[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{11}} ?[0-9]{NUM_RIGHT}", r"[0-9]{3} ?[0-9]{3} ?[0-9]{6}",
          ("clabe", "cuenta clabe", "interbancaria", "spei"), checksum=mx_clabe, boosted=0.95, source="Banco de México"),
    keyed("mx_nss", "MX_NSS", rf"{NUM_LEFT}[0-9]{{10}}-?[0-9]{NUM_RIGHT}", r"[0-9]{10}-?[0-9]", ("nss", "imss", "seguridad social"),
          checksum=standard("luhn"), boosted=0.9, source="IMSS: Luhn"),
    Recognizer(
        name="ar_cuit",
        entity_type="AR_CUIT",
        pattern=rf"{NUM_LEFT}(?:2[034567]|3[034])-[0-9]{{8}}-[0-9]{NUM_RIGHT}",
        trigger=r"[23][03-7]-[0-9]{8}-[0-9]",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.7,
        boosted=0.95,
        checksum=ar_cuit,
        policy=ChecksumPolicy.REQUIRED,
        context=_CUIT_WORDS,
        context_overrides=True,
        source="ARCA (AFIP): mod 11",
    ),
    keyed("ar_cuit_bare", "AR_CUIT", rf"{NUM_LEFT}(?:2[034567]|3[034])[ .]?[0-9]{{8}}[ .]?[0-9]{NUM_RIGHT}", r"[23][03-7][ .]?[0-9]{8}", _CUIT_WORDS,
          checksum=ar_cuit, boosted=0.95, source="ARCA (AFIP)"),
    keyed("ar_dni", "AR_DNI", rf"{NUM_LEFT}[1-9][0-9]?\.?[0-9]{{3}}\.?[0-9]{{3}}{NUM_RIGHT}", r"[1-9][0-9]?\.?[0-9]{3}\.?[0-9]{3}",
          ("dni", "documento nacional", "documento"), source="RENAPER"),
    keyed("cl_rut", "CL_RUT", rf"{NUM_LEFT}[0-9]{{1,2}}\.?[0-9]{{3}}\.?[0-9]{{3}}-?[0-9K]{NUM_RIGHT}", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}", _RUT_WORDS,
          checksum=cl_rut, boosted=0.95, source="Registro Civil"),
    keyed("co_nit", "CO_NIT", rf"{NUM_LEFT}[0-9]{{3}}\.?[0-9]{{3}}\.?[0-9]{{3}}-?[0-9]{NUM_RIGHT}", r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}", ("nit", "dian"),
          checksum=co_nit, boosted=0.95, source="DIAN: mod 11"),
    keyed("co_cedula", "CO_CEDULA", rf"{NUM_LEFT}[0-9]{{1,3}}(?:\.?[0-9]{{3}}){{2,3}}{NUM_RIGHT}", r"[0-9]{1,3}\.?[0-9]{3}\.?[0-9]{3}",
          ("cédula", "cedula", "cédula de ciudadanía"), source="Registraduría Nacional"),
    keyed("pe_dni", "PE_DNI", rf"{NUM_LEFT}[0-9]{{8}}(?:-[0-9A-K])?{NUM_RIGHT}", r"[0-9]{8}", ("dni peruano", "reniec", "dni perú"), source="RENIEC"),
)  # fmt: skip
