"""Editions of 合作方案辦理情形: gathered from a locked round, made, published."""
