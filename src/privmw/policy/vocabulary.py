"""What keys mean: prefix rules, which entity types are which data category, which categories are special."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from privmw.settings.vocabulary import categories, is_under, subjects, uses

__all__ = [
    "CARD",
    "NATIONAL_ID",
    "SPECIAL",
    "categories",
    "categories_of",
    "category_of",
    "covered",
    "is_national_id",
    "is_special",
    "is_under",
    "subjects",
    "uses",
]

NATIONAL_ID = "user.government_id.national_identification_number"
CARD = "user.financial.credit_card"
SPECIAL = (
    # GDPR art. 9(1) and 10; PIPA art. 23 with Decree art. 18
    "user.health_and_medical",
    "user.biometric",
    "user.authorization.biometric",
    "user.criminal_history",
    "user.demographic.political_opinion",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.sexual_orientation",
)
"""Special categories of personal data."""

_BY_ENTITY = {
    "AGE": "user.demographic.age_range",
    "BTC_ADDRESS": "user.financial",
    "COOKIE": "user.device.cookie",
    "CREDIT_CARD": CARD,
    "CRYPTO": "user.financial",
    "CVV": CARD,
    "DATE_OF_BIRTH": "user.demographic.date_of_birth",
    "DATE_TIME": "user",
    "EMAIL_ADDRESS": "user.contact.email",
    "ETH_ADDRESS": "user.financial",
    "GPS_COORDINATES": "user.location.precise",
    "IBAN_CODE": "user.financial.bank_account",
    "IMEI": "user.device.device_id",
    "IMSI": "user.device.device_id",
    "IN_VOTER": NATIONAL_ID,
    "IP_ADDRESS": "user.device.ip_address",
    "JWT": "user.authorization.credentials",
    "LICENSE_PLATE": "user.government_id.vehicle_registration",
    "LOCATION": "user.contact.address",
    "MAC_ADDRESS": "user.device.device_id",
    "KR_PNU": "user.contact.address",
    "MEDICAL_LICENSE": "user.workplace",
    "MEDICAL_RECORD_NUMBER": "user.health_and_medical.record_id",
    "MRZ": "user.government_id.passport_number",
    "NATIONALITY": "user.demographic",
    "NRP": "user.demographic.race_ethnicity",
    "ORGANIZATION": "user.contact.organization",
    "PASSWORD": "user.authorization.password",
    "PERSON": "user.name",
    "PHONE_NUMBER": "user.contact.phone_number",
    "STREET_ADDRESS": "user.contact.address.street",
    "SUBJECT_ID": "user.unique_id",
    "SWIFT_CODE": "user.financial.bank_account",
    "TITLE": "user.job_title",
    "UK_NHS": "user.health_and_medical.record_id",
    "KR_ACCOUNT": "user.financial.bank_account",
    "URL": "user.contact.url",
    "USER_PATH": "user.account.username",
    "US_CLAIM_NUMBER": "user.health_and_medical.insurance_beneficiary_id",
    "US_MBI": "user.health_and_medical.insurance_beneficiary_id",
    "US_PRESCRIPTION_NUMBER": "user.health_and_medical.record_id",
    "US_REFERRAL_NUMBER": "user.health_and_medical.record_id",
    "USERNAME": "user.account.username",
    "USER_AGENT": "user.device",
    "UUID": "user.unique_id",
    "VIN": "user.government_id.vehicle_registration",
    "ZIP_CODE": "user.contact.address.postal_code",
}
# Whole parts of an entity name, in order of precedence, for the many countries' and vendors' variants of one kind.
_BY_PART: tuple[tuple[str, str], ...] = (
    ("PASSPORT", "user.government_id.passport_number"),
    ("DRIVER_LICENSE DRIVING_LICENCE FUEHRERSCHEIN", "user.government_id.drivers_license_number"),
    ("VEHICLE LICENSE_PLATE KFZ TRAFFIC_REGISTER", "user.government_id.vehicle_registration"),
    ("MEDICARE NHS NHI HEALTH MEDICAL TAJ", "user.health_and_medical.record_id"),
    ("NPI LANR BSNR", "user.workplace"),
    ("IMMIGRATION VISA", "user.government_id.immigration"),
    ("CREDIT_CARD CARD_NUMBER", CARD),
    (
        "NATIONAL SOCIAL_SECURITY ID_CARD ID_NUMBER ID_DOCUMENT PERSONAL_CODE RESIDENT_ID CITIZEN TAX_ID TAX_NUMBER",
        NATIONAL_ID,
    ),
    ("INCOME_TAX BIRTH_NUMBER CEDULA KENNITALA EMSO", NATIONAL_ID),
    (
        "VAT CNPJ USCC CIF SIRET SIREN NIT REGON ORGANISATIONSNUMMER HANDELSREGISTER BRN CORPORATE COMPANY",
        "user.workplace",
    ),
    ("ABN ACN GSTIN UEN LEI EIN NIP AFM CUIT PCCC", "user.workplace"),
    ("PASSWORD PASSWD", "user.authorization.password"),
    ("BANK ACCOUNT_NUMBER ROUTING SORT_CODE CLABE IFSC BIC UPI BVN", "user.financial.bank_account"),
    (
        "TOKEN SECRET KEY CREDENTIAL CREDENTIALS BEARER AUTHORIZATION WEBHOOK CONNECTION_STRING SESSION BASIC_AUTH",
        "user.authorization.credentials",
    ),
    ("CLIENT_ID ACCESS_ID ACCOUNT_SID SIGNATURE VAULT", "user.authorization.credentials"),
    ("PHONE MOBILE TELEPHONE FAX", "user.contact.phone_number"),
    ("EMAIL", "user.contact.email"),
    ("POSTCODE POSTAL ZIP EIRCODE PLZ", "user.contact.address.postal_code"),
    ("GEO GPS COORDINATE COORDINATES", "user.location.precise"),
    ("DEVICE IMEI MEID ICCID", "user.device.device_id"),
    ("ADDRESS", "user.contact.address"),
    ("BIRTH", "user.demographic.date_of_birth"),
)
_NATIONAL_ENTITIES = (
    "KR_RRN KR_FRN KR_ARC US_SSN US_ITIN US_PTIN UK_NINO UK_UTR ES_NIF ES_NIE IT_FISCAL_CODE IT_IDENTITY_CARD "
    "PL_PESEL FI_PERSONAL_IDENTITY_CODE SE_PERSONNUMMER DK_CPR NO_FODSELSNUMMER FR_NIR FR_NIF NL_BSN BE_NN AT_SVNR "
    "CH_AHV IE_PPSN PT_NIF RO_CNP BG_EGN CZ_RC SK_RC HR_OIB EE_IK LT_AK LV_PK GR_AMKA IN_AADHAAR IN_PAN SG_NRIC_FIN "
    "SG_NRIC SG_FIN AU_TFN NZ_IRD CN_RIC CN_ID JP_MY_NUMBER TW_ID HK_HKID TH_TNIN TH_ID MY_NRIC ID_NIK PH_PHILSYS "
    "PH_TIN PH_UMID VN_CCCD BR_CPF BR_RG MX_CURP MX_RFC MX_NSS AR_DNI PE_DNI CL_RUT CO_NUIP CA_SIN ZA_ID TR_TCKN IL_ID "
    "RU_INN UA_RNTRC NG_NIN KE_ID AE_EMIRATES_ID PK_CNIC LK_NIC"
)
_NATIONAL = frozenset(_NATIONAL_ENTITIES.split())
"""Numbers that a state gives to a person for life or for tax and social security."""


@lru_cache(maxsize=4096)
def category_of(entity_type: str) -> str:
    """The fideslang data category of an entity type.

    An entity type that nobody mapped is ``user``, the widest category, so that only a recipient that is declared for
    all user data may get it as it is.
    """
    known = _BY_ENTITY.get(entity_type)
    if known is not None:
        return known
    if entity_type in _NATIONAL:
        return NATIONAL_ID
    whole = f"_{entity_type}_"
    for parts, category in _BY_PART:
        if any(f"_{part}_" in whole for part in parts.split()):
            return category
    return "user"


def categories_of(entity_types: Iterable[str]) -> frozenset[str]:
    """The fideslang data categories of entity types (``EMAIL_ADDRESS`` → ``user.contact.email``)."""
    return frozenset(map(category_of, entity_types))


def covered(key: str, rules: Iterable[str]) -> bool:
    """Whether one of the rules is the key or a parent of it."""
    return any(is_under(key, rule) for rule in rules)


def is_special(category: str) -> bool:
    """Whether a category is special (GDPR art. 9 and 10, PIPA art. 23)."""
    return covered(category, SPECIAL)


def is_national_id(category: str) -> bool:
    """Whether a category is a national identification number (PIPA art. 24-2: barred unless a law allows it)."""
    return is_under(category, NATIONAL_ID)
