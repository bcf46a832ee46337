"""Hypothesis strategies for what limen judges. They need the extra `testing`: ``pip install limen[testing]``."""
