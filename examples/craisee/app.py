"""A chat and image app that keeps the privacy policy it publishes.

All about privacy in this file: one ``add_middleware``, one ``identify`` in the auth dependency, and a ``@purpose`` on
each route that sends data somewhere. What may go where, and in which form, stands in ``privmw.toml``.

Run it with real keys in the environment (``OPENAI_API_KEY`` ...):  uvicorn examples.craisee.app:create_app --factory
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import sentry_sdk
from anthropic import AsyncAnthropic
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI
from posthog import Posthog
from pydantic import BaseModel

from privmw import ConsentState, PrivacyMiddleware, PrivacySettings, current_context, identify, purpose

HERE = Path(__file__).parent
logger = logging.getLogger("craisee")
router = APIRouter()


@dataclass
class Account:
    """One registered user, kept in memory."""

    user_id: str
    email: str
    name: str
    phone: str
    overseas: bool = True
    analytics: bool = False


class SignUp(BaseModel):
    """Body of a sign-up."""

    email: str
    name: str
    phone: str
    password: str


class Prompt(BaseModel):
    """Body of everything that asks a model."""

    text: str


class Consent(BaseModel):
    """Body of a change of consent."""

    overseas: bool = True
    analytics: bool = False


ACCOUNTS: dict[str, Account] = {}


async def signed_in(authorization: Annotated[str, Header()]) -> Account:
    """Find the account of a session."""
    account = ACCOUNTS.get(authorization.removeprefix("Bearer "))
    if account is None:
        raise HTTPException(401)
    introduce(account)
    return account


def introduce(account: Account) -> None:
    """Tell privmw who is asking: these exact values now stay out of logs, events and prompts."""
    context = current_context()
    if context is not None:  # None only when privmw is switched off, as `scripts/demo --off` does
        identify(subject_id=account.user_id, email=account.email, name=account.name, phone=account.phone)
        context.transfer_withdrawn = not account.overseas
        context.consent["product_analytics"] = ConsentState.GIVEN if account.analytics else ConsentState.REFUSED


SignedIn = Annotated[Account, Depends(signed_in)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the SDKs with the app, as any app does; privmw finds them by itself."""
    if os.environ.get("SENTRY_DSN"):
        sentry_sdk.init(os.environ["SENTRY_DSN"])
    host = os.environ.get("POSTHOG_HOST", "https://eu.i.posthog.com")
    app.state.analytics = Posthog(os.environ.get("POSTHOG_KEY", "phc_demo"), host=host)
    yield
    app.state.analytics.shutdown()
    sentry_sdk.flush(2)


@router.post("/sign-up")
async def sign_up(body: SignUp) -> dict[str, str]:
    """Open an account."""
    session = secrets.token_urlsafe(9)
    ACCOUNTS[session] = Account(f"u_{secrets.token_hex(4)}", body.email, body.name, body.phone)
    introduce(ACCOUNTS[session])
    logger.info("welcome %s <%s>, phone %s", body.name, body.email, body.phone)
    return {"session": session}


@router.post("/chat")
@purpose("ai_chat")
async def chat(body: Prompt, account: SignedIn) -> StreamingResponse:
    """Ask a model, and stream its answer."""
    stream = await AsyncOpenAI().chat.completions.create(
        model="gpt-5-mini",
        messages=[
            {"role": "system", "content": f"You help {account.name} ({account.email})."},
            {"role": "user", "content": body.text},
        ],
        user=account.user_id,
        stream=True,
    )

    async def pieces() -> AsyncIterator[str]:
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content

    return StreamingResponse(pieces(), media_type="text/plain")


@router.post("/letters")
@purpose("ai_chat")
async def letter(body: Prompt, account: SignedIn) -> dict[str, str]:
    """Have a letter written."""
    message = await AsyncAnthropic().messages.create(
        model="claude-sonnet-4-6",
        max_tokens=300,
        system=f"Write in the name of {account.name}.",
        messages=[{"role": "user", "content": body.text}],
    )
    return {"letter": "".join(block.text for block in message.content if block.type == "text")}


@router.post("/images")
@purpose("ai_image")
async def image(body: Prompt, _: SignedIn) -> dict[str, int]:
    """Have an image made."""
    made = await AsyncOpenAI().images.generate(model="gpt-image-1", prompt=body.text)
    return {"images": len(made.data or [])}


@router.post("/newsletter")
@purpose("marketing")
async def newsletter(body: Prompt, account: SignedIn) -> dict[str, str]:
    """Try to use an AI provider for marketing, which the policy does not allow."""
    answer = await AsyncOpenAI().responses.create(model="gpt-5-mini", input=f"{account.email}: {body.text}")
    return {"draft": answer.output_text}


@router.post("/untagged")
async def untagged(body: Prompt, _: SignedIn) -> dict[str, str]:
    """Try to call an AI provider without saying why."""
    answer = await AsyncOpenAI().responses.create(model="gpt-5-mini", input=body.text)
    return {"answer": answer.output_text}


@router.post("/support")
async def support(body: Prompt, account: SignedIn) -> None:
    """Take a support ticket, and crash."""
    ticket = f"{account.name} <{account.email}>: {body.text}"
    logger.warning("ticket from %s", account.phone, extra={"ticket": ticket})
    raise RuntimeError(f"no agent for {ticket}")


@router.post("/events")
async def event(body: Prompt, account: SignedIn, request: Request) -> dict[str, bool]:
    """Count something in product analytics."""
    properties = {"plan": "pro", "name": account.name, "$ip": "203.0.113.9", "note": body.text}
    client: Posthog = request.app.state.analytics
    client.capture("prompt_sent", distinct_id=account.email, properties=properties)
    return {"ok": True}


@router.post("/consent")
async def consent(body: Consent, account: SignedIn) -> dict[str, bool]:
    """Give or withdraw consent to transfers abroad and to analytics."""
    account.overseas, account.analytics = body.overseas, body.analytics
    return {"overseas": account.overseas, "analytics": account.analytics}


def create_app(settings: PrivacySettings | None = None, *, protected: bool = True) -> FastAPI:
    """Make the app.

    Args:
        settings: Settings of privmw; ``privmw.toml`` beside this file when ``None``.
        protected: Whether to mount privmw; the demo runs without it to show what would leak.
    """
    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    if protected:
        app.add_middleware(PrivacyMiddleware, settings=settings or PrivacySettings(config_file=HERE / "privmw.toml"))
    return app
