"""The daemon as a service of systemd: the unit that starts it, where it is put, and how it is spoken about with systemd.

`quoting.py` writes values as systemd reads them, `text.py` the unit, `placing.py` puts it where it belongs, `keys.py` the
file with the keys, `systemd.py` asks systemd itself.
"""
