"""Reports: figures and lists from the tables that the journal keeps for them. Reads only."""
