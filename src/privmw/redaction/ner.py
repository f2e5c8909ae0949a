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
import re
import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from time import monotonic

from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.neroptions import NerOptions, SpanModel, load_model
from privmw.redaction.operators import Replace
from privmw.redaction.redactor import Redactor, Transformed
from privmw.types import Match

__all__ = ["Findings", "NerOptions", "NerRedactor", "NerTier", "SpanModel", "load_model"]

Names = Callable[[str], Sequence[Match]]


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
        self._calls = 0
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
        call = self._start(texts)
        deadline = None if self.options.overload == "wait" else monotonic() + self.options.timeout
        try:
            for text, job in call.jobs.items():
                try:
                    call.known[text] = job.result(None if deadline is None else max(0.0, deadline - monotonic()))
                except FutureTimeoutError:
                    self._slow(call)
                except CancelledError:
                    raise _closed() from None
        finally:
            call.abandon()
        return call.findings()

    async def find_async(self, texts: Iterable[str]) -> Findings:
        """The same without blocking the event loop.

        Raises:
            RedactionError: See :meth:`find`.
        """
        call = self._start(texts)
        deadline = monotonic() + self.options.timeout
        try:
            for text, job in call.jobs.items():
                waiting = asyncio.wrap_future(job)
                try:
                    if self.options.overload == "wait":
                        call.known[text] = await waiting
                    else:
                        call.known[text] = await asyncio.wait_for(waiting, max(0.001, deadline - monotonic()))
                except TimeoutError:
                    self._slow(call)
                except asyncio.CancelledError:
                    task = asyncio.current_task()
                    if task is not None and task.cancelling():
                        raise
                    raise _closed() from None  # it was the tier that went, not the caller
        finally:  # also where the caller has gone
            call.abandon()
        return call.findings()

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

    def _start(self, texts: Iterable[str]) -> _Call:
        call = _Call()
        new = []
        for text in dict.fromkeys(texts):
            matches = self._recall(text) if _is_prose(text) else ()
            if matches is None:
                new.append(text)
            else:
                call.known[text] = matches
        if not new:
            return call
        pool = self._admitted()
        if pool is not None:
            call.left, call.leave = len(new), self._leave
            for text in new:
                call.jobs[text] = job = pool.submit(self._look, text)
                job.add_done_callback(call.done)
            return call
        self.skipped["full"] += len(new)
        call.complete = False
        if self.options.overload == "block":
            raise RedactionError("model", remedy="The NER tier's queue is full; raise ner.queue or ner.workers")
        return call

    def _admitted(self) -> ThreadPoolExecutor | None:
        """The pool, where there is room for one more call."""
        options = self.options
        with self._lock:
            if self._calls >= options.queue + options.workers and options.overload != "wait":
                return None
            self._calls += 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(options.workers, thread_name_prefix="privmw-ner")
            return self._pool

    def _leave(self) -> None:
        with self._lock:
            self._calls -= 1

    def _slow(self, call: _Call) -> None:
        self.skipped["slow"] += 1
        call.complete = False
        if self.options.overload == "block":
            raise RedactionError("model", remedy="The NER tier was too slow; raise ner.timeout or ner.workers")

    def _look(self, text: str) -> tuple[Match, ...]:
        wanted = self.options.entities
        try:
            spans = self._loaded().find(text)
        except ConfigurationError:
            raise
        except Exception as error:
            raise RedactionError("type", remedy="The NER model failed on a text") from error
        matches = tuple(
            Match(span.entity_type, span.start, span.end, span.score) for span in spans if span.entity_type in wanted
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


class _Call:
    """What is known of the texts of one call, and what is under way.

    Attributes:
        known: Matches by text.
        jobs: Texts that the model looks at.
        complete: No text was left out.
        left: Jobs that have not ended.
        leave: Gives the call's place back when all have.
    """

    def __init__(self) -> None:
        self.known: dict[str, tuple[Match, ...]] = {}
        self.jobs: dict[str, Future[tuple[Match, ...]]] = {}
        self.complete = True
        self.left = 0
        self.leave: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def done(self, job: Future[tuple[Match, ...]]) -> None:
        """Note that a job has ended."""
        del job
        with self._lock:
            self.left -= 1
            last = self.left == 0
        if last and self.leave is not None:
            self.leave()

    def abandon(self) -> None:
        """Take back the jobs that have not begun: nobody waits for them any more."""
        for job in self.jobs.values():
            job.cancel()

    def findings(self) -> Findings:
        """What was found."""
        return _findings(self.known, self.complete)


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
        self.version = f"{core.version}+{tier.options.model.rpartition(os.sep)[2]}"

    async def prepare(self, value: object) -> Findings:
        """Have the model look at the texts of a value, without blocking the event loop.

        Returns:
            What it found, for :meth:`transform`; its ``complete`` says whether it looked at everything.

        Raises:
            RedactionError: See :meth:`NerTier.find`.
        """
        return await self.tier.find_async(self.core.texts(value))

    def look(self, value: object) -> Findings:
        """The same for a thread that may block.

        Raises:
            RedactionError: See :meth:`NerTier.find`.
        """
        return self.tier.find(self.core.texts(value))

    def transform(self, value: object, replace: Replace, *, names: Names | None = None) -> Transformed:
        """Replace what the core and the model find.

        On an event loop the model is not run: there :meth:`prepare` must have been awaited, and a text that it has not
        seen counts as one for which the tier was too slow.

        Args:
            value: A text or JSON-like value.
            replace: ``(entity_type, original) -> replacement``.
            names: What :meth:`prepare` or :meth:`look` found in it; ``None`` looks now.

        Raises:
            RedactionError: A limit was exceeded, a text could not be looked at, or the tier's options say ``block``.
        """
        if names is None:
            names = self._remembered(value) if _on_event_loop() else self.look(value)
        return self.core.transform(value, replace, names=names)

    def _remembered(self, value: object) -> Findings:
        findings = self.tier.remembered(text for text in self.core.texts(value) if _is_prose(text))
        if not findings.complete and self.tier.options.overload != "core_only":
            raise RedactionError("model", remedy="Await prepare() before transform() on an event loop")
        return findings


def _is_prose(text: str) -> bool:
    """Whether a text can hold a name: not a number, an identifier or an address on the net."""
    if len(text) < 3:
        return False
    if not text.isascii() or _SPACE.search(text):
        return any(map(str.isalpha, text))
    return _WORD.fullmatch(text) is not None and not text.islower()


_SPACE = re.compile(r"\s", re.ASCII)
_WORD = re.compile(r"[A-Za-z'.,;!?()-]+", re.ASCII)


def _findings(known: Mapping[str, tuple[Match, ...]], complete: bool) -> Findings:
    return Findings({text: matches for text, matches in known.items() if matches}, complete)


def _closed() -> RedactionError:
    return RedactionError("model", remedy="The NER tier was closed while a text waited for it")


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
