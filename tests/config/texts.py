"""Configuration files as texts."""

from collections.abc import Mapping

from heartbit_tui.config import Config, File, Layer, load


def user(text: str) -> File:
    return File(layer=Layer.USER, name="config.toml", text=text)


def project(text: str, name: str = "heartbit.toml") -> File:
    return File(layer=Layer.PROJECT, name=name, text=text)


def chosen(text: str) -> File:
    return File(layer=Layer.FILE, name="chosen.toml", text=text)


def config(text: str, environment: Mapping[str, str] | None = None, **flags: object) -> Config:
    """The configuration of one user file, environment, and flags whose names have `__` for each dot."""
    given = {name.replace("__", "."): value for name, value in flags.items()}
    return load([user(text)] if text else [], environment or {}, given, trusted=False)
