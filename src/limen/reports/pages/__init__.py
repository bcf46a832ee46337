"""What is printed: how a PDF is typeset, and the manifestation of signatures, which is no format of an assessment."""
