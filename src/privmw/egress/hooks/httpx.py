"""The hook into httpx and httpx2, two module trees of one design.

``_send_single_request`` of their clients sees every request of every SDK built on them: each redirect hop, custom
transports, clients made before installation and subclasses. It is private, but the same in httpx 0.28 and httpx2 2.16,
and installation fails loudly where it is missing.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from privmw.context import is_handled
from privmw.egress.answers import BrokenCoding
from privmw.egress.call import Call
from privmw.egress.guard import Guard
from privmw.egress.hooks.sdks import unretried
from privmw.egress.identity import is_in_process
from privmw.egress.outgoing import Outgoing, Prepared
from privmw.egress.reply import Reply
from privmw.errors import ConfigurationError, TransferDenied
from privmw.lazy import cancel, when_imported

__all__ = ["install", "installed_in", "uninstall"]

_MODULES = ("httpx._client", "httpx2._client")
_METHOD = "_send_single_request"
_LENGTHS = (b"content-length", b"transfer-encoding")

_guard: Guard | None = None
_originals: dict[type, Any] = {}


def install(guard: Guard) -> None:
    """Send every request of httpx and httpx2 through a guard, whichever is imported, now or later.

    Installing again replaces the guard.

    Raises:
        ConfigurationError: A client has no method to hook into.
    """
    global _guard
    _guard = guard
    for name in _MODULES:
        when_imported(name, _patch)


def uninstall() -> None:
    """Undo :func:`install`. Where someone else wrapped our wrapper, it stays and lets everything pass."""
    global _guard
    _guard = None
    for name in _MODULES:
        cancel(name)
    for client, (wrapper, original) in list(_originals.items()):
        if client.__dict__.get(_METHOD) is wrapper:
            setattr(client, _METHOD, original)
            del _originals[client]


def installed_in() -> list[str]:
    """The clients that are hooked now, for the doctor (``httpx2.Client``)."""
    if _guard is None:
        return []
    return sorted(f"{client.__module__}.{client.__qualname__}" for client in _originals)


def _patch(client_module: ModuleType) -> None:
    # httpx2.alias_httpx() makes both names one module; a class is patched once, whatever it is called.
    for name, wrap in (("Client", _sync), ("AsyncClient", _async)):
        client = getattr(client_module, name, None)
        original = getattr(client, "__dict__", {}).get(_METHOD)
        if client is None or original is None:
            raise ConfigurationError(
                f"{client_module.__name__}.{name} has no {_METHOD}, so its requests cannot be guarded",
                remedy="Use httpx 0.28 or httpx2 2.16, or a privmw release that knows this one.",
            )
        if client not in _originals:
            wrapper = wrap(original, client_module)
            _originals[client] = (wrapper, original)
            setattr(client, _METHOD, wrapper)


def _sync(original: Any, module: Any) -> Any:
    stream_type = _sync_stream(module)

    def _send_single_request(self: Any, request: Any) -> Any:
        guard = _guard
        if guard is None or is_handled() or is_in_process(transport := self._transport_for_url(request.url)):
            return original(self, request)
        try:
            call = guard.open(_outgoing(request, transport))
            if call is None:
                return original(self, request)
            body, stream = _read(request, guard.max_body)
            prepared = call.prepare(body)
            call.wait()
        except TransferDenied as error:
            denial = unretried(error, self, request.headers)
            raise denial from None
        try:
            response = original(self, _rebuilt(module, request, prepared, stream))
        except BaseException:
            call.failed()
            raise
        return _received(call, response, stream_type)

    _send_single_request.__wrapped__ = original  # type: ignore[attr-defined]
    return _send_single_request


def _async(original: Any, module: Any) -> Any:
    stream_type = _async_stream(module)

    async def _send_single_request(self: Any, request: Any) -> Any:
        guard = _guard
        if guard is None or is_handled() or is_in_process(transport := self._transport_for_url(request.url)):
            return await original(self, request)
        try:
            call = guard.open(_outgoing(request, transport))
            if call is None:
                return await original(self, request)
            body, stream = await _read_async(request, guard.max_body)
            prepared = await call.prepare_async(body)
            await call.wait_async()
        except TransferDenied as error:
            denial = unretried(error, self, request.headers)
            raise denial from None
        try:
            response = await original(self, _rebuilt(module, request, prepared, stream))
        except BaseException:
            call.failed()
            raise
        return _received(call, response, stream_type)

    _send_single_request.__wrapped__ = original  # type: ignore[attr-defined]
    return _send_single_request


def _outgoing(request: Any, transport: Any) -> Outgoing:
    url = request.url
    encoding = request.headers.encoding
    return Outgoing(
        method=request.method,
        scheme=url.scheme,
        host=url.host,
        port=url.port,
        target=url.raw_path.decode("ascii"),
        headers=[(name.decode(encoding), value.decode(encoding)) for name, value in request.headers.raw],
        verified=_is_verified(transport),
    )


def _is_verified(transport: Any) -> bool:
    context = getattr(getattr(transport, "_pool", None), "_ssl_context", None)
    mode = getattr(context, "verify_mode", None)
    return mode is None or mode != 0  # ssl.CERT_NONE


def _read(request: Any, limit: int) -> tuple[bytes | None, Any]:
    """The body, or what replaces the stream it began to read when that turned out too long."""
    if hasattr(request, "_content"):
        content = request.content
        return (content, None) if len(content) <= limit else (None, None)
    start = bytearray()
    chunks = iter(request.stream)
    for chunk in chunks:
        start += chunk
        if len(start) > limit:
            return None, _Chain(bytes(start), chunks)
    return bytes(start), bytes(start)


async def _read_async(request: Any, limit: int) -> tuple[bytes | None, Any]:
    if hasattr(request, "_content"):
        content = request.content
        return (content, None) if len(content) <= limit else (None, None)
    start = bytearray()
    chunks = aiter(request.stream)
    async for chunk in chunks:
        start += chunk
        if len(start) > limit:
            return None, _AsyncChain(bytes(start), chunks)
    return bytes(start), bytes(start)


class _Chain:
    def __init__(self, start: bytes, rest: Iterator[bytes]) -> None:
        self._start = start
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        yield self._start
        yield from self._rest


class _AsyncChain:
    def __init__(self, start: bytes, rest: AsyncIterator[bytes]) -> None:
        self._start = start
        self._rest = rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._start
        async for chunk in self._rest:
            yield chunk


def _rebuilt(module: Any, request: Any, prepared: Prepared, stream: Any) -> Any:
    """A new request; the caller's own stays as it is, because retries and redirects send it again."""
    encoding = request.headers.encoding
    headers = [(name.encode(encoding), value.encode(encoding)) for name, value in prepared.headers]
    url = request.url
    target = prepared.target.encode()
    if target != url.raw_path:
        url = url.copy_with(raw_path=target)
    body = prepared.body
    if body is None and stream is not None:
        return module.Request(request.method, url, headers=headers, content=stream, extensions=request.extensions)
    source = request.stream
    if body is not None:
        # Given as a stream with its length, because content= would have all headers looked through twice more.
        headers = [pair for pair in headers if pair[0].lower() not in _LENGTHS]
        headers.append((b"Content-Length", b"%d" % len(body)))
        source = sys.modules[module.__package__].ByteStream(body)
    rebuilt = module.Request(request.method, url, headers=headers, stream=source, extensions=request.extensions)
    if body is not None:
        rebuilt._content = body
    elif hasattr(request, "_content"):
        rebuilt._content = request._content
    return rebuilt


