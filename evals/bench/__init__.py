"""The product's own figures."""
