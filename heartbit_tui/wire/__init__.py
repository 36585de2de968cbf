"""Kernel types to JSON and back.

`write` says events, messages and ops as JSON without loading any validator, because every door writes.
`read` takes them back and checks them; it loads pydantic's validator, so only who reads pays for it.
"""
