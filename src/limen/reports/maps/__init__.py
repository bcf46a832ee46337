"""The boundary map as a drawing: SVG, Graphviz DOT and Mermaid."""
