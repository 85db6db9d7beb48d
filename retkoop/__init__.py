"""Retkoop: the accounts of French school cooperatives (OCCE)."""
