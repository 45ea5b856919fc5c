"""The parts of a rehearsal: a runner with a body, what goes wrong, and the watch on the wrist."""
