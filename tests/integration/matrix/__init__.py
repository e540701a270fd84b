"""Every way to define a service or a check, crossed with every kind of check, every event in an agent's life and every
property that must survive it. `definitions` and `kinds` list the rows, `histories` the events, `properties` what is looked
at, `rules` what must hold."""
