"""France, Spain, Italy, Portugal, the Netherlands, Belgium, Luxembourg, Austria and Switzerland."""

from __future__ import annotations

from privmw.redaction.checksums.europe import be_rrn, ch_ahv, es_cif, es_nif, fr_nir, fr_spi, it_fiscal_code
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NOT_SIZE, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed, or_size

__all__ = ["RECOGNIZERS"]

_CF_DIGIT = "[0-9LMNP-V]"
_DOTTED = "[ .-]?"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="fr_nir",
        entity_type="FR_NIR",
        pattern=rf"{NUM_LEFT}(?:[1-478] [0-9]{{2}} (?:0[1-9]|1[0-2]|[2-9][0-9]) [0-9]{{2}} [0-9]{{3}} [0-9]{{3}} ?[0-9]{{2}}"
        rf"|(?!140[0-7])[12][0-9]{{2}}(?:0[1-9]|1[0-2])[0-9]{{8}} ?[0-9]{{2}}){NUM_RIGHT}",
        trigger=r"[1-478] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b",
        sieve=SIEVE,
        lookback=32,
        lookahead=4,
        score=0.65,
        boosted=0.95,
        checksum=fr_nir,
        policy=ChecksumPolicy.REQUIRED,
        context=("nir", "numéro de sécurité sociale", "sécurité sociale", "securite sociale", "sécu", "insee", "carte vitale"),
        source="INSEE: 97 minus the number modulo 97; unspaced only with a real month, and not where threads of Linux have their addresses",
    ),
    keyed(
        "fr_nir_loose", "FR_NIR", rf"{NUM_LEFT}[1-478] ?[0-9]{{2}} ?[0-9]{{2}} ?(?:[0-9]{{2}}|2[AB]) ?[0-9]{{3}} ?[0-9]{{3}} ?[/|-]? ?[0-9]{{2}}{NUM_RIGHT}",
        r"[1-478] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB]",
        ("nir", "numéro de sécurité sociale", "sécurité sociale", "securite sociale", "sécu", "insee", "carte vitale", "social security"),
        checksum=fr_nir, boosted=0.95, source="INSEE; Corsica is 2A and 2B",
    ),
    keyed(
        "fr_spi", "FR_TAX_NUMBER", rf"{NUM_LEFT}[0-3][0-9] ?[0-9]{{2}} ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}}{NUM_RIGHT}", r"[0-3][0-9] ?[0-9]{2} ?[0-9]{3}",
        ("numéro fiscal", "spi", "fiscal", "impôts", "impots", "référence fiscale", "nif"), checksum=fr_spi, boosted=0.95,
        source="DGFiP: first ten digits modulo 511",
    ),
    keyed(
        "fr_siret", "FR_SIRET", rf"{NUM_LEFT}[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}}(?: ?[0-9]{{5}})?{NUM_RIGHT}", r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        ("siret", "siren", "rcs"), checksum=standard("fr.siret", "fr.siren"), boosted=0.95, source="INSEE: Luhn",
    ),
    keyed(
        "fr_cni", "FR_ID_CARD", rf"{LEFT}(?:[0-9]{{12}}|[0-9A-Z]{{9}}(?<=[0-9][0-9A-Z]{{4}})){RIGHT}", r"[0-9A-Z]{9}",
        ("carte d'identité", "carte nationale", "cni", "carte nationale d'identité"), source="ANTS",
    ),
    keyed(
        "fr_passport", "FR_PASSPORT", rf"{LEFT}[0-9]{{2}}[A-Z]{{2}}[0-9]{{5}}{RIGHT}", r"[0-9]{2}[A-Z]{2}[0-9]{5}",
        ("passeport", "passport", "numéro de passeport"), source="ANTS",
    ),
    Recognizer(
        name="es_nif",
        entity_type="ES_NIF",
        pattern=rf"{LEFT}(?<!->)(?<!K\()(?<![0-9]\.)[0-9]{{8}}-?[A-HJ-NP-TV-Z]{RIGHT}{NOT_SIZE}",
        trigger=r"[0-9]{8}-?[A-Z]\b",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.55,
        boosted=0.95,
        checksum=or_size(es_nif),
        policy=ChecksumPolicy.REQUIRED,
        context_overrides=True,
        context=("dni", "nif", "documento nacional de identidad", "identificación", "identificacion", "número de identificación"),
        source="Real Decreto 1553/2005: mod 23 letter",
    ),
    Recognizer(
        name="es_nie",
        entity_type="ES_NIE",
        pattern=rf"{LEFT}[XYZ]-?[0-9]{{7}}-?[A-HJ-NP-TV-Z]{RIGHT}",
        trigger=r"[XYZ]-?[0-9]{7}-?[A-Z]\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=es_nif,
        policy=ChecksumPolicy.REQUIRED,
        context=("nie", "número de identificación de extranjero", "extranjero"),
        source="Orden INT/2058/2008",
    ),
    keyed(
        "es_nif_lower", "ES_NIF", rf"{LEFT}[0-9]{{2}}\.?[0-9]{{3}}\.?[0-9]{{3}}[ -]?[A-Z]{RIGHT}", r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z]",
        ("dni", "nif"), checksum=es_nif, boosted=0.95, source="As es_nif, in lower case",
    ),
    keyed(
        "es_cif", "ES_CIF", rf"{LEFT}[A-HJNP-SUVW]-?[0-9]{{7}}-?[0-9A-J]{RIGHT}", r"[A-W]-?[0-9]{7}",
        ("cif", "nif", "empresa", "sociedad", "razón social"), checksum=es_cif, boosted=0.95, source="Real Decreto 1065/2007",
    ),
    keyed(
        "es_nuss", "ES_SOCIAL_SECURITY", rf"{NUM_LEFT}[0-9]{{2}}[ /-]?[0-9]{{7,8}}[ /-]?[0-9]{{2}}{NUM_RIGHT}", r"[0-9]{2}[ /-]?[0-9]{7}",
        ("seguridad social", "nuss", "naf", "afiliación", "número de afiliación", "nº ss"), checksum=None,
        source="Tesorería General de la Seguridad Social",
    ),
    keyed(
        "es_passport", "ES_PASSPORT", rf"{LEFT}[A-Z]{{3}}[0-9]{{6}}[A-Z]?{RIGHT}", r"[A-Z]{3}[0-9]{6}",
        ("pasaporte", "passport", "número de pasaporte"), source="Real Decreto 896/2003",
    ),
    Recognizer(
        name="it_fiscal_code",
        entity_type="IT_FISCAL_CODE",
        pattern=rf"{LEFT}[A-Z]{{6}}{_CF_DIGIT}{{2}}[ABCDEHLMPRST](?:[04][1-9]|[1256][0-9]|[37][01])[A-MZ][0-9]{{3}}[A-Z]{RIGHT}",
        trigger=r"[A-Z]{6}[0-9L-V]{2}[A-T][0-9L-V]{2}[A-Z][0-9L-V]{3}[A-Z]\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.65,
        boosted=1.0,
        checksum=it_fiscal_code,
        policy=ChecksumPolicy.BOOSTS,
        context=("codice fiscale", "fiscale", "cf", "fiscal code"),
        source="DM 23/12/1976: odd and even tables, mod 26",
    ),
    keyed(
        "it_fiscal_code_lower", "IT_FISCAL_CODE", rf"{LEFT}[A-Z]{{6}}{_CF_DIGIT}{{2}}[ABCDEHLMPRST]{_CF_DIGIT}{{2}}[A-MZ]{_CF_DIGIT}{{3}}[A-Z]{RIGHT}",
        r"[A-Z]{6}[0-9L-V]{2}[A-T][0-9L-V]{2}", ("codice fiscale", "fiscale", "fiscal code", "cod. fisc"), checksum=it_fiscal_code,
        policy=ChecksumPolicy.BOOSTS, boosted=0.95, source="As it_fiscal_code, any case, digits replaced by letters",
    ),
    keyed(
        "it_vat", "IT_VAT_CODE", rf"{NUM_LEFT}(?:IT ?)?[0-9]{{11}}{NUM_RIGHT}", r"[0-9]{11}",
        ("partita iva", "p.iva", "p. iva", "piva", "iva", "vat"), checksum=standard("it.iva"), boosted=0.95, source="Agenzia delle Entrate",
    ),
    keyed(
        "it_identity_card", "IT_IDENTITY_CARD", rf"{LEFT}(?:[A-Z]{{2}} ?[0-9]{{7}}|[0-9]{{7}}[A-Z]{{2}}|[A-Z]{{2}}[0-9]{{5}}[A-Z]{{2}}){RIGHT}", r"[0-9]{5}",
        ("carta d'identità", "carta di identità", "documento", "espatrio", "riconoscimento", "identità", "cie", "identity card", "documento d'identità"), source="Ministero dell'Interno",
    ),
    keyed(
        "it_driver_license", "IT_DRIVER_LICENSE", rf"{LEFT}(?:[A-Z]{{2}}[0-9]{{7}}[A-Z]|U1[0-9B-DF-HJ-NPR-UW-Z]{{7}}[A-Z]){RIGHT}", r"[A-Z][0-9A-Z]{8}",
        ("patente", "patente di guida", "licenza di guida", "driving licence", "guida"), source="Ministero delle Infrastrutture",
    ),
    keyed(
        "it_passport", "IT_PASSPORT", rf"{LEFT}[A-Z]{{2}}[0-9]{{7}}{RIGHT}", r"[A-Z]{2}[0-9]{7}",
        ("passaporto", "passport", "numero di passaporto"), source="Polizia di Stato",
    ),
    keyed(
        "pt_nif", "PT_NIF", rf"{NUM_LEFT}[1-35689][0-9]{{2}}[ .]?[0-9]{{3}}[ .]?[0-9]{{3}}{NUM_RIGHT}", r"[1-9][0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}",
        ("nif", "contribuinte", "nipc", "número fiscal", "número de contribuinte", "identificação fiscal"),
        checksum=standard("pt.nif"), boosted=0.95, source="Autoridade Tributária: mod 11",
    ),
    keyed(
        "pt_cc", "PT_CITIZEN_CARD", rf"{LEFT}[0-9]{{8}} ?[0-9] ?[0-9A-Z]{{2}}[0-9]{RIGHT}", r"[0-9]{8} ?[0-9]",
        ("cartão de cidadão", "cartao de cidadao", "cc", "bilhete de identidade"), checksum=standard("pt.cc"), boosted=0.95, source="IRN",
    ),
    keyed(
        "nl_bsn", "NL_BSN", rf"{NUM_LEFT}[0-9]{{4}}[ .]?[0-9]{{2}}[ .]?[0-9]{{2,3}}{NUM_RIGHT}", r"[0-9]{4}[ .]?[0-9]{2}[ .]?[0-9]{2}",
        ("bsn", "burgerservicenummer", "sofinummer", "sofi", "burgerservice", "persoonsnummer"), checksum=standard("nl.bsn"), boosted=0.95,
        source="Wet algemene bepalingen bsn: 11-proof",
    ),
    keyed(
        "nl_document", "NL_ID_DOCUMENT", rf"{LEFT}[A-NP-Z]{{2}}[0-9A-NP-Z]{{6}}[0-9]{RIGHT}", r"[A-Z]{2}[0-9A-Z]{6}[0-9]",
        ("paspoort", "paspoortnummer", "identiteitskaart", "documentnummer", "paspoortnr"), source="RvIG",
    ),
    Recognizer(
        name="be_rrn",
        entity_type="BE_NATIONAL_NUMBER",
        pattern=rf"{NUM_LEFT}[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}[- ][0-9]{{3}}[.-][0-9]{{2}}{NUM_RIGHT}",
        trigger=r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}[ -][0-9]{3}[.-][0-9]{2}\b",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.7,
        boosted=0.95,
        checksum=be_rrn,
        policy=ChecksumPolicy.REQUIRED,
        context=("rijksregisternummer", "registre national", "insz", "niss", "national number"),
        source="Royal decree of 3 April 1984: modulo 97",
    ),
    keyed(
        "be_rrn_bare", "BE_NATIONAL_NUMBER", rf"{NUM_LEFT}[0-9]{{2}}{_DOTTED}[0-9]{{2}}{_DOTTED}[0-9]{{2}}{_DOTTED}[0-9]{{3}}{_DOTTED}[0-9]{{2}}{NUM_RIGHT}", r"[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}",
        ("rijksregisternummer", "rijksregister", "registre national", "insz", "niss", "national number", "numéro national"), checksum=be_rrn,
        boosted=0.95, source="Royal decree of 3 April 1984",
    ),
    keyed(
        "lu_nin", "LU_NATIONAL_ID", rf"{NUM_LEFT}(?:18|19|20)[0-9]{{2}} ?[01][0-9][0-3][0-9] ?[0-9]{{5}}{NUM_RIGHT}", r"(?:18|19|20)[0-9]{2} ?[0-9]{4}",
        ("matricule", "numéro d'identification national", "luxembourg id", "sozialversicherungsnummer", "nin"), source="Loi du 19 juin 2013",
    ),
    keyed(
        "at_svnr", "AT_SOCIAL_SECURITY", rf"{NUM_LEFT}[1-9][0-9]{{3}} ?[0-9]{{6}}{NUM_RIGHT}", r"[1-9][0-9]{3} ?[0-9]{6}",
        ("sozialversicherungsnummer", "svnr", "sv-nummer", "versicherungsnummer", "sv-nr", "vsnr"), checksum=standard("at.vnr"), boosted=0.95,
        source="ASVG 31",
    ),
    Recognizer(
        name="ch_ahv",
        entity_type="CH_AHV",
        pattern=rf"{NUM_LEFT}756([ .]?)[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{2}}{NUM_RIGHT}",
        trigger=r"756[ .]?[0-9]{4}[ .]?[0-9]{4}[ .]?[0-9]{2}",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=ch_ahv,
        policy=ChecksumPolicy.REQUIRED,
        context=("ahv", "avs", "ahv-nummer", "sozialversicherungsnummer", "numéro avs", "oasi"),
        context_overrides=True,
        source="AHVG 50c: EAN-13",
    ),
    keyed(
        "eu_passport", "PASSPORT_NUMBER", rf"{LEFT}(?=[0-9A-Z]*[0-9]{{4}})(?!(?-i:[0-9]*[a-f][0-9a-f]*){RIGHT})[0-9A-Z]{{7,10}}{RIGHT}", r"[0-9]{4}",
        ("passport number", "passport no", "passport #", "passport id", "passportnumber", "passeport", "pasaporte", "passaporto",
         "reisepass", "paspoort", "pass nr", "paszport", "旅券", "パスポート", "护照", "여권번호", "여권 번호"),
        boosted=0.7, far=0.55, specificity=Specificity.CATCHALL, source="ICAO 9303: up to nine characters",
    ),
)  # fmt: skip
