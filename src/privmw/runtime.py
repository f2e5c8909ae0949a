"""The composition root: settings in, everything built, surfaces installed and taken out again."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import threading
from collections.abc import Callable
from enum import StrEnum
from functools import partial

from privmw.consent import Consent, ConsentLookup
from privmw.context import require_context
from privmw.egress.background import BackgroundTransfers
from privmw.egress.guard import Guard
from privmw.errors import ConfigurationError
from privmw.ledger.ambient import AmbientCounter, AmbientSource
from privmw.ledger.assemble import assemble
from privmw.ledger.consents import ConsentRecorder
from privmw.ledger.unkept import Unkept
from privmw.ledger.writing.writer import LedgerWriter
from privmw.policy.register import Register
from privmw.policy.vocabulary import category_of, is_national_id, is_special
from privmw.redaction.configured import configured_redactor, configured_tier
from privmw.redaction.digest import KeyedDigest
from privmw.redaction.ner import NerRedactor
from privmw.redaction.profiles import profile_named
from privmw.redaction.pseudonymkeys import configured_keys
from privmw.redaction.redactor import Redactor
from privmw.settings import PrivacySettings
from privmw.settings.nearest import did_you_mean
from privmw.types import ConsentState

__all__ = ["Runtime", "Surface", "ambient", "install", "record_consent", "uninstall"]


class Surface(StrEnum):
    """A place where data leave the process, or the ledger that records it."""

    LEDGER = "ledger"
    LOGS = "logs"
    OTEL = "otel"
    SENTRY = "sentry"
    ANALYTICS = "analytics"
    EGRESS = "egress"


class Runtime:
    """Everything that one set of settings needs, built once and shared by all middleware.

    Surfaces are counted: several middleware may use one, the last to release it takes it out.

    Args:
        settings: The settings.

    Attributes:
        settings: The settings.
        register: Declared recipients and purposes.
        redactor: Redactor of the profile ``[redaction] profile``.
        ledger: The writer of transfer records, ``None`` where ``[ledger] enabled = false``.
        names: Finds names in AI prompts; ``None`` where ``[ner]`` or ``[egress]`` is switched off, or its libraries are
            missing.
        guard: Decides on outbound calls.
        input_guard: Finds what users must not send in; ``None`` where switched off.
        consent_lookup: Asked for a consent that the request's context does not hold.
        consents: Records decisions and opt-outs.

    Raises:
        ConfigurationError: A setting cannot be carried out.
    """

    def __init__(self, settings: PrivacySettings) -> None:
        self.settings = settings
        self.register = Register.from_settings(settings)
        self.consent_lookup: ConsentLookup | None = None
        self._redactors: dict[str, Redactor] = {}
        for section in ("redaction", "logs", "otel", "sentry", "analytics"):
            with settings.placing(section, "profile"):
                profile_named(getattr(settings, section).profile or settings.redaction.profile)
        for profile in settings.redaction.profiles:  # whether a surface uses it or not: a mistake stops the start
            self.redactor_for(profile)
        self.redactor = self.redactor_for(settings.redaction.profile)
        with settings.placing("input_guard", "entities"):
            self.input_guard = (
                Redactor(entities=settings.input_guard.entities or _forbidden_types(self.redactor))
                if settings.input_guard.enabled
                else None
            )
        self._ledger = assemble(settings, self.register) if settings.ledger.enabled else None
        self.ledger: LedgerWriter | None = self._ledger.writer if self._ledger else None
        self._ambient: AmbientCounter | None = self._ledger.ambient if self._ledger else None
        self._hosting = tuple(
            self.ambient(key) for key, recipient in self.register.recipients.items() if recipient.channel == "ambient"
        )
        self._keys = configured_keys(settings)
        self._references = KeyedDigest(self._derived(b"subject reference"))
        sink = self.ledger if self.ledger is not None else Unkept()
        prompts = self.redactor_for("ai")
        with settings.placing("ner"):
            self.names = configured_tier(settings) if settings.egress.enabled else None
        self.guard = Guard(
            self.register,
            prompts if self.names is None else NerRedactor(prompts, self.names),
            sink,
            keys=self._keys,
            enforcement=settings.enforcement,
            max_body=settings.egress.max_body_bytes,
            subject_ref=self.subject_ref,
        )
        self.consents = ConsentRecorder(self.register, self.ledger, reference=self.subject_ref)
        self._background = BackgroundTransfers(
            self.register,
            sink,
            detector_version=self.redactor.version,
            enforcement=settings.enforcement,
            subject_ref=self.subject_ref,
        )
        self._users: dict[Surface, int] = {}

    _shared: Runtime | None = None
    _shared_lock = threading.Lock()

    @classmethod
    def shared(cls, settings: PrivacySettings | None = None) -> Runtime:
        """The process's runtime for these settings; the same one for equal settings.

        Args:
            settings: The settings; ``None`` means those of the shared runtime, or of ``privmw.toml`` where none is.
        """
        with cls._shared_lock:
            current = cls._shared
            if current is not None and (settings is None or settings == current.settings):
                return current
            cls._shared = cls(settings if settings is not None else PrivacySettings())
            return cls._shared

    def redactor_for(self, profile: str | None) -> Redactor:
        """The redactor of a profile, with what ``[redaction]`` and ``[recognizers]`` of the settings change in it."""
        name = profile or self.settings.redaction.profile
        if name not in self._redactors:
            self._redactors[name] = configured_redactor(self.settings, name)
        return self._redactors[name]

    def subject_ref(self, value: str) -> str:
        """The keyed reference under which a subject or tenant stands in records, 32 hex digits."""
        return self._references.of(value.encode("utf-8", "surrogatepass")).hex()[:32]

    def use(self, surface: Surface) -> None:
        """Install a surface, if it is enabled and not installed yet.

        Where another runtime has it, this one takes it over until it lets go of it.

        Raises:
            ConfigurationError: It cannot be installed; nothing of it is then in place.
        """
        with _lock:
            if not self._users.get(surface):
                _INSTALL[surface](self)
                _installed.setdefault(surface, []).append(self)
            self._users[surface] = self._users.get(surface, 0) + 1

    def release(self, surface: Surface) -> None:
        """Take a surface out when nobody uses it any more, and give it back to the runtime that had it before."""
        with _lock:
            count = self._users.get(surface, 0)
            if count == 1:
                self._take_out(surface)
            elif count and surface is Surface.LEDGER and self._ledger is not None:
                self._ledger.rest()  # an app ends, and with it perhaps the process, whose other users say no goodbye
            self._users[surface] = max(0, count - 1)

    def _take_out(self, surface: Surface) -> None:
        others = _installed[surface]
        latest = others[-1] is self
        others.remove(self)
        if surface is Surface.LEDGER or latest:  # of what each process has once, the latest runtime's is in place
            _UNINSTALL[surface](self)
            if others and surface is not Surface.LEDGER:
                _INSTALL[surface](others[-1])

    def ambient(self, recipient: str) -> AmbientSource:
        """A declared recipient as a source of ambient transfers; see :func:`ambient`.

        Raises:
            ConfigurationError: The register does not declare it.
        """
        if recipient not in self.register.recipients:
            raise ConfigurationError(
                "an ambient transfer goes to a declared recipient",
                field=f"recipients.{recipient}",
                remedy=did_you_mean(recipient, self.register.recipients) or f"Declare it as [recipients.{recipient}].",
            )
        return AmbientSource(recipient, lambda: self._ambient)

    def count_ambient(self) -> None:
        """Count one request that reached the app through its declared hosting and network processors."""
        for source in self._hosting:
            source.count()

    def _start_ledger(self) -> None:
        if self._ledger is not None:
            self._ledger.start()

    def _close_ledger(self) -> None:
        if self._ledger is not None:
            self._ledger.close(5.0)

    def _install_logs(self) -> None:
        from privmw.logs import stdlib

        if self.settings.logs.enabled:
            stdlib.install(self.redactor_for(self.settings.logs.profile or "logs"))

    def _uninstall_logs(self) -> None:
        from privmw.logs import stdlib

        stdlib.uninstall()

    def _install_otel(self) -> None:
        from privmw import otel

        if self.settings.otel.enabled:
            otel.install(self.redactor_for(self.settings.otel.profile or "logs"))

    def _uninstall_otel(self) -> None:
        from privmw import otel

        otel.uninstall()

    def _install_sentry(self) -> None:
        if self.settings.sentry.enabled and _present("sentry_sdk"):
            from privmw import sentry

            sentry.install(
                self.redactor_for(self.settings.sentry.profile or "errors"),
                reference_key=self._derived(b"sentry"),
                permit=partial(self._background.permit, "sentry"),
            )

    def _uninstall_sentry(self) -> None:
        if self.settings.sentry.enabled and _present("sentry_sdk"):
            from privmw import sentry

            sentry.uninstall()

    def _install_analytics(self) -> None:
        if self.settings.analytics.enabled and _present("posthog"):
            from privmw.analytics import posthog
            from privmw.analytics.identifiers import IdentifierStripper

            redactor = self.redactor_for(self.settings.analytics.profile or "analytics")
            posthog.install(
                IdentifierStripper(redactor, key=self._derived(b"analytics"), recipient="posthog"),
                permit=partial(self._background.permit, "posthog", refusable=True),
            )

    def _uninstall_analytics(self) -> None:
        if self.settings.analytics.enabled and _present("posthog"):
            from privmw.analytics import posthog

            posthog.uninstall()

    def _install_egress(self) -> None:
        if self.settings.egress.enabled:
            from privmw.egress.hooks import httpx

            if self.names is not None:
                with self.settings.placing("ner", "model"):
                    self.names.load()
            self._start_ledger()
            httpx.install(self.guard)

    def _uninstall_egress(self) -> None:
        if self.settings.egress.enabled:
            from privmw.egress.hooks import httpx

            httpx.uninstall()
            if self.names is not None:
                self.names.close()
            if self._ledger is not None and not self._users.get(Surface.LEDGER):
                self._ledger.rest()  # the guard had it started, and nobody else will close it

    def _derived(self, label: bytes) -> bytes:
        return hmac.new(self._keys[-1], b"privmw " + label, hashlib.sha256).digest()


_INSTALL: dict[Surface, Callable[[Runtime], None]] = {
    Surface.LEDGER: Runtime._start_ledger,
    Surface.LOGS: Runtime._install_logs,
    Surface.OTEL: Runtime._install_otel,
    Surface.SENTRY: Runtime._install_sentry,
    Surface.ANALYTICS: Runtime._install_analytics,
    Surface.EGRESS: Runtime._install_egress,
}
_UNINSTALL: dict[Surface, Callable[[Runtime], None]] = {
    Surface.LEDGER: Runtime._close_ledger,
    Surface.LOGS: Runtime._uninstall_logs,
    Surface.OTEL: Runtime._uninstall_otel,
    Surface.SENTRY: Runtime._uninstall_sentry,
    Surface.ANALYTICS: Runtime._uninstall_analytics,
    Surface.EGRESS: Runtime._uninstall_egress,
}


_lock = threading.RLock()
_installed: dict[Surface, list[Runtime]] = {}
"""Which runtimes have a surface in use, the latest last: surfaces are patches of the whole process."""


def _forbidden_types(redactor: Redactor) -> list[str]:
    """What users are asked not to enter where ``[input_guard]`` names nothing: national ids and special categories."""
    categories = ((entity, category_of(entity)) for entity in sorted(redactor.entity_types))
    return [entity for entity, category in categories if is_national_id(category) or is_special(category)]


def _present(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def install(settings: PrivacySettings | None = None) -> Runtime:
    """Install every surface without an app: in workers, in scripts, or before the app starts logging.

    Args:
        settings: Settings; read from ``privmw.toml`` and the environment when ``None``.

    Raises:
        ConfigurationError: A setting is unknown or wrong.
    """
    runtime = Runtime.shared(settings)
    for surface in Surface:
        runtime.use(surface)
    return runtime


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    runtime = Runtime._shared
    if runtime is not None:
        for surface in reversed(Surface):
            runtime.release(surface)


def ambient(recipient: str) -> AmbientSource:
    """Have what goes to a recipient all the time counted: a database, a cache, a host that the middleware does not see.

        privmw.ambient("aws_rds").sqlalchemy(engine)
        MongoClient(uri, event_listeners=[privmw.ambient("mongodb_atlas").pymongo()])
        privmw.ambient("redis_cloud").count(bytes_out=len(value))

    The ledger gets one record of kind ``ambient`` an hour for each recipient. Counted is in the ledger of the app that runs
    when something is counted, so a source may be attached where an engine is made, before the app has its settings.

    Args:
        recipient: Key of the register.

    Raises:
        ConfigurationError: The settings do not declare it, or are wrong.
    """
    Runtime.shared().ambient(recipient)
    return AmbientSource(recipient, _shared_counter)


def _shared_counter() -> AmbientCounter | None:
    runtime = Runtime._shared
    return None if runtime is None else runtime._ambient


def record_consent(purpose: str, state: ConsentState, *, notice_version: str | None = None) -> Consent:
    """Put on record that the identified person gave, refused or withdrew consent to a purpose; it holds at once.

        choice = record_consent("newsletter", ConsentState.GIVEN, notice_version="2026-04-17")

    Keep what it returns beside the person's choice, and give it back where privmw asks for consent
    (``PrivacyMiddleware(app, consent=...)``): transfers that rely on it then name the notice, and the record of the consent.

    Args:
        purpose: Purpose key of the register.
        state: ``given``, ``refused``, ``withdrawn`` or ``expired``.
        notice_version: Version of the notice that the person saw.

    Returns:
        The consent with the id of its record, without one where no ledger is kept.

    Raises:
        ConfigurationError: No request or job context is open, or an argument is none of these.
    """
    context = require_context("record_consent()")
    recorder = context.consent_recorder or Runtime.shared().consents.record
    return recorder(context, purpose, state, notice_version)
