"""Searching names the way people type them: 台 finds 臺, full width finds half."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Contains
from django.db.models.sql.compiler import SQLCompiler

from platform_site.lib.text import fold

# What fold() does, in PostgreSQL's own words.
_FOLDED = (
    "lower(translate(regexp_replace(normalize({}::text, NFKC), '\\s+', '', 'g'),"
    " '『』台', '「」臺'))"
)


@models.CharField.register_lookup
@models.TextField.register_lookup
class FoldedContains(Contains):
    """``name__folded_contains="台北 Ｔ"`` finds 「臺北T…」; both sides are folded."""

    lookup_name = "folded_contains"

    def get_prep_lookup(self) -> Any:
        """Fold what is looked for."""
        return fold(str(self.rhs))

    def process_lhs(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, lhs: Any = None
    ) -> Any:
        """Fold the column."""
        column, params = compiler.compile(self.lhs if lhs is None else lhs)
        return _FOLDED.format(column), list(params)

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        """Compare with LIKE; the parameter comes escaped and between percent signs."""
        return f"LIKE {rhs}"
