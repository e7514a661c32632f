"""What may be said on a call: approved passages, their life, and how they are found."""
