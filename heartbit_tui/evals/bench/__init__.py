"""What this machine measures of heartbit and of other agents on it, each figure beside a floor of the same run.

No model is asked: a service on this machine plays one. It is handed in, like what is told while it works.
"""
