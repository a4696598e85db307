"""Minutes written elsewhere, read by rules: who met, when, and what stands where.

Pure functions of a text, without the database. What meetings decided about cases
is read above this package, in ``cases.reading``.
"""
