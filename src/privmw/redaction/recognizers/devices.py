"""Devices and vehicles: IMEI, ICCID, IMSI, MEID, VIN, advertising identifiers."""

from __future__ import annotations

from privmw.redaction.checksums.devices import iccid, imei, vin
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, keyed

__all__ = ["RECOGNIZERS"]

_VIN = "[0-9A-HJ-NPR-Z]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("imei", "IMEI", rf"{NUM_LEFT}[0-9]{{2}}[ -]?[0-9]{{6}}[ -]?[0-9]{{6}}[ -]?[0-9]{{1,2}}{NUM_RIGHT}", r"[0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{6}",
          ("imei", "imeisv", "단말기",  "handset", "일련번호"), checksum=imei, boosted=0.95, source="3GPP TS 23.003"),
    keyed("iccid", "ICCID", rf"{NUM_LEFT}89[0-9]{{2}}(?:[ -]?[0-9]{{2,5}}){{3,5}}{NUM_RIGHT}", r"89[0-9]{2}[ -]?[0-9]{2}",
          ("iccid", "sim", "sim card", "uicc", "유심", "usim", "esim"), checksum=iccid, boosted=0.95, source="ITU-T E.118"),
    keyed("imsi", "IMSI", rf"{NUM_LEFT}[2-7][0-9]{{13,14}}{NUM_RIGHT}", r"[2-7][0-9]{13}", ("imsi", "subscriber identity"), source="ITU-T E.212"),
    keyed("meid", "MEID", rf"{LEFT}(?:[A-F][0-9A-F]{{13}}|99[0-9A-F]{{12}}|[0-9]{{18}}){RIGHT}", r"[0-9A-F]{14}", ("meid", "esn"), source="3GPP2 S.R0048"),
    keyed("vin", "VIN", rf"{LEFT}(?=[0-9A-Z]*[A-Z])(?=[0-9A-Z]*[0-9]{{2}}){_VIN}{{17}}{RIGHT}", rf"{_VIN}{{17}}",
          ("vin", "chassis", "vehicle identification",  "차대번호", "fahrgestellnummer"), checksum=vin, policy=ChecksumPolicy.BOOSTS,
          source="ISO 3779; European numbers carry no check digit"),
    keyed("advertising_id", "DEVICE_ID",
          rf"{LEFT}(?:[0-9A-F]{{8}}-(?:[0-9A-F]{{4}}-){{3}}[0-9A-F]{{12}}|[0-9A-F]{{16}}|[0-9A-F]{{32}}|[0-9A-F]{{40}}){RIGHT}", r"[0-9A-F]{8}-?[0-9A-F]{4}",
          ("idfa", "gaid", "aaid", "adid", "idfv", "advertising id", "advertiser id", "android id", "device id", "udid", "oaid", "광고식별자", "기기식별자"),
          specificity=Specificity.GENERIC, source="Apple AdSupport, Google Play services"),
)  # fmt: skip
