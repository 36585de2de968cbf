"""Several agents at work on one task.

`routing` decides who takes a task, by the words of `domains`, or by asking a model in `classifying`.
"""
