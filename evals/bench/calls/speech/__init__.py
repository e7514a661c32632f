"""How a value or a sentence is typed, transcribed with digits, and said in words."""
