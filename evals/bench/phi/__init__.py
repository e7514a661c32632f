"""De-identification figures: recall, precision, speed, what each part is worth, and leaks."""
