"""Presidio's pattern recognizers for English, without a language model (``no_op``), and its anonymizer."""

from __future__ import annotations

import logging
from typing import Any

LABEL = "presidio, no_op"
PACKAGE = "presidio-analyzer"
_state: dict[str, Any] = {}


def setup() -> None:
    logging.disable(logging.WARNING)
    import tldextract.tldextract as tld
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_anonymizer import AnonymizerEngine

    # The e-mail recognizer would fetch the public suffix list over the network on its first call.
    tld.TLD_EXTRACTOR = tld.TLDExtract(suffix_list_urls=())
    configuration = {"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "no_op"}]}
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    _state["analyzer"] = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    make_anonymizer: Any = AnonymizerEngine
    _state["anonymizer"] = make_anonymizer()


def entities() -> int:
    return len(_state["analyzer"].get_supported_entities())


def text(data: str) -> str:
    found = _state["analyzer"].analyze(data, language="en")
    return str(_state["anonymizer"].anonymize(data, found).text)
