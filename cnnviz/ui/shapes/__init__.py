"""The parts of the Shapes page."""
