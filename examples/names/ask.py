"""Asks for two drafts, and prints what the app wrote, what the provider received and what the app read."""

from __future__ import annotations

import asyncio
from pathlib import Path

from openai import AsyncOpenAI, OpenAI

from privmw import PrivacySettings, install, purpose, uninstall
from privmw.demo.standins import StandIn, openai_standin

PROMPT = (
    "Draft a short reply to Margaret Dunleavy. Her colleague Rajesh Venkataraman (rajesh@example.org) wrote to us too."
)
HERE = Path(__file__).parent


def whole(provider: StandIn) -> str:
    """A synchronous call."""
    client = OpenAI(base_url=provider.base_url, api_key="any")
    answer = client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": PROMPT}])
    return answer.choices[0].message.content or ""


async def streamed(provider: StandIn) -> str:
    """An asynchronous call whose answer comes in pieces; the model works beside the event loop, not on it."""
    text = ""
    async with AsyncOpenAI(base_url=provider.base_url, api_key="any") as client:
        answer = await client.chat.completions.create(
            model="gpt-5-mini", messages=[{"role": "user", "content": PROMPT}], stream=True
        )
        async for chunk in answer:
            text += chunk.choices[0].delta.content or ""
    return text


def main() -> None:
    """Run both against a stand-in that repeats what it was told."""
    with openai_standin() as provider:
        # The stand-in is reached by another host, and without TLS; the rest of the register stays as it is.
        here = {"hosts": {provider.host: "US"}, "allow_cleartext": True}
        install(PrivacySettings(HERE / "privmw.toml", recipients={"openai": here}))
        try:
            with purpose("support_reply"):
                print("written: ", PROMPT)
                answer = whole(provider)
                print("received:", provider.received[-1].json()["messages"][0]["content"])
                print("read:    ", answer)
                print("streamed:", asyncio.run(streamed(provider)))
        finally:
            uninstall()


if __name__ == "__main__":
    main()
