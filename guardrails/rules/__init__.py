"""The compliance rules: their language, their loading, their matching."""
