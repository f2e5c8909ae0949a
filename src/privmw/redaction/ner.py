"""The NER tier: names, addresses and places in prose, by a model, beside the core and never instead of it.

A model takes milliseconds where the core takes microseconds. So it runs in a bounded pool of threads, never on an event
loop, only where a profile asks for it, and what happens when the pool is full or slow is that profile's decision:
``block`` (the value must not be used), ``core_only`` (the core's matches alone, flagged and counted) or ``wait``.
Results are remembered by a keyed digest of the text, because a conversation sends its history again with every turn.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal, Protocol

from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.operators import Replace
from privmw.redaction.redactor import Redactor, Transformed
from privmw.types import Match

__all__ = ["Findings", "NerOptions", "NerRedactor", "NerTier", "SpanModel", "load_model"]

Overload = Literal["block", "core_only", "wait"]

_ENTITIES = frozenset({"PERSON", "STREET_ADDRESS", "LOCATION", "DATE_OF_BIRTH"})


class SpanModel(Protocol):
    """What the tier needs of a model; thread-safe."""

    @property
    def entity_types(self) -> frozenset[str]:
        """What it can find."""

    def find(self, text: str) -> Sequence[Any]:
        """Spans with ``entity_type``, ``start``, ``end`` and ``score``: ordered, not overlapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NerOptions:
    """Settings of the tier.

    Attributes:
        model: ``rampart`` (shipped by the ``ner`` extra), the folder of an ONNX token-classification model, or
            ``spacy:NAME`` for an installed spaCy pipeline.
        entities: Entity types to take from the model.
        threshold: Probability from which an uncapitalised word counts; capitalised ones count earlier.
        workers: Threads; each text runs on one.
        queue: Texts that may wait for a thread.
        timeout: Seconds that one call may take.
        overload: What happens when the queue is full or the time is up.
        remembered: Texts whose results are remembered.

    Raises:
        ConfigurationError: A number is not positive, or ``overload`` is unknown.
    """

    model: str = "rampart"
    entities: frozenset[str] = _ENTITIES
    threshold: float = 0.4
    workers: int = 1
    queue: int = 64
    timeout: float = 5.0
    overload: Overload = "block"
    remembered: int = 4096

    def __post_init__(self) -> None:
        for name in ("workers", "queue", "timeout"):
            if not getattr(self, name) > 0:
                raise ConfigurationError("must be more than zero", field=f"ner.{name}")
        if self.overload not in {"block", "core_only", "wait"}:
            raise ConfigurationError("is unknown", field="ner.overload", remedy="Use block, core_only or wait")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the model found in some texts.

    Attributes:
        matches: By text; texts without any are left out.
        complete: Every text was looked at; ``False`` only with ``core_only``.
    """

    matches: Mapping[str, Sequence[Match]] = field(default_factory=dict)
    complete: bool = True

    def __call__(self, text: str) -> Sequence[Match]:
        """The matches of one text, as :meth:`privmw.redaction.redactor.Redactor.transform` asks for them."""
        return self.matches.get(text, ())


def load_model(options: NerOptions) -> SpanModel:
    """Load the model that the options name.

    Raises:
        ConfigurationError: It is not installed, or not a model.
    """
    if options.model.startswith("spacy:"):
        from privmw.redaction.nerspacy import SpacyModel

        return SpacyModel(options.model.removeprefix("spacy:"))
    from privmw.redaction.nermodel import OnnxModel, find_model

    return OnnxModel(find_model(options.model), threshold=options.threshold)


class NerTier:
    """Runs a model over texts, in threads of its own.

    The model is loaded by :meth:`load`, or by the first call. After a fork the child has its own threads.

    Args:
        options: Settings.
        model: A loaded model, instead of the one that the options name.

    Attributes:
        options: As given.
        skipped: Texts that the model has not looked at, by ``"full"`` and ``"slow"``; never silence.
    """

    def __init__(self, options: NerOptions | None = None, *, model: SpanModel | None = None) -> None:
        self.options = options or NerOptions()
        self.skipped: Counter[str] = Counter()
        self._model = model
        self._key = os.urandom(32)
        self._reset()
        _TIERS.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._pending = 0
        self._remembered: OrderedDict[bytes, tuple[Match, ...]] = OrderedDict()

    def load(self) -> None:
        """Load the model now, so that a missing one stops the start and not a request.

        Raises:
            ConfigurationError: It is not installed, or not a model.
        """
        self._loaded()

    def close(self) -> None:
        """End the threads; texts that wait are dropped."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def find(self, texts: Iterable[str]) -> Findings:
        """Find entities in texts, from a thread that may block.

        Raises:
            RedactionError: The pool is full or slow and the options say ``block``, or the model failed.
        """
        known, jobs = self._start(texts)
        deadline = None if self.options.overload == "wait" else monotonic() + self.options.timeout
        complete = len(jobs.refused) == 0
        for text, job in jobs.running.items():
            try:
                known[text] = job.result(None if deadline is None else max(0.0, deadline - monotonic()))
            except FutureTimeoutError:
                complete = False
                self._slow(job)
            except RedactionError:
                raise
            except Exception as error:
                raise _failed() from error
        return _findings(known, complete)

    async def find_async(self, texts: Iterable[str]) -> Findings:
        """The same without blocking the event loop.

        Raises:
            RedactionError: See :meth:`find`.
        """
        known, jobs = self._start(texts)
        deadline = monotonic() + self.options.timeout
        complete = len(jobs.refused) == 0
        for text, job in jobs.running.items():
            waiting = asyncio.wrap_future(job)
            try:
                if self.options.overload == "wait":
                    known[text] = await waiting
                else:
                    known[text] = await asyncio.wait_for(waiting, max(0.001, deadline - monotonic()))
            except TimeoutError:
                complete = False
                self._slow(job)
            except RedactionError:
                raise
            except Exception as error:
                raise _failed() from error
        return _findings(known, complete)

    def remembered(self, texts: Iterable[str]) -> Findings:
        """What is remembered of texts, without a look at the others."""
        known: dict[str, tuple[Match, ...]] = {}
        complete = True
        for text in texts:
            matches = self._recall(text)
            if matches is None:
                complete = False
            else:
                known[text] = matches
        return _findings(known, complete)

    def _start(self, texts: Iterable[str]) -> tuple[dict[str, tuple[Match, ...]], _Jobs]:
        known: dict[str, tuple[Match, ...]] = {}
        jobs = _Jobs()
        for text in dict.fromkeys(texts):
            matches = () if not _is_prose(text) else self._recall(text)
            if matches is not None:
                known[text] = matches
                continue
            job = self._submit(text)
            if job is None:
                jobs.refused.append(text)
            else:
                jobs.running[text] = job
        if jobs.refused:
            self.skipped["full"] += len(jobs.refused)
            if self.options.overload == "block":
                for job in jobs.running.values():
                    job.cancel()
                raise RedactionError("time", remedy="The NER tier's queue is full; raise ner.queue or ner.workers")
        return known, jobs

    def _submit(self, text: str) -> Future[tuple[Match, ...]] | None:
        options = self.options
        with self._lock:
            if self._pending >= options.queue + options.workers and options.overload != "wait":
                return None
            if self._pool is None:
                self._pool = ThreadPoolExecutor(options.workers, thread_name_prefix="privmw-ner")
            self._pending += 1
            job = self._pool.submit(self._look, text)
        job.add_done_callback(self._done)
        return job

    def _done(self, job: Future[tuple[Match, ...]]) -> None:
        del job
        with self._lock:
            self._pending -= 1

    def _slow(self, job: Future[tuple[Match, ...]]) -> None:
        job.cancel()
        self.skipped["slow"] += 1
        if self.options.overload == "block":
            raise RedactionError("time", remedy="The NER tier was too slow; raise ner.timeout or ner.workers")

    def _look(self, text: str) -> tuple[Match, ...]:
        wanted = self.options.entities
        matches = tuple(
            Match(span.entity_type, span.start, span.end, span.score)
            for span in self._loaded().find(text)
            if span.entity_type in wanted
        )
        digest = self._digest(text)
        with self._lock:
            self._remembered[digest] = matches
            while len(self._remembered) > self.options.remembered:
                self._remembered.popitem(last=False)
        return matches

    def _recall(self, text: str) -> tuple[Match, ...] | None:
        digest = self._digest(text)
        with self._lock:
            matches = self._remembered.get(digest)
            if matches is not None:
                self._remembered.move_to_end(digest)
        return matches

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def _loaded(self) -> SpanModel:
        model = self._model
        if model is None:
            with _LOADING:
                model = self._model
                if model is None:
                    model = self._model = load_model(self.options)
        return model


