"""How long people will wait: a frozen scene, its simulated futures, calibrated intervals."""
