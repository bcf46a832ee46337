"""One module a command; a file in this folder is a command."""