def _received(call: Call, response: Any, stream: type) -> Any:
    network = response.extensions.get("network_stream")
    tls = network.get_extra_info("ssl_object") if network is not None else None
    headers = response.headers
    reply = call.answered(
        response.status_code,
        headers.get("content-type", ""),
        headers.get("content-encoding", ""),
        response.http_version,
        tls.version() if tls is not None else None,
    )
    if reply.restores:
        for name in ("content-length", "content-encoding"):
            if name in headers:
                del headers[name]
    response.stream = stream(response.stream, reply)
    return response


def _decoding_error(module: Any, error: BrokenCoding) -> Exception:
    """The library's own error for it, which clients expect and SDKs retry; the response adds its request."""
    made: Exception = sys.modules[module.__package__].DecodingError(str(error))
    return made


def _sync_stream(module: Any) -> type:
    """A byte stream of the module's own kind, which its responses insist on."""

    class RestoredStream(module.SyncByteStream):  # type: ignore[misc]
        def __init__(self, inner: Any, reply: Reply) -> None:
            self._inner = inner
            self._reply = reply

        @property
        def elapsed(self) -> Any:
            return self._inner.elapsed  # where httpx2's responses look for it

        def __iter__(self) -> Iterator[bytes]:
            try:
                for chunk in self._inner:
                    if data := self._reply.feed(chunk):
                        yield data
            except BrokenCoding as error:
                self._reply.close(failed=True)
                raise _decoding_error(module, error) from None
            except Exception:
                self._reply.close(failed=True)
                raise
            if rest := self._reply.end():
                yield rest

        def close(self) -> None:
            self._inner.close()
            self._reply.close()

    return RestoredStream


def _async_stream(module: Any) -> type:
    """The same for asynchronous clients."""

    class RestoredAsyncStream(module.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, inner: Any, reply: Reply) -> None:
            self._inner = inner
            self._reply = reply

        @property
        def elapsed(self) -> Any:
            return self._inner.elapsed

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for chunk in self._inner:
                    if data := self._reply.feed(chunk):
                        yield data
            except BrokenCoding as error:
                self._reply.close(failed=True)
                raise _decoding_error(module, error) from None
            except Exception:
                self._reply.close(failed=True)
                raise
            if rest := self._reply.end():
                yield rest

        async def aclose(self) -> None:
            await self._inner.aclose()
            self._reply.close()

    return RestoredAsyncStream
