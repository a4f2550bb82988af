"""The units of a hall: counter, board, kiosk. Imports `wire` and never the hub."""
