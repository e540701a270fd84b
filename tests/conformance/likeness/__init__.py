"""The parts of likeness.py: agents, the HTTP and DNS clients, normalisation and comparison."""
