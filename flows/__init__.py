"""Prefect around pipeline.py; the only room that knows Prefect."""
