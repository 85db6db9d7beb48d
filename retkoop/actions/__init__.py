"""Every write of the product, by area: one transaction each, with who did it; no HTTP here."""
