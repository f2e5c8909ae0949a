"""The retention schedule, and what goes when its time is over: payloads, then headers."""
