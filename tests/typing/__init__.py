"""Code that is type-checked and never run: how programs use the public names, and misuse them."""
