"""``PrivacySettings``: one frozen value that holds everything a deployment may set."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from privmw.errors import ConfigurationError
from privmw.settings.crosscheck import dangling
from privmw.settings.environment import CONFIG_VARIABLE, read_environment
from privmw.settings.fields import KeyName
from privmw.settings.ner import NerSettings
from privmw.settings.policy import (
    ControllerSettings,
    GroupSettings,
    PolicySettings,
    PurposeSettings,
    RecipientSettings,
    RetentionSettings,
    SuspendedSettings,
)
from privmw.settings.problems import Origin, Problem, as_error, problems_of, source_of
from privmw.settings.redaction import RecognizerSettings, RedactionSettings
from privmw.settings.surfaces import (
    AnalyticsSettings,
    EgressSettings,
    InputGuardSettings,
    LedgerSettings,
    LogsSettings,
    OTelSettings,
    PseudonymSettings,
    SentrySettings,
    SubjectSettings,
)
from privmw.types import Enforcement

__all__ = ["PrivacySettings"]

_FILE = "privmw.toml"
_PYPROJECT = "pyproject.toml"


class _Load(NamedTuple):
    origins: list[Origin]
    problems: list[Problem]
    root: Path


_loading: ContextVar[_Load] = ContextVar("privmw_settings_loading")


class _Read(PydanticBaseSettingsSource):
    """Hands one already read place to pydantic-settings, which merges it below the ones before it."""

    def __init__(self, settings_cls: type[BaseSettings], origin: Origin) -> None:
        super().__init__(settings_cls)
        self._origin = origin

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._origin.data.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(self._origin.data)


class PrivacySettings(BaseSettings):
    """All settings, from (first wins) arguments, ``PRIVMW_*`` variables, ``privmw.toml``, ``[tool.privmw]``.

    With none of them the defaults protect: everything is redacted, undeclared recipients are denied.

    Args:
        config_file: Settings file to read instead of ``./privmw.toml``; it must exist. ``PRIVMW_CONFIG`` does the same.
        values: Sections and settings by name, each as a mapping or a section object.

    Raises:
        ConfigurationError: A setting is unknown or wrong, a file cannot be read. All mistakes are listed at once, each
            with its place and the nearest right spelling, none with its value.
    """

    model_config = SettingsConfigDict(
        env_prefix="PRIVMW_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    enforcement: Enforcement = Enforcement.BLOCK
    controller: ControllerSettings = ControllerSettings()
    policy: PolicySettings = PolicySettings()
    purposes: dict[KeyName, PurposeSettings] = Field(default_factory=dict)
    recipients: dict[KeyName, RecipientSettings] = Field(default_factory=dict)
    groups: dict[KeyName, GroupSettings] = Field(default_factory=dict)
    retention: dict[KeyName, RetentionSettings] = Field(default_factory=dict)
    suspended: SuspendedSettings = SuspendedSettings()
    egress: EgressSettings = EgressSettings()
    redaction: RedactionSettings = RedactionSettings()
    recognizers: dict[KeyName, RecognizerSettings] = Field(default_factory=dict)
    ner: NerSettings = NerSettings()
    pseudonyms: PseudonymSettings = PseudonymSettings()
    ledger: LedgerSettings = LedgerSettings()
    logs: LogsSettings = LogsSettings()
    sentry: SentrySettings = SentrySettings()
    otel: OTelSettings = OTelSettings()
    analytics: AnalyticsSettings = AnalyticsSettings()
    input_guard: InputGuardSettings = InputGuardSettings()
    subjects: SubjectSettings = SubjectSettings()

    _origins: tuple[Origin, ...] = PrivateAttr(default=())
    _root: Path = PrivateAttr(default_factory=Path.cwd)

    def __init__(self, config_file: str | Path | None = None, **values: Any) -> None:
        problems: list[Problem] = []
        load = _load(config_file, values, problems)
        token = _loading.set(load)
        try:
            super().__init__(**values)
        except ValidationError as error:
            problems += problems_of(error, PrivacySettings, load.origins)
        finally:
            _loading.reset(token)
        if not problems:
            problems += [
                Problem(source_of(load.origins, path), ".".join(path), message, remedy)
                for path, message, remedy in dangling(self)
            ]
        if problems:  # outside the handler: pydantic's error, which holds values, must not become our context
            raise as_error(problems)
        self._origins = tuple(load.origins)
        self._root = load.root

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Our own readers replace those of pydantic-settings, because theirs ignore mistyped variables."""
        return (init_settings, *(_Read(settings_cls, origin) for origin in _loading.get().origins[1:]))

    @property
    def root(self) -> Path:
        """Folder of the settings file, which relative paths of the policy start from."""
        return self._root

    @property
    def files(self) -> tuple[str, ...]:
        """The settings files that were read."""
        return tuple(origin.label for origin in self._origins[2:])

    def source_of(self, *path: str) -> str | None:
        """The file or variable that a setting came from, ``None`` where it is a default."""
        return source_of(self._origins, path)

    @contextmanager
    def placing(self, *path: str) -> Iterator[None]:
        """Let a :class:`ConfigurationError` of what is made from a setting name that setting and its file."""
        wrong: ConfigurationError | None = None
        try:
            yield
        except ConfigurationError as error:
            wrong = error.placed(self.source_of(*path), ".".join(path))
        if wrong is not None:  # outside the handler: what it was made from may hold the value
            raise wrong


def _load(config_file: str | Path | None, values: Mapping[str, Any], problems: list[Problem]) -> _Load:
    origins = [Origin("PrivacySettings(...)", values, {})]
    environment, wrong = read_environment(os.environ, PrivacySettings)
    problems += wrong
    origins.append(environment)
    named = config_file if config_file is not None else os.environ.get(CONFIG_VARIABLE)
    path = Path(named) if named is not None else Path(_FILE)
    if named is not None and not path.is_file():
        raise ConfigurationError(
            "the settings file does not exist",
            source=str(path),
            remedy=f"Name an existing file, or unset {CONFIG_VARIABLE}." if config_file is None else None,
        )
    if path.is_file():
        origins.append(Origin(path.name, _read_toml(path), {}))
    project = Path(_PYPROJECT)
    if named is None and project.is_file():
        table = _read_toml(project).get("tool", {})
        section = table.get("privmw", {}) if isinstance(table, dict) else {}
        if section:
            origins.append(Origin(f"{_PYPROJECT} [tool.privmw]", section, {}))
    return _Load(origins, problems, path.resolve().parent)


def _read_toml(path: Path) -> dict[str, Any]:
    place = ""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")") or "somewhere"
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the file cannot be read ({type(error).__name__})", source=str(path)) from None
    raise ConfigurationError(f"this is not TOML ({place})", source=path.name)
