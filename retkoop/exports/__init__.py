"""What leaves the product: the exchange archive, the control sheet, PDF."""
