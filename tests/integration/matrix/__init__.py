"""Every way to define a service or a check, times every kind of check, every event in an agent's life and every
property that must survive it. `definitions` and `kinds` have the rows, `histories` the events, `snapshot` the
properties, `rules` the invariants."""
