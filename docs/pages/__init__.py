"""The generated pages: one module a page, each a pure function from what the code says to Markdown."""
