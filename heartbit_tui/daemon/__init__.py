"""heartbit while nobody looks: tasks from everywhere, done one by one in sessions that stay, told to whoever asks.

`service.py` does the tasks, `live.py` has the sessions that are open, `feed.py` what happens in them as lines to send.
What comes over HTTP stands in `http/`.
"""
