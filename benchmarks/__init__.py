"""Benchmarks: one command each, figures as a table or, with ``--json``, for machines.

Timings on shared machines are noisy. Contenders take turns in short rounds within one run, and
what counts is the ratio of their medians.
"""
