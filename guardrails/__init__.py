"""What must never happen on a call, and how it is noticed."""
