"""How the models in the repository were trained."""
