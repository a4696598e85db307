"""Leaf helpers that know no rule of the domain and import none of our apps."""
