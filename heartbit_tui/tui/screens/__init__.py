"""Screens that a person opens over the chat, each made of plain data and functions."""
