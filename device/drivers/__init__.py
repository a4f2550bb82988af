"""What a unit is wired to. `registry` knows the drivers by name; each imports only its own bus."""
