"""Kernel types to JSON and back.

`write` says events, messages and ops as JSON without loading any validator, because every door writes.
`read` takes them back and checks them with pydantic's validator, which it loads when something is read.
"""