class _Jobs:
    """Texts under way, and those that the pool had no room for."""

    def __init__(self) -> None:
        self.running: dict[str, Future[tuple[Match, ...]]] = {}
        self.refused: list[str] = []


class NerRedactor:
    """A core and a NER tier as one redactor, for the surfaces that replace what they send.

    Args:
        core: The redactor.
        tier: The tier.
    """

    def __init__(self, core: Redactor, tier: NerTier) -> None:
        self.core = core
        self.tier = tier
        self.entity_types = core.entity_types | tier.options.entities
        self.version = f"{core.version}+{tier.options.model.replace(os.sep, '_')}"

    async def prepare(self, value: object) -> None:
        """Have the model look at the texts of a value, so that :meth:`transform` finds its results remembered.

        Raises:
            RedactionError: See :meth:`NerTier.find`.
        """
        await self.tier.find_async(self.core.texts(value))

    def transform(self, value: object, replace: Replace) -> Transformed:
        """Replace what the core and the model find.

        On an event loop the model is not run: there :meth:`prepare` must have been awaited, and a text that it has not
        seen counts as one for which the tier was too slow.

        Raises:
            RedactionError: A limit was exceeded, a text could not be looked at, or the tier's options say ``block``.
        """
        texts = [text for text in self.core.texts(value) if _is_prose(text)]
        if _on_event_loop():
            findings = self.tier.remembered(texts)
            if not findings.complete and self.tier.options.overload != "core_only":
                raise RedactionError("time", remedy="Await prepare() before transform() on an event loop")
        else:
            findings = self.tier.find(texts)
        return self.core.transform(value, replace, names=findings)


def _is_prose(text: str) -> bool:
    """Whether a text can hold a name: two letters in a row, and not one of JSON's bare words."""
    return len(text) > 2 and any(map(str.isalpha, text)) and not (text.isascii() and text.islower() and " " not in text)


def _findings(known: Mapping[str, tuple[Match, ...]], complete: bool) -> Findings:
    return Findings({text: matches for text, matches in known.items() if matches}, complete)


def _failed() -> RedactionError:
    return RedactionError("type", remedy="The NER model failed on a text")


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


_LOADING = threading.Lock()
_TIERS: weakref.WeakSet[NerTier] = weakref.WeakSet()


def _after_fork() -> None:
    global _LOADING
    _LOADING = threading.Lock()
    for tier in _TIERS:
        tier._reset()


_register: Callable[..., None] | None = getattr(os, "register_at_fork", None)
if _register is not None:
    _register(after_in_child=_after_fork)
