"""Handbooks: gathered from the record, frozen, and made into papers."""
