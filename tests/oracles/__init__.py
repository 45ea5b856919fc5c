"""Independent readers of FIT files behind one small interface.

An oracle takes paths and gives, for each, a ``View`` of what it found: ``python`` has
three packages, ``javascript`` Garmin's own kit for JavaScript, and ``gpsbabel`` a
converter that gives track points instead. None shares code with this package.
"""
