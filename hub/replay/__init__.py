"""Days of a hall as files: read, generated, and run through the very core that runs live."""
