"""The benchmarks, and the kit with which they and the tests start real parts of a hall."""
