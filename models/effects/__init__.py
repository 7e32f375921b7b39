"""Estimators: counts or arrays in, frozen results out.

What belongs here: pure functions on sufficient statistics, each with its estimand, its assumption that could be
false and its reference, and the rules that refuse a number or hold it back. Each is imported from its own module;
`docs/estimators.md` has all of them by question, with an example.
What does not: reading data, protecting people (`models.disclosure`) and showing anything.
"""
