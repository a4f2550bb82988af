"""The hall's hub: one journal, one owner of the state, and adapters around it."""
