"""The rules of backward running, one file each: workout in, workout out."""
