"""Reports and workouts as people and programs read them."""
