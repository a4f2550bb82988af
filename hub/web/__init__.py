"""The hall in a browser: JSON for programs, pages for people, one live stream for both."""
