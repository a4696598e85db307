from django.db import migrations

# As fold() in platform_site/lib/text.py. translate() drops what has no partner.
FOLDED_TEXT = r"""
CREATE FUNCTION folded_text(words text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(translate(
    normalize(words, NFKC),
    U&'『』台 \0009\000A\000B\000C\000D\001C\001D\001E\001F\0085\00AD\1680\200B\200C\200D\2028\2029\2060\FEFF',
    '「」臺'
  ) COLLATE "C")
"""

# Every two characters that stand side by side. Characters are taken apart once:
# substr() would count from the beginning for each.
FOLDED_BIGRAMS = """
CREATE FUNCTION folded_bigrams(words text) RETURNS text[]
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
  RETURN ARRAY(
    SELECT DISTINCT one || next COLLATE "C"
    FROM (
      SELECT one, lead(one) OVER (ORDER BY place) AS next
      FROM unnest(string_to_array(folded_text(words), NULL))
        WITH ORDINALITY AS characters(one, place)
    ) AS pairs
    WHERE next IS NOT NULL
  )
"""


class Migration(migrations.Migration):
    """Fold text in the database as Python does, and take it apart for an index."""

    operations = [
        migrations.RunSQL(FOLDED_TEXT, "DROP FUNCTION folded_text(text)"),
        migrations.RunSQL(FOLDED_BIGRAMS, "DROP FUNCTION folded_bigrams(text)"),
    ]
