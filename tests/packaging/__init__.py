"""The package as others get it: built, installed and used where there is no source tree."""
