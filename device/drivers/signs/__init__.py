"""Signs, one file a maker. The file's name is its `kind` in the configuration.

`kind = "framing-1"` in the section [sign] is the class `Sign` in `framing_1.py` of this folder.
docs/drivers.md shows how another one is added.
"""
